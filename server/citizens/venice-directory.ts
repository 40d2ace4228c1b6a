import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { createCache, type Cache } from '#server/platform/cache.ts';
import type { Clock } from '#server/platform/clock.ts';
import { sha256 } from '#server/platform/crypto.ts';
import type { RedisAccess } from '#server/platform/redis.ts';
import { veniceProfileSchema } from './venice-answer.ts';
import type { VeniceAnswer, VeniceOutage, VeniceProfile } from './venice-answer.ts';
import type { VeniceClient } from './venice-client.ts';

/** What Venice says about a citizen, or said when it last could. */
export type VeniceReading =
  | {
      status: 'found';
      profile: VeniceProfile;
      /** When Venice said so. */
      asOf: Date;
      /** Venice should have been asked again since and could not. */
      isStale: boolean;
    }
  | { status: 'not_found' }
  | VeniceOutage;

/** Venice with a memory. `citizen` asks past it, for whoever needs what holds now. */
export interface VeniceDirectory extends VeniceClient {
  /**
   * What Venice said in the last five minutes, or says now, or said within the last day while it is away: that is
   * marked as stale. Answers within about a second, however slow Venice is.
   */
  reading(username: string): Promise<VeniceReading>;
}

export const veniceFreshMs = 5 * 60_000;
const staleMs = 24 * 3_600_000;
/** Whoever looks at a page does not wait for all attempts at a Venice that is slow. */
const patienceMs = 1_000;

/** All that is ever kept in a cache; `profile` is null for a name that Venice does not know. */
const rememberedSchema = z.object({ asOf: z.number().int(), profile: veniceProfileSchema.nullable() });

type Remembered = z.infer<typeof rememberedSchema>;

/** Where the records of one Venice are kept; another one, such as a sandbox, has other keys in the same Redis. */
export function veniceCache(options: { apiUrl: string; redis: RedisAccess | null; clock: Clock }): Cache<Remembered> {
  const { redis, clock } = options;
  const name = `venice:${sha256(options.apiUrl.replace(/\/+$/, '')).slice(0, 12)}`;
  return createCache({ name, schema: rememberedSchema, redis, clock });
}

/** An answer, and when it was asked for. */
interface Told {
  answer: VeniceAnswer;
  asOf: Date;
}

export function createVeniceDirectory(options: {
  client: VeniceClient;
  cache: Cache<Remembered>;
  clock: Clock;
}): VeniceDirectory {
  const { client, cache, clock } = options;
  const underWay = new Map<string, Promise<Told>>();
  const ask = async (username: string): Promise<Told> => {
    const asOf = clock.now();
    const answer = await client.citizen(username);
    if (answer.status !== 'outage') {
      const profile = answer.status === 'found' ? answer.profile : null;
      cache.write(username, { asOf: asOf.getTime(), profile }, profile === null ? veniceFreshMs : staleMs);
    }
    return { answer, asOf };
  };
  /** Those who ask for one name at the same time share one call. */
  const askOnce = (username: string): Promise<Told> => {
    const same = underWay.get(username);
    if (same !== undefined) return same;
    const call = ask(username).finally(() => underWay.delete(username));
    underWay.set(username, call);
    return call;
  };
  return {
    ...client,
    citizen: async (username) => (await askOnce(username)).answer,
    reading: async (username) => {
      const known = await cache.read(username);
      if (known !== null && clock.now().getTime() - known.asOf < veniceFreshMs) return readingOf(known, false);
      const { answer, asOf } = await within(patienceMs, askOnce(username), clock);
      if (answer.status === 'found') return { ...answer, asOf, isStale: false };
      if (answer.status === 'not_found' || known === null || known.profile === null) return answer;
      return readingOf(known, true); // the cache keeps nothing for longer than it may be shown
    },
  };
}

function readingOf({ asOf, profile }: Remembered, isStale: boolean): VeniceReading {
  return profile === null ? { status: 'not_found' } : { status: 'found', profile, asOf: new Date(asOf), isStale };
}

/** The call goes on when nobody waits any longer, and what it brings is kept. */
async function within(milliseconds: number, call: Promise<Told>, clock: Clock): Promise<Told> {
  const stop = new AbortController();
  const tooSlow: Told = { answer: { status: 'outage', reason: 'Venice takes its time' }, asOf: clock.now() };
  try {
    return await Promise.race([call, pause(milliseconds, tooSlow, { signal: stop.signal })]);
  } finally {
    stop.abort();
  }
}
