import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createCircuitBreaker, type CircuitReport } from './circuit-breaker.ts';
import { systemClock, type Clock } from './clock.ts';
import { env } from './env.ts';
import { log } from './log.ts';
import { once } from './once.ts';

/** Redis as something that may be away: nobody waits for it longer than a moment, and nothing fails without it. */
export interface RedisAccess {
  /**
   * What Redis answers to the work; null when it is not connected, refuses, or does not answer in time. One that did
   * not answer in time is left alone for two seconds, so that its silence does not slow down every request. Never
   * rejects.
   */
  ask<T>(work: (redis: Redis) => Promise<T>): Promise<{ value: T } | null>;
  report(): CircuitReport;
  close(): void;
}

export interface RedisOptions {
  url: string;
  clock: Clock;
  /** Told when Redis stops answering and when it answers again. */
  onChange?: (report: CircuitReport) => void;
}

export const redisTimeoutMs = 250;
const leftAloneMs = 2_000;
/** A connection that has swallowed a command for so long is given up and made anew. */
const silenceMsMax = 5_000;

export function createRedis(options: RedisOptions): RedisAccess {
  const redis = new Redis(options.url, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    connectTimeout: 1_000,
    socketTimeout: silenceMsMax,
    retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
  });
  // Connection errors surface through each question, which is answered with null.
  redis.on('error', () => undefined);
  const circuit = createCircuitBreaker({
    name: 'redis',
    failuresMax: 1,
    openMs: leftAloneMs,
    clock: options.clock,
    ...(options.onChange === undefined ? {} : { onChange: options.onChange }),
  });
  return {
    ask: async (work) => {
      if (redis.status !== 'ready') return null;
      const answer = await circuit.call(
        () => answerInTime(work(redis)),
        (each) => each.status === 'silent',
      );
      return answer?.status === 'answered' ? { value: answer.value } : null;
    },
    report: () => circuit.report(),
    close: () => {
      redis.disconnect();
    },
  };
}

type Answer<T> = { status: 'answered'; value: T } | { status: 'refused' } | { status: 'silent' };

/** A refusal comes at once and costs nobody any time; silence is what must not be waited for again. */
async function answerInTime<T>(question: Promise<T>): Promise<Answer<T>> {
  const stop = new AbortController();
  const answered = question.then(
    (value): Answer<T> => ({ status: 'answered', value }),
    (): Answer<T> => ({ status: 'refused' }),
  );
  const silence = pause<Answer<T>>(redisTimeoutMs, { status: 'silent' }, { signal: stop.signal });
  try {
    return await Promise.race([answered, silence]);
  } finally {
    stop.abort();
  }
}

/** The Redis of this process, connected once; null when none is configured. */
export function redis(): RedisAccess | null {
  return once('redis', () => {
    const url = env().REDIS_URL;
    if (url === undefined) return null;
    const onChange = ({ state }: CircuitReport) => {
      if (state === 'closed') log().info('Redis answers again');
      else log().warn('Redis does not answer: this process goes on without it');
    };
    return createRedis({ url, clock: systemClock, onChange });
  });
}
