import { addressGroup } from './caller-address.ts';
import type { Clock } from './clock.ts';
import { DomainError } from './errors.ts';
import {
  limitClasses,
  type Allowance,
  type CallerKind,
  type Callers,
  type LimitClass,
  type LimitClassName,
} from './rate-limit-classes.ts';
import { plainRedis, upstashRedis, type RedisLink } from './rate-limit-redis.ts';
import { createSharedCounts, redisWaitMsMax, type Question, type SharedAnswer } from './rate-limit-shared.ts';
import type { OnSharing } from './rate-limit-watch.ts';
import { windowCounts, type WindowCounts } from './rate-limit-windows.ts';

/** Where a caller stands in the limit that leaves them the least. */
export interface LimitState {
  /** Calls within a window. */
  limit: number;
  remaining: number;
  resetSeconds: number;
}

/** Counts calls and refuses those over a limit. */
export interface Limits {
  /**
   * Counts one call of a class for each of its callers. Waits for Redis `waitMsMax` milliseconds at most, by default
   * as long as one request may.
   * Refuses: `rate_limited` (details: `limit`, the class; `calls`, how many are allowed; `retryAfterSeconds`). A
   * refused call is counted nowhere.
   */
  take(className: LimitClassName, callers: Callers, waitMsMax?: number): Promise<LimitState>;
  /** True while all processes count together; else this one counts for itself. */
  isShared(): boolean;
  close(): Promise<void>;
}

export interface LimitsOptions {
  clock: Clock;
  /** A plain Redis. */
  redisUrl?: string | undefined;
  /** Upstash's Redis over REST; goes before `redisUrl`. */
  upstash?: { url: string; token: string } | undefined;
  classes?: Record<LimitClassName, LimitClass>;
  onSharing?: OnSharing;
}

/**
 * Limits that all processes share where there is a Redis, and of this process beside it.
 *
 * This process counts every call in any case. While Redis counts for all, its answer decides, and the own count only
 * makes sure that no Redis that lost its memory lets more pass here than the limit. Without an answer the own count alone
 * decides, against the local limit of the class; after an outage in which Redis may have lost its memory that limit
 * holds beside it for one window more. A failure never means "allowed".
 */
export function createLimits(options: LimitsOptions): Limits {
  const classes = options.classes ?? limitClasses;
  const link = linkFor(options);
  const shared = link === null ? null : createSharedCounts(link, options.onSharing ?? (() => undefined));
  const windows = new Map<string, WindowCounts>();

  const take = async (className: LimitClassName, callers: Callers, waitMsMax: number): Promise<LimitState> => {
    const now = options.clock.now().getTime();
    const counts = countsOf({ className, limitClass: classes[className], callers, windows });
    const windowMs = classes[className].windowSeconds * 1_000;
    const isLocal = shared === null || shared.isIncomplete(windowMs);
    const own = counts.map((count) => ownAnswer(count, now, isLocal ? 'local' : 'shared'));
    refuseAny(className, own, now);
    const takeBack = counts.map((count) => count.window.count(count.caller, now));
    try {
      const answers = shared === null ? null : await shared.ask(counts.map(questionOf), waitMsMax);
      if (answers !== null) refuseAny(className, answers, now);
      else if (!isLocal)
        refuseAny(
          className,
          counts.map((count) => countedAnswer(count, now)),
          now,
        );
      return strictest([...own, ...(answers ?? [])], now);
    } catch (error) {
      for (const undo of takeBack) undo();
      throw error;
    }
  };

  return {
    take: (className, callers, waitMsMax = redisWaitMsMax) => take(className, callers, waitMsMax),
    isShared: () => shared?.isUp() ?? false,
    close: () => {
      shared?.close();
      return Promise.resolve();
    },
  };
}

function linkFor({ upstash, redisUrl }: LimitsOptions): RedisLink | null {
  if (upstash !== undefined) return upstashRedis(upstash);
  return redisUrl === undefined ? null : plainRedis(redisUrl);
}

/** One of the counts that a call adds to. */
interface Count {
  name: string;
  caller: string;
  allowance: Allowance;
  windowMs: number;
  window: WindowCounts;
}

const kinds: readonly CallerKind[] = ['citizen', 'credential', 'address'];

function countsOf(input: {
  className: LimitClassName;
  limitClass: LimitClass;
  callers: Callers;
  windows: Map<string, WindowCounts>;
}): Count[] {
  const windowMs = input.limitClass.windowSeconds * 1_000;
  return kinds.flatMap((kind) => {
    const allowance = input.limitClass.calls[kind];
    const caller = kind === 'address' ? addressGroup(input.callers.address) : input.callers[kind];
    if (allowance === undefined || caller === undefined) return [];
    const name = `${input.className}:${kind}`;
    let window = input.windows.get(name);
    if (window === undefined) input.windows.set(name, (window = windowCounts(windowMs)));
    return [{ name, caller, allowance, windowMs, window }];
  });
}

function questionOf({ name, caller, allowance, windowMs }: Count): Question {
  return { name, caller, calls: allowance.shared, windowMs };
}

/** Whether this process's own count allows one call more. */
function ownAnswer(count: Count, now: number, limit: keyof Allowance): SharedAnswer {
  const { calls: used, isExact, resetAt } = count.window.standing(count.caller, now);
  const calls = count.allowance[limit];
  // Calls that may be of others refuse nobody while Redis knows whose they are.
  if (limit === 'shared' && !isExact) return { isAllowed: true, calls, remaining: calls, resetAt };
  return { isAllowed: used < calls, calls, remaining: Math.max(0, calls - used - 1), resetAt };
}

/** The same for a call that is counted already, after Redis was asked in vain. */
function countedAnswer(count: Count, now: number): SharedAnswer {
  const { calls: used, resetAt } = count.window.standing(count.caller, now);
  const calls = count.allowance.local;
  return { isAllowed: used <= calls, calls, remaining: Math.max(0, calls - used), resetAt };
}

function refuseAny(className: LimitClassName, answers: readonly SharedAnswer[], now: number): void {
  const refusal = answers.find(({ isAllowed }) => !isAllowed);
  if (refusal === undefined) return;
  const retryAfterSeconds = secondsUntil(refusal.resetAt, now);
  throw new DomainError({
    kind: 'rate_limited',
    code: 'rate_limited',
    message: `That was too many requests in a short time. Please wait ${String(retryAfterSeconds)} seconds.`,
    details: { limit: className, calls: refusal.calls, retryAfterSeconds },
  });
}

function strictest(answers: readonly SharedAnswer[], now: number): LimitState {
  const least = answers.reduce((left, right) => (right.remaining < left.remaining ? right : left));
  return { limit: least.calls, remaining: least.remaining, resetSeconds: secondsUntil(least.resetAt, now) };
}

function secondsUntil(time: number, now: number): number {
  return Math.max(1, Math.ceil((time - now) / 1_000));
}
