import { spawn, type ChildProcess } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#server/testing/cluster.ts';
import { takeTimes } from '#server/testing/limits.ts';
import { systemClock } from './clock.ts';
import { createLimits } from './rate-limit.ts';

describe('limits in a real Redis', () => {
  let server: ChildProcess;
  let redisUrl: string;

  beforeAll(async () => {
    const port = await freePort();
    redisUrl = `redis://127.0.0.1:${String(port)}`;
    server = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1']);
    const probe = new Redis(redisUrl, { retryStrategy: () => 20 });
    probe.on('error', () => undefined);
    await probe.ping();
    probe.disconnect();
  });

  afterAll(async () => {
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await onceEvent(server, 'exit');
  });

  it('counts across two processes and goes on counting here when Redis hangs, never allowing blindly', async () => {
    const [left, right] = [
      createLimits({ redisUrl, clock: systemClock }),
      createLimits({ redisUrl, clock: systemClock }),
    ];
    const warmUp = new Redis(redisUrl);
    await warmUp.ping();
    warmUp.disconnect();
    const outcomes = [...(await takeTimes(left, 2, 'shared')), ...(await takeTimes(right, 2, 'shared'))];
    expect(outcomes).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
    server.kill('SIGSTOP');
    expect(await takeTimes(left, 4, 'shared')).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
    server.kill('SIGCONT');
    await Promise.all([left.close(), right.close()]);
  });
});
