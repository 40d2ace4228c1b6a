import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import { createRedis, redisTimeoutMs, type RedisAccess } from '#server/platform/redis.ts';
import { startTestVenice, type TestVenice } from '#server/sandbox/venice/testing.ts';
import { startTestRedis, type TestRedis } from '#server/testing/redis.ts';
import { createVeniceClient } from './venice-client.ts';
import { createVeniceDirectory, veniceCache } from './venice-directory.ts';

/** What the call to the sandbox and a busy machine may add. */
const slackMs = 150;

describe('Venice with a memory in Redis', () => {
  let server: TestRedis;
  let direct: Redis;
  let venice: TestVenice;
  const accesses: RedisAccess[] = [];
  const clock = systemClock;

  beforeAll(async () => {
    [server, venice] = await Promise.all([startTestRedis(), startTestVenice()]);
    direct = new Redis(server.url, { retryStrategy: () => 50 });
    direct.on('error', () => undefined);
  });
  afterAll(async () => {
    for (const access of accesses) access.close();
    direct.disconnect();
    await Promise.all([server.stop(), venice.close()]);
  });

  const makeProcess = async (apiUrl = `${venice.url}/api`) => {
    const redis = createRedis({ url: server.url, clock });
    accesses.push(redis);
    await vi.waitFor(async () => expect(await redis.ask((each) => each.ping())).toEqual({ value: 'PONG' }), 10_000);
    const client = createVeniceClient({ apiUrl: `${venice.url}/api`, clock });
    return createVeniceDirectory({ client, cache: veniceCache({ apiUrl, redis, clock }), clock });
  };
  const calls = async () => ((await (await fetch(`${venice.url}/sandbox/traffic`)).json()) as { calls: number }).calls;
  const keys = () => direct.keys('*');

  it('spares other processes the call, and puts nothing private into Redis', async () => {
    const [left, right] = [await makeProcess(), await makeProcess()];
    await left.reading('NLR');
    await vi.waitFor(async () => expect(await keys()).toHaveLength(1));
    expect(await right.reading('NLR')).toMatchObject({ status: 'found', isStale: false });
    expect(await calls()).toBe(1);
    const stored = JSON.parse((await direct.get((await keys())[0] ?? '')) ?? '') as { profile: object };
    expect(Object.keys(stored).sort()).toEqual(['asOf', 'profile']);
    expect(Object.keys(stored.profile).sort()).toEqual(['displayName', 'isAi', 'socialClass', 'username']);
  });

  it('keeps one Venice apart from another in the same Redis', async () => {
    await direct.flushall();
    await (await makeProcess()).reading('NLR');
    await (await makeProcess('https://serenissima.ai/api')).reading('NLR');
    await vi.waitFor(async () => expect(await keys()).toHaveLength(2));
  });

  it('answers in time while Redis is paused, from Venice and then from this process', async () => {
    const directory = await makeProcess();
    server.pause();
    const began = performance.now();
    expect(await directory.reading('MuranoGlass')).toMatchObject({ status: 'found' });
    expect(performance.now() - began).toBeLessThan(redisTimeoutMs + slackMs);
    const before = await calls();
    expect(await directory.reading('MuranoGlass')).toMatchObject({ status: 'found', isStale: false });
    expect(await calls()).toBe(before);
    server.resume();
  });

  it('answers in time while Redis is gone', async () => {
    const directory = await makeProcess();
    await server.kill();
    const began = performance.now();
    expect(await directory.reading('ElenaVeneziana')).toMatchObject({ status: 'found' });
    expect(performance.now() - began).toBeLessThan(redisTimeoutMs + slackMs);
  });
});
