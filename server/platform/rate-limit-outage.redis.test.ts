import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '#server/testing/redis-server.ts';
import { startUpstash, type UpstashServer } from '#server/testing/upstash-server.ts';
import { systemClock } from './clock.ts';
import { limitClasses, type LimitClass, type LimitClassName } from './rate-limit-classes.ts';
import { createLimits, type Limits, type LimitsOptions } from './rate-limit.ts';

/**
 * Redis goes away under load: killed and started again without its memory, then stopped (SIGSTOP) and continued.
 * Two processes are two sets of limits; 40 calls are under way at most, a few thousand in a second.
 */
const atOnceMax = 40;
/** So many use up their limits before Redis goes, as many more come only then. */
const [early, late] = [15, 15];
const processes = 2;
/** No window ends during the test, so that a whole run is held against one limit. */
const windowSeconds = 24 * 3_600;
const plenty = { shared: 10_000_000, local: 10_000_000 };
const strict = { shared: 60, local: 10 };
const lenient = { shared: 40, local: 40 };

/**
 * What one call may take. The limiter gives Redis 200 ms, so 100 are left for timers that come late. On a machine that
 * is busier than that, by how much this process itself stood still at its worst is allowed on top.
 */
const waitMsMax = 300;

const classes: Record<LimitClassName, LimitClass> = {
  ...limitClasses,
  money: { windowSeconds, calls: { address: plenty, citizen: strict } },
  write: { windowSeconds, calls: { address: plenty, citizen: lenient } },
};

interface Load {
  passed: Map<string, number>;
  waits: number[];
  /** From now on the others come as well. */
  letIn(): void;
  stop(): Promise<void>;
}

/** Calls without end, for every citizen in turn and at both processes, never more than `atOnceMax` at once. */
function load(limits: readonly Limits[]): Load {
  const [passed, waits] = [new Map<string, number>(), [] as number[]];
  let isRunning = true;
  let [calls, citizens] = [0, early];
  const callOnce = async () => {
    calls += 1;
    const citizen = `citizen ${String(calls % citizens)}`;
    const className = calls % 7 === 0 ? 'write' : 'money';
    const at = limits[Math.floor(calls / citizens) % limits.length];
    const startedAt = performance.now();
    const isAllowed = await at?.take(className, { citizen, address: '192.0.2.1' }).then(
      () => true,
      () => false,
    );
    waits.push(performance.now() - startedAt);
    const key = `${className} ${citizen}`;
    if (isAllowed === true) passed.set(key, (passed.get(key) ?? 0) + 1);
  };
  const caller = async () => {
    while (isRunning) {
      await callOnce();
      await pause(5);
    }
  };
  const callers = Array.from({ length: atOnceMax }, caller);
  return {
    passed,
    waits,
    letIn: () => {
      citizens = early + late;
    },
    stop: async () => {
      isRunning = false;
      await Promise.all(callers);
    },
  };
}

function passedBy({ passed }: Load, className: string, { from, count }: { from: number; count: number }): number[] {
  return Array.from({ length: count }, (_, each) => passed.get(`${className} citizen ${String(from + each)}`) ?? 0);
}

const links: [string, (redis: TestRedis, upstash: UpstashServer) => Omit<LimitsOptions, 'clock'>][] = [
  ['a plain Redis', (redis) => ({ redisUrl: redis.url })],
  ['Upstash over REST', (_redis, upstash) => ({ upstash: { url: upstash.url, token: upstash.token } })],
];

describe.each(links)('under load, with %s', (name, link) => {
  let redis: TestRedis;
  let upstash: UpstashServer;
  let limits: Limits[];
  let running: Load;
  const figures: Record<string, number> = {};
  const loopDelay = monitorEventLoopDelay({ resolution: 10 });

  const areShared = (shared: boolean) => limits.every((each) => each.isShared() === shared);
  /** Waits until every process knows, and says how many milliseconds that took. */
  const untilShared = async (shared: boolean) => {
    const startedAt = performance.now();
    await vi.waitFor(() => expect(areShared(shared)).toBe(true), { timeout: 5_000, interval: 5 });
    return Math.round(performance.now() - startedAt);
  };

  beforeAll(async () => {
    redis = await startRedis();
    upstash = await startUpstash(redis.url);
    limits = Array.from({ length: processes }, () =>
      createLimits({ ...link(redis, upstash), classes, clock: systemClock }),
    );
    await untilShared(true);
    loopDelay.enable();
    running = load(limits);
    await vi.waitFor(
      () =>
        expect(Math.min(...passedBy(running, 'money', { from: 0, count: early }))).toBeGreaterThanOrEqual(
          strict.shared,
        ),
      10_000,
    );
    await redis.kill();
    running.letIn();
    figures['killNoticedMs'] = await untilShared(false);
    await pause(500);
    await redis.restart();
    figures['backAfterRestartMs'] = await untilShared(true);
    await pause(500);
    redis.pause();
    figures['pauseNoticedMs'] = await untilShared(false);
    await pause(1_500);
    redis.resume();
    figures['backAfterPauseMs'] = await untilShared(true);
    await pause(300);
    await running.stop();
    loopDelay.disable();
  });

  afterAll(async () => {
    await Promise.all(limits.map((each) => each.close()));
    await upstash.close();
    await redis.kill();
    process.stdout.write(`${name}: ${JSON.stringify(figures)}\n`);
  });

  it('no call waits longer than 300 ms', () => {
    const { waits } = running;
    const stoodStillMs = loopDelay.max / 1_000_000 - 10;
    figures['stoodStillMsMax'] = Math.round(stoodStillMs);
    figures['calls'] = waits.length;
    figures['waitMsMax'] = Math.round(Math.max(...waits));
    figures['waitedOver50Ms'] = waits.filter((wait) => wait > 50).length;
    expect(waits.length).toBeGreaterThan(1_000);
    expect(Math.max(...waits)).toBeLessThan(waitMsMax + stoodStillMs);
  });

  it.each([
    ['money', strict],
    ['write', lenient],
  ] as const)(
    'nobody gets past the limit of %s by more than the local limits allow',
    (className, { shared, local }) => {
      const passedEarly = passedBy(running, className, { from: 0, count: early });
      const passedLate = passedBy(running, className, { from: early, count: late });
      const passedMax = Math.max(...passedEarly, ...passedLate);
      figures[`${className}PassedMax`] = passedMax;
      figures[`${className}Allowed`] = shared + processes * local;
      expect(passedMax).toBeLessThanOrEqual(shared + processes * local);
      // Nobody was shut out: those who came while Redis was away had a local limit at least.
      expect(Math.min(...passedEarly, ...passedLate)).toBeGreaterThanOrEqual(local);
    },
  );

  it('afterwards both processes count together again', async () => {
    let passed = 0;
    for (let call = 0; call < 2 * lenient.shared; call += 1) {
      const taken = limits[call % processes]?.take('write', { citizen: 'newcomer', address: '192.0.2.1' });
      passed += await (taken?.then(
        () => 1,
        () => 0,
      ) ?? 0);
    }
    expect(passed).toBe(lenient.shared);
  });
});
