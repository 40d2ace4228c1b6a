import type { Clock } from './clock.ts';

/** Keeps calls that this process makes to others below a number within any stretch of time. */
export interface CallPace {
  /** Counts a call and answers true, or answers false when there were too many already. */
  take(): boolean;
}

/**
 * Exact, unlike a count per window: it remembers when each of the last `callsMax` calls was, so that no stretch of
 * `windowMs` ever holds more of them, however they are spread.
 */
export function createCallPace(options: { callsMax: number; windowMs: number; clock: Clock }): CallPace {
  const taken: number[] = [];
  return {
    take: () => {
      const now = options.clock.now().getTime();
      while (taken[0] !== undefined && taken[0] <= now - options.windowMs) taken.shift();
      if (taken.length >= options.callsMax) return false;
      taken.push(now);
      return true;
    },
  };
}
