import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startTestVenice, type TestVenice } from '#server/sandbox/venice/testing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { retryAfterMsOf } from './venice-attempts.ts';
import { createVeniceClient, type VeniceClientOptions } from './venice-client.ts';

/** What a busy machine may add to a timer before it counts against us. */
const slackMs = 300;

describe('when Venice is in trouble', () => {
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  let venice: TestVenice;
  let outages: string[];

  beforeAll(async () => {
    venice = await startTestVenice({ clock });
    return () => venice.close();
  });
  beforeEach(() => {
    outages = [];
  });
  afterEach(() => venice.control({ reset: true }));

  const makeClient = (options: Partial<VeniceClientOptions> = {}) =>
    createVeniceClient({
      apiUrl: `${venice.url}/api`,
      clock,
      random: () => 0,
      onOutage: (reason) => outages.push(reason),
      ...options,
    });
  const traffic = async ({ url }: TestVenice = venice) =>
    (await (await fetch(`${url}/sandbox/traffic`)).json()) as { calls: number; connectionsMost: number };
  const timed = async <T>(work: Promise<T>) => {
    const began = performance.now();
    return { answer: await work, tookMs: performance.now() - began };
  };

  it('repeats a call that failed, and answers as if nothing had been', async () => {
    await venice.control({ reset: true, api: 'flaky', failEvery: 2 });
    const client = makeClient();
    for (const username of ['NLR', 'bigbosefx', 'MuranoGlass'])
      expect(await client.citizen(username)).toMatchObject({ status: 'found', profile: { username } });
    // The second and the fourth call failed and were repeated.
    expect((await traffic()).calls).toBe(5);
    expect(outages).toEqual([]);
  });

  it.each(['error', 'throttled'] as const)('gives up after three attempts: %s', async (api) => {
    await venice.control({ reset: true, api, retryAfterSeconds: 0 });
    expect(await makeClient().citizen('NLR')).toMatchObject({ status: 'outage' });
    expect((await traffic()).calls).toBe(3);
    expect(outages).toHaveLength(1);
  });

  it.each(['fallback', 'sample', 'unauthorized'] as const)('does not repeat what will not pass: %s', async (api) => {
    await venice.control({ reset: true, api });
    expect(await makeClient().citizen('NLR')).toMatchObject({ status: 'outage' });
    expect((await traffic()).calls).toBe(1);
  });

  it('takes a 404 for an answer: it is not repeated and is no failure', async () => {
    const client = makeClient();
    await venice.control({ reset: true, remembersNotFound: false });
    for (let count = 0; count < 10; count += 1) expect(await client.citizen('Nobody')).toEqual({ status: 'not_found' });
    expect((await traffic()).calls).toBe(10);
    expect(client.circuit()).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('waits as long as Venice asks for when there is time, and does not wait at all when there is not', async () => {
    await venice.control({ reset: true, api: 'throttled', retryAfterSeconds: 1 });
    const patient = timed(makeClient({ totalTimeoutMs: 5_000 }).citizen('NLR'));
    await until(async () => (await traffic()).calls === 1);
    await venice.control({ api: 'normal' });
    const { answer, tookMs } = await patient;
    expect(answer).toMatchObject({ status: 'found' });
    expect(tookMs).toBeGreaterThan(990);
    await venice.control({ reset: true, api: 'throttled', retryAfterSeconds: 30 });
    const hurried = await timed(makeClient({ totalTimeoutMs: 5_000 }).citizen('NLR'));
    expect(hurried.answer).toMatchObject({ status: 'outage' });
    expect(hurried.tookMs).toBeLessThan(slackMs);
    expect((await traffic()).calls).toBe(1);
  });

  it.each(['hang', 'error'] as const)('never takes longer than its time with all attempts: %s', async (api) => {
    await venice.control({ reset: true, api });
    const { answer, tookMs } = await timed(makeClient({ totalTimeoutMs: 300, random: () => 1 }).citizen('NLR'));
    expect(answer).toMatchObject({ status: 'outage' });
    expect(tookMs).toBeLessThan(300 + slackMs);
  });

  it('holds at most ten connections, however many ask', async () => {
    // A Venice of its own: the connections of other clients would be counted too.
    const own = await startTestVenice({ clock });
    onTestFinished(() => own.close());
    await own.control({ api: 'slow', slowMs: 100 });
    const client = makeClient({ apiUrl: `${own.url}/api` });
    const names = Array.from({ length: 40 }, (_, index) => `Nobody${String(index)}`);
    const answers = await Promise.all(names.map((name) => client.citizen(name)));
    expect(answers.every(({ status }) => status === 'not_found')).toBe(true);
    expect(await traffic(own)).toEqual({ calls: 40, connectionsMost: 10 });
  });

  it('makes fewer than a hundred calls within any minute, and says so to whoever comes after', async () => {
    await venice.control({ reset: true });
    const client = makeClient();
    const answers = await Promise.all(Array.from({ length: 120 }, () => client.citizen('NLR')));
    expect(answers.filter(({ status }) => status === 'found')).toHaveLength(50);
    expect(new Set(outages)).toEqual(new Set(['our own limit of calls a minute is reached']));
    expect(client.circuit()).toMatchObject({ state: 'closed' });
    clock.advance(60_000);
    expect(await client.citizen('NLR')).toMatchObject({ status: 'found' });
    expect((await traffic()).calls).toBe(51);
  });

  it('leaves Venice alone after five failures in a row, tries once after half a minute, and goes on', async () => {
    await venice.control({ reset: true, api: 'error' });
    const changes: string[] = [];
    const client = makeClient({ onCircuit: ({ name, state }) => changes.push(`${name} ${state}`) });
    await client.citizen('NLR');
    await client.citizen('NLR');
    expect(client.circuit().state).toBe('open');
    const { tookMs } = await timed(Promise.all(Array.from({ length: 20 }, () => client.citizen('NLR'))));
    expect(tookMs).toBeLessThan(slackMs);
    expect((await traffic()).calls).toBe(5);
    expect(outages).toHaveLength(2); // the questions that were not asked are not told one by one
    clock.advance(30_000);
    await client.citizen('NLR');
    expect((await traffic()).calls).toBe(6);
    expect(client.circuit().state).toBe('open');
    await venice.control({ api: 'normal' });
    clock.advance(30_000);
    expect(await client.citizen('NLR')).toMatchObject({ status: 'found' });
    expect(changes).toEqual(['venice-citizen open', 'venice-citizen open', 'venice-citizen closed']);
  });

  it('lets single citizens be asked for while the list fails', async () => {
    await venice.control({ reset: true, api: 'fallback' });
    const client = makeClient();
    for (let count = 0; count < 6; count += 1) await client.everyone();
    expect((await traffic()).calls).toBe(5);
    await venice.control({ api: 'normal' });
    expect(await client.citizen('NLR')).toMatchObject({ status: 'found' });
  });

  it('reads Retry-After as seconds and as a date', () => {
    const now = new Date('2026-11-21T10:00:00Z');
    const cases = ['30', ' 2 ', 'Sat, 21 Nov 2026 10:00:05 GMT', 'Sat, 21 Nov 2026 09:00:00 GMT', 'soon', '-5', null];
    expect(cases.map((header) => retryAfterMsOf(header, now))).toEqual([30_000, 2_000, 5_000, 0, 0, 0, 0]);
  });
});

/** Asks until it is so; the test's own time limit ends it otherwise. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
