import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startTestRedis, type TestRedis } from '#server/testing/redis.ts';
import { createCache } from './cache.ts';
import { systemClock } from './clock.ts';
import { createRedis, redisTimeoutMs, type RedisAccess } from './redis.ts';

/** What a busy machine may add to a timer before this counts as waiting. */
const slackMs = 150;

describe('a cache in a real Redis', () => {
  let server: TestRedis;
  let direct: Redis;
  const accesses: RedisAccess[] = [];
  const schema = z.object({ name: z.string() });

  /** A process of its own, connected. */
  const makeProcess = async () => {
    const redis = createRedis({ url: server.url, clock: systemClock });
    accesses.push(redis);
    await vi.waitFor(async () => expect(await redis.ask((each) => each.ping())).toEqual({ value: 'PONG' }), 10_000);
    return { redis, cache: createCache({ name: 'test', schema, redis, clock: systemClock }) };
  };
  const timed = async <T>(work: () => Promise<T>): Promise<{ value: T; tookMs: number }> => {
    const began = performance.now();
    const value = await work();
    return { value, tookMs: performance.now() - began };
  };

  beforeAll(async () => {
    server = await startTestRedis();
    direct = new Redis(server.url, { retryStrategy: () => 50 });
    direct.on('error', () => undefined);
  });
  beforeEach(() => direct.flushall());
  afterAll(async () => {
    for (const access of accesses) access.close();
    direct.disconnect();
    await server.stop();
  });

  it('shares what one process wrote with every other, for as long as it was to be kept', async () => {
    const [left, right] = [await makeProcess(), await makeProcess()];
    left.cache.write('NLR', { name: 'Niccolò' }, 60_000);
    await vi.waitFor(async () => expect(await right.cache.read('NLR')).toEqual({ name: 'Niccolò' }));
    expect(await direct.pttl('cascade:cache:test:NLR')).toBeGreaterThan(50_000);
  });

  it('puts only the fields that are named into Redis', async () => {
    const { cache } = await makeProcess();
    const record = { name: 'Niccolò', wallet: 'private' };
    cache.write('NLR', record, 60_000);
    await vi.waitFor(async () => expect(await direct.get('cascade:cache:test:NLR')).toBe('{"name":"Niccolò"}'));
  });

  it('takes what is not of its shape for nothing', async () => {
    const { cache } = await makeProcess();
    await direct.set('cascade:cache:test:NLR', '{"title":"Doge"}');
    await direct.set('cascade:cache:test:Elena', 'no JSON');
    expect([await cache.read('NLR'), await cache.read('Elena')]).toEqual([null, null]);
  });

  it('paused: nobody waits longer than the timeout, later questions not at all, and it comes back by itself', async () => {
    const { redis, cache } = await makeProcess();
    cache.write('NLR', { name: 'Niccolò' }, 60_000);
    server.pause();
    const first = await timed(() => cache.read('NLR'));
    expect(first.value).toEqual({ name: 'Niccolò' });
    expect(first.tookMs).toBeLessThan(redisTimeoutMs + slackMs);
    const next = await timed(() => Promise.all(Array.from({ length: 50 }, () => cache.read('NLR'))));
    expect(next.value).toEqual(Array.from({ length: 50 }, () => ({ name: 'Niccolò' })));
    expect(next.tookMs).toBeLessThan(slackMs);
    server.resume();
    await vi.waitFor(() => expect(redis.report().state).not.toBe('open'), 10_000);
    await vi.waitFor(async () => expect(await redis.ask((each) => each.ping())).toEqual({ value: 'PONG' }), 10_000);
    expect(redis.report().state).toBe('closed');
  });

  it('killed under load: no question fails or waits, and a new server is used by itself', async () => {
    const { redis, cache } = await makeProcess();
    cache.write('NLR', { name: 'Niccolò' }, 60_000);
    const load = Array.from({ length: 200 }, async (_, index) => {
      if (index === 50) await server.kill();
      return await timed(() => cache.read('NLR'));
    });
    const answers = await Promise.all(load);
    expect(answers.every(({ value }) => value?.name === 'Niccolò')).toBe(true);
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(redisTimeoutMs + slackMs);
    await server.start();
    await vi.waitFor(async () => expect(await redis.ask((each) => each.ping())).toEqual({ value: 'PONG' }), 10_000);
    cache.write('NLR', { name: 'Niccolò' }, 60_000);
    await vi.waitFor(async () => expect(await direct.exists('cascade:cache:test:NLR')).toBe(1), 10_000);
  });
});
