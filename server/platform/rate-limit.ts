import { createHash } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from 'ioredis';
import type { Clock } from './clock.ts';
import { DomainError } from './errors.ts';

/** At most `calls` within any `windowSeconds`, counted per caller. */
export interface RateLimit {
  name: string;
  calls: number;
  windowSeconds: number;
}

/** Counts calls; `take` rejects with `rate_limited` when the caller is over the limit. */
export interface Limits {
  take(limit: RateLimit, caller: string): Promise<void>;
  close(): Promise<void>;
}

const redisTimeoutMs = 250;
const callersMax = 20_000;

/**
 * Limits shared by all processes when there is a Redis, else kept in this process. A Redis that is
 * slow or gone never means "allowed": the in-process count decides until it answers again.
 */
export function createLimits(options: { redisUrl?: string | undefined; clock: Clock }): Limits {
  const local = createLocalLimits(options.clock);
  if (options.redisUrl === undefined) return local;
  const redis = new Redis(options.redisUrl, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    connectTimeout: 1_000,
    commandTimeout: redisTimeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
  });
  // Connection errors surface through each command, which falls back to the in-process count.
  redis.on('error', () => undefined);
  const shared = new Map<string, Ratelimit>();
  return {
    take: async (limit, caller) => {
      const answer = await askRedis(limiterFor(shared, redis, limit), caller);
      if (answer === null) await local.take(limit, caller);
      else if (!answer.success) throw tooMany(limit, answer.reset - options.clock.now().getTime());
    },
    close: async () => {
      redis.disconnect();
      await local.close();
    },
  };
}

function limiterFor(known: Map<string, Ratelimit>, redis: Redis, limit: RateLimit): Ratelimit {
  const existing = known.get(limit.name);
  if (existing !== undefined) return existing;
  const made = new Ratelimit({
    redis: adaptRedis(redis),
    limiter: Ratelimit.slidingWindow(limit.calls, `${String(limit.windowSeconds)} s` as `${number} s`),
    prefix: `cascade:limit:${limit.name}`,
    timeout: redisTimeoutMs,
    ephemeralCache: false,
    enableTelemetry: false,
  });
  known.set(limit.name, made);
  return made;
}

async function askRedis(limiter: Ratelimit, caller: string): Promise<{ success: boolean; reset: number } | null> {
  try {
    // The braces keep both windows' keys in one slot of a Redis cluster.
    const answer = await limiter.limit(`{${caller}}`);
    return answer.reason === 'timeout' ? null : answer;
  } catch {
    return null;
  }
}

type UpstashRedis = ConstructorParameters<typeof Ratelimit>[0]['redis'];

/** Plain Redis refuses the first line (`#!lua flags=…`) of the library's scripts, so it is taken off. */
function adaptRedis(redis: Redis): UpstashRedis {
  const hashes = new Map<string, string>();
  const adapter = {
    evalsha: async (hash: string, keys: string[], values: unknown[]) => {
      const plain = hashes.get(hash);
      if (plain === undefined) throw new Error('NOSCRIPT this script was not seen yet');
      return redis.evalsha(plain, keys.length, ...keys, ...values.map(String));
    },
    eval: async (script: string, keys: string[], values: unknown[]) => {
      const plain = script.replace(/^#!lua[^\n]*\n/, '\n');
      hashes.set(sha1(script), sha1(plain));
      return redis.eval(plain, keys.length, ...keys, ...values.map(String));
    },
    get: (key: string) => redis.get(key),
    set: (key: string, value: string) => redis.set(key, value),
  };
  return adapter as unknown as UpstashRedis;
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

interface Window {
  startedAt: number;
  current: number;
  previous: number;
}

/** A sliding window of two counters per caller, for at most `callersMax` callers. */
function createLocalLimits(clock: Clock): Limits {
  const windows = new Map<string, Window>();
  return {
    take: (limit, caller) => {
      const length = limit.windowSeconds * 1_000;
      const now = clock.now().getTime();
      const key = `${limit.name}:${caller}`;
      const window = rolledOver(windows.get(key), now, length);
      windows.delete(key);
      windows.set(key, window);
      if (windows.size > callersMax) windows.delete(windows.keys().next().value ?? key);
      const elapsed = (now - window.startedAt) / length;
      if (window.previous * (1 - elapsed) + window.current >= limit.calls) {
        return Promise.reject(tooMany(limit, window.startedAt + length - now));
      }
      window.current += 1;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function rolledOver(window: Window | undefined, now: number, length: number): Window {
  const startedAt = now - (now % length);
  if (window?.startedAt === startedAt) return window;
  const previous = window?.startedAt === startedAt - length ? window.current : 0;
  return { startedAt, current: 0, previous };
}

function tooMany(limit: RateLimit, waitMs: number): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new DomainError({
    kind: 'rate_limited',
    code: 'rate_limited',
    message: `That was too many requests in a short time. Please wait ${String(retryAfterSeconds)} seconds.`,
    details: { limit: limit.name, retryAfterSeconds },
  });
}
