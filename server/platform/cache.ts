import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { RedisAccess } from './redis.ts';

/** Keeps values for a while: for all processes in Redis when there is one, and always in this process. */
export interface Cache<T> {
  /** What was written under the key and has not expired; null otherwise. Never rejects. */
  read(key: string): Promise<T | null>;
  /** Keeps a value for so long. Nobody waits for Redis to have it. */
  write(key: string, value: T, keepMs: number): void;
}

export interface CacheOptions<T> {
  /** Tells the keys of one cache from those of another in the same Redis. */
  name: string;
  /** The fields that may be kept: every other one is dropped before writing, and nothing else is believed on reading. */
  schema: z.ZodType<T>;
  redis: RedisAccess | null;
  clock: Clock;
  /** Most values that this process keeps by itself; the one that was not read for longest goes first. */
  entriesMax?: number;
}

interface Entry {
  text: string;
  expiresAt: number;
}

/**
 * A Redis that is slow or gone delays nobody by more than its timeout and breaks nothing: what this process wrote or
 * read itself is answered then.
 */
export function createCache<T>(options: CacheOptions<T>): Cache<T> {
  const { name, schema, redis, clock, entriesMax = 2_000 } = options;
  const own = new Map<string, Entry>();
  const keep = (key: string, entry: Entry) => {
    own.delete(key);
    own.set(key, entry);
    if (own.size > entriesMax) own.delete(own.keys().next().value ?? key);
  };
  const readOwn = (key: string): string | null => {
    const entry = own.get(key);
    if (entry === undefined) return null;
    if (entry.expiresAt <= clock.now().getTime()) {
      own.delete(key);
      return null;
    }
    keep(key, entry);
    return entry.text;
  };
  const sharedKey = (key: string) => `cascade:cache:${name}:${key}`;
  return {
    read: async (key) => {
      const shared = await redis?.ask((each) => each.get(sharedKey(key)));
      return parsed(schema, shared?.value ?? null) ?? parsed(schema, readOwn(key));
    },
    write: (key, value, keepMs) => {
      const text = JSON.stringify(schema.parse(value));
      keep(key, { text, expiresAt: clock.now().getTime() + keepMs });
      void redis?.ask((each) => each.set(sharedKey(key), text, 'PX', keepMs)); // never rejects
    },
  };
}

/** What another version of this program, or a stranger, left in Redis is a miss. */
function parsed<T>(schema: z.ZodType<T>, text: string | null): T | null {
  if (text === null) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
