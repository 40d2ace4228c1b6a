import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { takeTimes, writesOf } from '#server/testing/limits.ts';
import { startRedis, type TestRedis } from '#server/testing/redis-server.ts';
import { startUpstash, type UpstashServer } from '#server/testing/upstash-server.ts';
import { systemClock } from './clock.ts';
import { limitClasses } from './rate-limit-classes.ts';
import { requestLimits } from './rate-limit-request.ts';
import { createLimits, type Limits, type LimitsOptions } from './rate-limit.ts';

const here = { address: '192.0.2.1' };
/** Long enough for a test not to see its end, and counted from the same moment by everyone. */
const hour = 3_600;

let redis: TestRedis;
let upstash: UpstashServer;
const open: Limits[] = [];

beforeAll(async () => {
  redis = await startRedis();
  upstash = await startUpstash(redis.url);
});

afterEach(async () => {
  redis.resume();
  await Promise.all(open.splice(0).map((limits) => limits.close()));
  const admin = new Redis(redis.url);
  await admin.flushall();
  admin.disconnect();
});

afterAll(async () => {
  await upstash.close();
  await redis.kill();
});

/** Two processes, as far as limits know: two sets of them, connected to the same Redis. */
async function twoProcesses(options: Omit<LimitsOptions, 'clock'>): Promise<[Limits, Limits]> {
  const both = [0, 1].map(() => createLimits({ ...options, clock: systemClock })) as [Limits, Limits];
  open.push(...both);
  await vi.waitFor(() => expect(both.every((limits) => limits.isShared())).toBe(true), 5_000);
  return both;
}

const links = [
  ['a plain Redis', () => ({ redisUrl: redis.url })],
  ['Upstash over REST', () => ({ upstash: { url: upstash.url, token: upstash.token } })],
] as const;

describe.each(links)('limits shared through %s', (_name, link) => {
  it('count across two processes, for a citizen and an address alike', async () => {
    for (const [kind, address] of [
      ['citizen', '192.0.2.1'],
      ['address', '192.0.2.2'],
    ] as const) {
      const classes = writesOf(kind, { shared: 3, local: 3 }, hour);
      const [left, right] = await twoProcesses({ ...link(), classes });
      const callers = { address, citizen: 'shared' };
      expect([
        ...(await takeTimes(left, 2, { callers })),
        ...(await takeTimes(right, 2, { callers })),
        ...(await takeTimes(left, 1, { callers })),
      ]).toEqual(['taken', 'taken', 'taken', 'rate_limited', 'rate_limited']);
    }
  });

  /** What is shown here is the count, on a machine however busy: not how long one waits for it. */
  const patient = 20_000;

  it('let exactly the limit pass of five hundred calls at once at two processes', async () => {
    const [left, right] = await twoProcesses({ ...link(), classes: writesOf('citizen', same(100), hour) });
    const calls = Array.from({ length: 500 }, (_, call) =>
      (call % 2 === 0 ? left : right).take('write', { ...here, citizen: 'c' }, patient),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
  });

  it('tell what is left of the count that all processes share', async () => {
    const [left, right] = await twoProcesses({ ...link(), classes: writesOf('citizen', same(10), hour) });
    const callers = { ...here, citizen: 'c' };
    await takeTimes(left, 6, { callers });
    expect(await right.take('write', callers)).toMatchObject({ limit: 10, remaining: 3 });
    await takeTimes(left, 3, { callers });
    await expect(right.take('write', callers)).rejects.toMatchObject({
      details: { limit: 'write', calls: 10, retryAfterSeconds: expect.any(Number) as number },
    });
  });

  it('do not let one citizen who is over the limit use up the address that others share', async () => {
    const calls = { citizen: same(4), address: same(30) };
    const classes = { ...limitClasses, write: { windowSeconds: hour, calls } };
    const [left, right] = await twoProcesses({ ...link(), classes });
    await takeTimes(left, 3, { callers: { ...here, citizen: 'greedy' } });
    await takeTimes(right, 60, { callers: { ...here, citizen: 'greedy' } });
    expect(await takeTimes(right, 3, { callers: { ...here, citizen: 'other' } })).toEqual(['taken', 'taken', 'taken']);
  });

  it('go on here when Redis hangs, against the local limit, and come back by themselves', async () => {
    const [left, right] = await twoProcesses({
      ...link(),
      classes: writesOf('citizen', { shared: 6, local: 3 }, hour),
    });
    const callers = { ...here, citizen: 'c' };
    expect(await takeTimes(left, 2, { callers })).toEqual(['taken', 'taken']);
    redis.pause();
    expect(await takeTimes(left, 3, { callers })).toEqual(['taken', 'rate_limited', 'rate_limited']);
    expect(left.isShared()).toBe(false);
    redis.resume();
    await vi.waitFor(() => expect(left.isShared()).toBe(true), 5_000);
    // It only was slow: its memory is as it was, and the shared limit is the one that holds.
    expect(await takeTimes(left, 1, { callers })).toEqual(['taken']);
    expect(await takeTimes(right, 1, { callers })).toEqual(['taken']);
  });

  it('let only the local limit pass of the calls that were waiting when Redis hung', async () => {
    const [left] = await twoProcesses({ ...link(), classes: writesOf('citizen', { shared: 50, local: 5 }, hour) });
    redis.pause();
    const calls = Array.from({ length: 50 }, () => left.take('write', { ...here, citizen: 'c' }));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('hold against the local limit for one window more when Redis comes back without its memory', async () => {
    const [left, right] = await twoProcesses({
      ...link(),
      classes: writesOf('citizen', { shared: 6, local: 3 }, hour),
    });
    const callers = { ...here, citizen: 'c' };
    await takeTimes(left, 4, { callers });
    await takeTimes(right, 2, { callers });
    await redis.kill();
    await Promise.all([left, right].map((limits) => limits.take('read', here)));
    await redis.restart();
    await vi.waitFor(() => expect(left.isShared() && right.isShared()).toBe(true), 5_000);
    expect(await takeTimes(left, 1, { callers })).toEqual(['rate_limited']);
    expect(await takeTimes(right, 2, { callers })).toEqual(['taken', 'rate_limited']);
  });

  it('are asked for nothing while they are known to hang, so that only the first call waits', async () => {
    const [left] = await twoProcesses({ ...link(), classes: writesOf('citizen', same(1_000), hour) });
    redis.pause();
    await left.take('write', { ...here, citizen: 'c' });
    const startedAt = performance.now();
    await takeTimes(left, 100, { callers: { ...here, citizen: 'c' } });
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe('a Redis that cannot be used', () => {
  it('that is not there at the start leaves the local limits, and is told of once', async () => {
    const told: boolean[] = [];
    const limits = createLimits({
      redisUrl: 'redis://127.0.0.1:9',
      classes: writesOf('citizen', { shared: 6, local: 3 }, hour),
      clock: systemClock,
      onSharing: ({ isShared }) => told.push(isShared),
    });
    open.push(limits);
    const outcomes = await takeTimes(limits, 4, { callers: { ...here, citizen: 'c' } });
    expect(outcomes).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
    await vi.waitFor(() => expect(told).toEqual([false]), 5_000);
  });

  it('for a wrong token means the local limits, not "allowed"', async () => {
    const limits = createLimits({
      upstash: { url: upstash.url, token: 'wrong' },
      classes: writesOf('citizen', { shared: 6, local: 3 }, hour),
      clock: systemClock,
    });
    open.push(limits);
    const before = upstash.seen.requests;
    await vi.waitFor(() => expect(upstash.seen.requests).toBeGreaterThan(before), 5_000);
    const outcomes = await takeTimes(limits, 4, { callers: { ...here, citizen: 'c' } });
    expect(outcomes).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
    expect(limits.isShared()).toBe(false);
  });

  it('that fails its commands although it answers is told of without anybody’s address', async () => {
    const told: string[] = [];
    const limits = createLimits({
      redisUrl: redis.url,
      clock: systemClock,
      onSharing: ({ reason }) => told.push(reason),
    });
    open.push(limits);
    await vi.waitFor(() => expect(limits.isShared()).toBe(true), 5_000);
    const admin = new Redis(redis.url);
    await admin.config('SET', 'maxmemory', '1');
    await limits.take('write', here);
    await admin.config('SET', 'maxmemory', '0');
    admin.disconnect();
    expect(told).toEqual([expect.any(String)]);
    expect(told[0]).not.toContain(here.address);
    await vi.waitFor(() => expect(limits.isShared()).toBe(true), 5_000);
  });
});

it('lets one request wait for a slow Redis once, however many checks it makes one after another', async () => {
  const [left] = await twoProcesses({ upstash: { url: upstash.url, token: upstash.token } });
  const request = requestLimits(left);
  upstash.delay.ms = 60;
  const startedAt = performance.now();
  for (let check = 0; check < 10; check += 1) await request.take('read', here);
  const waitedMs = performance.now() - startedAt;
  upstash.delay.ms = 0;
  // Ten answers take 600 ms.
  expect(waitedMs).toBeLessThan(450);
  expect(left.isShared()).toBe(true);
});

it('asks Upstash for all callers of a request in one HTTP request', async () => {
  const [left] = await twoProcesses({ upstash: { url: upstash.url, token: upstash.token } });
  await left.take('read', { ...here, citizen: 'c', credential: 'k' });
  const before = { ...upstash.seen };
  await left.take('read', { ...here, citizen: 'c', credential: 'k' });
  expect(upstash.seen).toEqual({ requests: before.requests + 1, commands: before.commands + 3 });
});

function same(calls: number) {
  return { shared: calls, local: calls };
}
