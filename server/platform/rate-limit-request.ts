import { asRefusal, type DomainError } from './errors.ts';
import { limitHeaders, refusalHeaders } from './rate-limit-headers.ts';
import { redisWaitMsMax } from './rate-limit-shared.ts';
import type { LimitState, Limits } from './rate-limit.ts';

/** The limits as one request takes them: its checks share one wait for Redis, and its answer tells the strictest. */
export interface RequestLimits extends Limits {
  /** Headers about the strictest limit that this request met so far; none when it met none. */
  headers(): Record<string, string>;
  /** Takes of another limit that this request meets, and tells of it as of the others. Null where it has none to tell. */
  also(take: () => Promise<LimitState | null>): Promise<void>;
}

export function requestLimits(limits: Limits): RequestLimits {
  let waitedMs = 0;
  let running = 0;
  let runningSince = 0;
  let least: LimitState | null = null;
  let refusal: DomainError | null = null;

  const noted = async <State extends LimitState | null>(taking: Promise<State>): Promise<State> => {
    try {
      const state = await taking;
      if (state !== null && (least === null || state.remaining < least.remaining)) least = state;
      return state;
    } catch (error) {
      refusal ??= asRefusal(error);
      throw error;
    }
  };
  const take: Limits['take'] = async (className, callers) => {
    const now = performance.now();
    if (running === 0) runningSince = now;
    running += 1;
    try {
      return await noted(limits.take(className, callers, redisWaitMsMax - waitedMs - (now - runningSince)));
    } finally {
      running -= 1;
      // Checks at the same time wait at the same time.
      if (running === 0) waitedMs += performance.now() - runningSince;
    }
  };
  return {
    ...limits,
    take,
    also: async (taking) => {
      await noted(taking());
    },
    headers: () => ({ ...(least === null ? {} : limitHeaders(least)), ...refusalHeaders(refusal) }),
  };
}
