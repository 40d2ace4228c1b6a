import { setTimeout as pause } from 'node:timers/promises';

/** What one call brought. */
export interface Attempt<Answer> {
  answer: Answer;
  /** Whether the next call might bring something better: never so for an answer that is one. */
  canPass: boolean;
  /** How long Venice asks us to wait before the next call. */
  retryAfterMs: number;
}

export interface AttemptLimits {
  /** For all attempts and the pauses between them. */
  budgetMs: number;
  attemptsMax: number;
  /** From 0 to 1: spreads the attempts of many callers. */
  random: () => number;
}

const firstPauseMs = 200;
/** With less than this left another attempt would only be cut off. */
const worthwhileMs = 50;

/**
 * Repeats a call that failed for a reason that can pass, with growing pauses, until it brings an answer or the budget
 * would be overdrawn. Each call is told how many milliseconds it may take.
 */
export async function repeated<Answer>(
  call: (leftMs: number) => Promise<Attempt<Answer>>,
  limits: AttemptLimits,
): Promise<Answer> {
  const endsAt = performance.now() + limits.budgetMs;
  for (let made = 1; ; made += 1) {
    const { answer, canPass, retryAfterMs } = await call(endsAt - performance.now());
    if (!canPass || made >= limits.attemptsMax) return answer;
    const pauseMs = Math.max(retryAfterMs, firstPauseMs * 2 ** (made - 1) * (0.5 + limits.random()));
    if (performance.now() + pauseMs + worthwhileMs > endsAt) return answer;
    await pause(pauseMs);
  }
}

/** `Retry-After` in either of its forms (RFC 9110, 10.2.3), as milliseconds from now; 0 when it says nothing. */
export function retryAfterMsOf(header: string | null, now: Date): number {
  if (header === null) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number.parseInt(header, 10) * 1_000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? 0 : Math.max(0, time - now.getTime());
}
