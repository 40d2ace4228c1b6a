import { hash, randomUUID } from 'node:crypto';

/** What one caller did in the sliding window that ends now. */
export interface Standing {
  calls: number;
  /** False when the caller is counted together with others, so that the calls may be theirs. */
  isExact: boolean;
  /** When the running counter ends, in milliseconds. */
  resetAt: number;
}

/** Counts the calls of many callers, in bounded memory and without ever forgetting one too early. */
export interface WindowCounts {
  standing(caller: string, now: number): Standing;
  /** Counts one call; the answer takes it back, for a call that was not let through after all. */
  count(caller: string, now: number): () => void;
}

/** So many callers have a count of their own in one window. */
export const callersMax = 10_000;
/** Who still was among them in the window before keeps a count of their own in as many places more. */
const placesMax = 2 * callersMax;

/**
 * A sliding window of two counters per caller, as @upstash/ratelimit has it in Redis: the calls of this window and,
 * by how much of it the sliding one still covers, those of the window before.
 *
 * Memory is bounded without evicting: a store that forgets the oldest when it is full lets a caller with many
 * addresses push out their own count, or anybody's, and begin again. Here whoever comes when all places are taken
 * counts together with others, in one of 256 groups that nobody outside can tell; that can be too strict for a
 * newcomer, never too lenient, and those who were there before notice nothing. A whole window is let go at once.
 */
export function windowCounts(windowMs: number): WindowCounts {
  const salt = randomUUID();
  let index = 0;
  let current = new Map<string, number>();
  let previous = new Map<string, number>();

  const rollOver = (now: number) => {
    const next = Math.floor(now / windowMs);
    // A clock that was set back does not forget what was counted.
    if (next <= index) return;
    previous = next === index + 1 ? current : new Map<string, number>();
    current = new Map<string, number>();
    index = next;
  };
  const groupOf = (caller: string) => `group ${hash('sha256', salt + caller).slice(0, 2)}`;
  const hasPlace = (caller: string) =>
    current.has(caller) || current.size < callersMax || (previous.has(caller) && current.size < placesMax);
  const placeOf = (caller: string) => (hasPlace(caller) ? caller : groupOf(caller));
  const before = (caller: string): { calls: number; isExact: boolean } => {
    const own = previous.get(caller);
    if (own !== undefined || previous.size < callersMax) return { calls: own ?? 0, isExact: true };
    const calls = previous.get(groupOf(caller)) ?? 0;
    return { calls, isExact: calls === 0 };
  };

  return {
    standing: (caller, now) => {
      rollOver(now);
      const place = placeOf(caller);
      const earlier = before(caller);
      const elapsed = Math.max(0, now / windowMs - index);
      return {
        calls: Math.floor((1 - elapsed) * earlier.calls) + (current.get(place) ?? 0),
        isExact: place === caller && earlier.isExact,
        resetAt: (index + 1) * windowMs,
      };
    },
    count: (caller, now) => {
      rollOver(now);
      const [counts, place] = [current, placeOf(caller)];
      counts.set(place, (counts.get(place) ?? 0) + 1);
      return () => {
        counts.set(place, (counts.get(place) ?? 1) - 1);
      };
    },
  };
}
