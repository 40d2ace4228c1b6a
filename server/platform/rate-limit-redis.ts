import { createHash } from 'node:crypto';
import type { Ratelimit } from '@upstash/ratelimit';
import { Redis as UpstashRedis } from '@upstash/redis';
import { Redis } from 'ioredis';

/** What @upstash/ratelimit wants to talk to. */
type RatelimitRedis = ConstructorParameters<typeof Ratelimit>[0]['redis'];

/** A way to the Redis that counts for all processes. */
export interface RedisLink {
  redis: RatelimitRedis;
  /** Tells when the connection goes and when it is back, as far as this kind of link knows. */
  watch(listener: { onLost: () => void; onReady: () => void }): void;
  close(): void;
}

/** A hung connection is given up after this long and made anew, so that nothing piles up in it. */
const silenceMsMax = 1_000;

/** A plain Redis over TCP. */
export function plainRedis(url: string): RedisLink {
  const redis = new Redis(url, {
    // A call that Redis did not take at once is decided here; asked again later it would count twice.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectTimeout: silenceMsMax,
    socketTimeout: silenceMsMax,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  // Every error also ends a command or closes the connection, and that is where it is dealt with.
  redis.on('error', () => undefined);
  return {
    // The library calls nothing else of its client as long as analytics, deny lists and dynamic limits are off.
    redis: scriptsOf(redis) as unknown as RatelimitRedis,
    watch: ({ onLost, onReady }) => {
      redis.on('close', onLost);
      redis.on('ready', onReady);
    },
    close: () => redis.disconnect(),
  };
}

/** Upstash's Redis over its REST interface. It has no connection to lose: only the next call tells. */
export function upstashRedis({ url, token }: { url: string; token: string }): RedisLink {
  const redis = new UpstashRedis({
    url,
    token,
    // One try: whoever asked does not wait for a second one. (`retry: false` would mean two.)
    retry: { retries: 0 },
    signal: () => AbortSignal.timeout(silenceMsMax),
    enableTelemetry: false,
  });
  return { redis, watch: () => undefined, close: () => undefined };
}

/** Runs the library's scripts, by their hash or whole. */
export interface Scripts {
  evalsha(hash: string, keys: string[], values: unknown[]): Promise<unknown>;
  eval(script: string, keys: string[], values: unknown[]): Promise<unknown>;
}

/**
 * Makes a plain Redis understand the library: its scripts begin with a line (`#!lua flags=…`) that only Upstash
 * knows, so that line is taken off, and the hash by which a script is called again is that of what is left.
 */
export function scriptsOf(redis: Redis): Scripts {
  const hashes = new Map<string, string>();
  return {
    evalsha: async (hash, keys, values) => {
      const plain = hashes.get(hash);
      if (plain === undefined) throw new Error('NOSCRIPT this script was not seen yet');
      return redis.evalsha(plain, keys.length, ...keys, ...values.map(String));
    },
    eval: async (script, keys, values) => {
      const plain = script.replace(/^#!lua[^\n]*\n/, '\n');
      hashes.set(sha1(script), sha1(plain));
      return redis.eval(plain, keys.length, ...keys, ...values.map(String));
    },
  };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
