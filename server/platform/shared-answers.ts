import type { Clock } from './clock.ts';

/** Answers that are the same for everybody: worked out once for all who ask for them within a moment. */
export interface SharedAnswers {
  /** What `make` answered for the key a moment ago; whoever asks while it is at work waits for the same answer. */
  of<Answer extends object>(key: string, make: () => Promise<Answer>): Promise<Answer>;
}

export interface SharedAnswersOptions {
  clock: Clock;
  /** How old an answer may be, from the moment it was asked for. */
  keepMs: number;
  /** Most answers that are kept; the oldest goes first. */
  entriesMax: number;
}

interface Entry {
  answer: Promise<object>;
  askedAt: number;
}

/** A failure is told to those who waited for it, and to nobody afterwards. */
export function createSharedAnswers({ clock, keepMs, entriesMax }: SharedAnswersOptions): SharedAnswers {
  // In the order in which they were asked for.
  const entries = new Map<string, Entry>();
  const isFresh = ({ askedAt }: Entry, now: number) => Math.abs(now - askedAt) < keepMs;
  const makeRoom = (now: number) => {
    for (const [key, entry] of entries) {
      if (isFresh(entry, now) && entries.size < entriesMax) return;
      entries.delete(key);
    }
  };
  return {
    of: <Answer extends object>(key: string, make: () => Promise<Answer>) => {
      const now = clock.now().getTime();
      const known = entries.get(key);
      if (known !== undefined && isFresh(known, now)) return known.answer as Promise<Answer>;
      entries.delete(key);
      makeRoom(now);
      const entry = { answer: make(), askedAt: now };
      if (keepMs > 0) entries.set(key, entry);
      entry.answer.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      return entry.answer;
    },
  };
}
