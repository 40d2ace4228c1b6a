import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { createVeniceClient } from './venice-client.ts';
import { createVeniceDirectory, veniceCache } from './venice-directory.ts';

const minuteMs = 60_000;

describe('Venice with a memory', async () => {
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const venice = await startTestVenice({ clock });
  const apiUrl = `${venice.url}/api`;
  const makeDirectory = () =>
    createVeniceDirectory({
      client: createVeniceClient({ apiUrl, clock, totalTimeoutMs: 3_000, random: () => 0 }),
      cache: veniceCache({ apiUrl, redis: null, clock }),
      clock,
    });
  const calls = async () => ((await (await fetch(`${venice.url}/sandbox/traffic`)).json()) as { calls: number }).calls;
  afterAll(() => venice.close());
  beforeEach(async () => {
    clock.advance(minuteMs);
    await venice.control({ reset: true });
  });

  it('answers from memory for five minutes and then asks again', async () => {
    const directory = makeDirectory();
    const asOf = clock.now();
    expect(await directory.reading('NLR')).toMatchObject({ status: 'found', asOf, isStale: false });
    await venice.control({ citizen: { username: 'NLR', socialClass: 'Clero' } });
    clock.advance(5 * minuteMs - 1);
    expect(await directory.reading('NLR')).toMatchObject({ asOf, isStale: false, profile: { socialClass: 'Nobili' } });
    expect(await calls()).toBe(1);
    clock.advance(1);
    expect(await directory.reading('NLR')).toMatchObject({ asOf: clock.now(), profile: { socialClass: 'Clero' } });
    expect(await calls()).toBe(2);
  });

  it('asks past its memory for whoever needs what holds now, and remembers that too', async () => {
    const directory = makeDirectory();
    await directory.reading('NLR');
    await venice.control({ citizen: { username: 'NLR', socialClass: 'Clero' } });
    expect(await directory.citizen('NLR')).toMatchObject({ profile: { socialClass: 'Clero' } });
    expect(await directory.reading('NLR')).toMatchObject({ profile: { socialClass: 'Clero' }, isStale: false });
    expect(await calls()).toBe(2);
  });

  it.each(['error', 'fallback', 'throttled', 'unauthorized'] as const)(
    'answers for a day what Venice said last while it is away (%s), marked as stale, and no longer',
    async (api) => {
      const directory = makeDirectory();
      const asOf = clock.now();
      await directory.reading('NLR');
      await venice.control({ api });
      clock.advance(5 * minuteMs);
      expect(await directory.reading('NLR')).toMatchObject({ status: 'found', asOf, isStale: true });
      clock.advance((24 * 60 - 5) * minuteMs - 1);
      expect(await directory.reading('NLR')).toMatchObject({ status: 'found', asOf, isStale: true });
      clock.advance(1);
      expect(await directory.reading('NLR')).toMatchObject({ status: 'outage' });
    },
  );

  it('answers what is stale at once, without a call, while Venice is left alone', async () => {
    const directory = makeDirectory();
    await directory.reading('NLR');
    await venice.control({ api: 'error' });
    await directory.citizen('MuranoGlass');
    await directory.citizen('MuranoGlass');
    expect(directory.circuit().state).toBe('open');
    const before = await calls();
    clock.advance(5 * minuteMs);
    await directory.citizen('MuranoGlass'); // the one trial, which opens the circuit again
    expect(await directory.reading('NLR')).toMatchObject({ isStale: true });
    expect(await calls()).toBe(before + 1);
  });

  it('does not keep a page waiting for a slow Venice: what is stale comes within a second or so', async () => {
    const directory = makeDirectory();
    await directory.reading('NLR');
    clock.advance(5 * minuteMs);
    await venice.control({ api: 'slow', slowMs: 1_500 });
    const began = performance.now();
    const readings = await Promise.all([directory.reading('NLR'), directory.reading('NLR')]);
    expect(performance.now() - began).toBeLessThan(1_400);
    expect(readings.map((reading) => reading.status === 'found' && reading.isStale)).toEqual([true, true]);
    // The call goes on and what it brings is remembered.
    await directory.citizen('NLR');
    expect(await directory.reading('NLR')).toMatchObject({ isStale: false });
    expect(await calls()).toBe(2);
  });

  it('makes one call for all who ask for one name at the same time', async () => {
    const directory = makeDirectory();
    const asked = Array.from({ length: 30 }, (_, index) =>
      index % 2 === 0 ? directory.reading('NLR') : directory.citizen('NLR'),
    );
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set(['found']));
    expect(await calls()).toBe(1);
  });

  it('remembers a name that Venice does not know, but not when Venice is away', async () => {
    const directory = makeDirectory();
    expect(await directory.reading('Nobody')).toEqual({ status: 'not_found' });
    expect(await directory.reading('Nobody')).toEqual({ status: 'not_found' });
    expect(await calls()).toBe(1);
    await venice.control({ api: 'error' });
    clock.advance(5 * minuteMs);
    expect(await directory.reading('Nobody')).toMatchObject({ status: 'outage' });
  });
});
