import { createVeniceClient } from '#server/citizens/venice-client.ts';
import { createVeniceDirectory, veniceCache, type VeniceDirectory } from '#server/citizens/venice-directory.ts';
import { systemClock } from '#server/platform/clock.ts';
import { env } from '#server/platform/env.ts';
import { log } from '#server/platform/log.ts';
import { once } from '#server/platform/once.ts';
import { redis } from '#server/platform/redis.ts';

/**
 * Venice as this process asks it: one client, one circuit and one memory for all doors and pages. Whoever asks first
 * may say how many calls a minute the process has; the worker has fewer than the web process.
 */
export function venice(options: { callsPerMinuteMax?: number } = {}): VeniceDirectory {
  return once('venice', () => {
    const apiUrl = env().VENICE_API_URL;
    const client = createVeniceClient({
      apiUrl,
      clock: systemClock,
      ...options,
      onOutage: (reason) => {
        log().warn({ reason }, 'Venice is away');
      },
      onCircuit: ({ name, state, failures }) => {
        log().warn({ circuit: name, state, failures }, 'calls to Venice stop or go on');
      },
    });
    return createVeniceDirectory({
      client,
      cache: veniceCache({ apiUrl, redis: redis(), clock: systemClock }),
      clock: systemClock,
    });
  });
}
