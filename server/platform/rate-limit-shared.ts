import { Ratelimit } from '@upstash/ratelimit';
import type { RedisLink } from './rate-limit-redis.ts';
import { createRedisWatch, reasonOf, type OnSharing } from './rate-limit-watch.ts';
import { within } from './within.ts';

/** One count to add to: who is asking, under which limit. */
export interface Question {
  /** Class and kind of caller, as `write:citizen`. */
  name: string;
  caller: string;
  calls: number;
  windowMs: number;
}

export interface SharedAnswer {
  isAllowed: boolean;
  /** The limit that was asked about. */
  calls: number;
  remaining: number;
  /** When the running counter ends, in milliseconds since 1970. */
  resetAt: number;
}

/** The counts that all processes share. */
export interface SharedCounts {
  isUp(): boolean;
  /** True while Redis does not answer, and while it may have forgotten something of a window of this length. */
  isIncomplete(windowMs: number): boolean;
  /** The answers, one per question and in their order, or null when Redis did not give them in time. */
  ask(questions: readonly Question[], waitMsMax: number): Promise<SharedAnswer[] | null>;
  close(): void;
}

/**
 * How long one request waits for Redis at most, all its checks together. 250 ms are allowed; the rest is for a timer
 * that comes late in a busy process.
 */
export const redisWaitMsMax = 200;

/**
 * A caller over a limit is not asked for again for so long. Else each refused call would go on adding to the other
 * counts it carries, and one citizen could use up the address that others share with them.
 */
const refusalMs = 1_000;
const refusalsMax = 10_000;

export function createSharedCounts(link: RedisLink, onSharing: OnSharing): SharedCounts {
  const limiters = new Map<string, Ratelimit>();
  const refusals = new Map<string, { until: number; answer: SharedAnswer }>();
  const probe = makeLimiter(link, { name: 'probe', calls: 1_000_000, windowMs: 1_000 });
  const watch = createRedisWatch({ probe: () => probe.limit('{probe}'), answerMsMax: redisWaitMsMax, onSharing });
  link.watch({ onLost: () => watch.lost('the connection is closed'), onReady: () => watch.probeSoon() });

  const askOne = async (question: Question): Promise<SharedAnswer> => {
    let limiter = limiters.get(question.name);
    if (limiter === undefined) limiters.set(question.name, (limiter = makeLimiter(link, question)));
    // The braces keep the keys of both windows in one slot of a Redis cluster.
    const { success, remaining, reset } = await limiter.limit(`{${question.caller}}`);
    return { isAllowed: success, calls: question.calls, remaining, resetAt: reset };
  };

  return {
    isUp: () => watch.isUp(),
    isIncomplete: (windowMs) => {
      const renewedAt = watch.renewedAt();
      return !watch.isUp() || (renewedAt !== null && performance.now() - renewedAt < windowMs);
    },
    ask: async (questions, waitMsMax) => {
      if (!watch.isUp() || waitMsMax <= 0) return null;
      const known = rememberedRefusal(refusals, questions);
      if (known !== null) return [known];
      try {
        const answers = await within(Promise.all(questions.map(askOne)), Math.min(waitMsMax, redisWaitMsMax));
        // A request that had used up most of its wait before says little about Redis.
        if (answers === null && waitMsMax > redisWaitMsMax / 2) watch.lost('it does not answer in time', true);
        if (answers !== null) remember(refusals, questions, answers);
        return answers;
      } catch (error) {
        watch.lost(reasonOf(error));
        return null;
      }
    },
    close: () => {
      watch.close();
      link.close();
    },
  };
}

/** The library's own timeout would let the call through, so it is off; `ask` has one of its own. */
function makeLimiter(link: RedisLink, { name, calls, windowMs }: Omit<Question, 'caller'>): Ratelimit {
  return new Ratelimit({
    redis: link.redis,
    limiter: Ratelimit.slidingWindow(calls, `${windowMs} ms`),
    prefix: `cascade:limit:${name}`,
    timeout: 0,
    ephemeralCache: false,
    enableTelemetry: false,
  });
}

type Refusals = Map<string, { until: number; answer: SharedAnswer }>;

function rememberedRefusal(refusals: Refusals, questions: readonly Question[]): SharedAnswer | null {
  const now = Date.now();
  for (const question of questions) {
    const known = refusals.get(keyOf(question));
    if (known !== undefined && now < known.until) return known.answer;
  }
  return null;
}

/** Forgetting one early is harmless: then Redis is asked, and refuses. */
function remember(refusals: Refusals, questions: readonly Question[], answers: readonly SharedAnswer[]): void {
  for (const [index, answer] of answers.entries()) {
    const question = questions[index];
    if (answer.isAllowed || question === undefined) continue;
    const oldest = refusals.keys().next();
    if (refusals.size >= refusalsMax && oldest.done !== true) refusals.delete(oldest.value);
    refusals.set(keyOf(question), { until: Math.min(answer.resetAt, Date.now() + refusalMs), answer });
  }
}

function keyOf({ name, caller }: Question): string {
  return `${name}:${caller}`;
}
