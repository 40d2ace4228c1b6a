import { setTimeout as pause } from 'node:timers/promises';
import { overloaded, type Submission } from '#server/ledger/combiner-queue.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { isDatabaseUnavailable, isDomainError } from '#server/platform/errors.ts';

/** How often and how long a call that failed as a whole is tried again. */
export interface CallRules {
  /** Books a list of transfers in one transaction: all that it answers is kept, and when it throws nothing is. */
  send(items: readonly TransferRequest[]): Promise<TransferResult[]>;
  /** How long after its first sending a call may still be divided, in milliseconds. */
  patienceMsMax: number;
  /** Told of every repetition and division. */
  note(event: 'repeat' | 'division'): void;
}

/** One call, or a part of it, with what became of it so far. */
interface Round extends CallRules {
  readonly patientUntil: number;
  /** The first error that left the outcome open; while there is one, no other error is a definite answer. */
  openOutcome: { readonly error: unknown } | null;
}

type Outcome = { readonly results: TransferResult[] } | { readonly error: unknown };

const contentionRepeatsMax = 3;
const connectionRepeatsMax = 4;
const contentionPauseMs = 5;
const connectionPauseMs = 100;

/**
 * Sends submissions in one call and gives each caller its answer. Never rejects: errors go to the callers.
 *
 * A call that fails as a whole booked nothing of anybody, so it is divided in halves, and these again, until whatever
 * the ledger cannot digest stands alone: only its caller gets the error. n submissions with one such among them cost
 * 1 + 2 log2(n) calls. Two failures are not the fault of an item and are repeated with the same ids first:
 *
 * - `ledger_contention`, another process used one of the ids in the same moment: at most 3 times;
 * - a lost connection, which leaves open what happened: at most 4 times, after which all callers get that error. Ids
 *   are idempotency keys, so asking again either books or finds what was booked.
 *
 * What was slow to fail is not divided: an account that someone else keeps locked costs a call 5 seconds
 * (`ledger_busy`), and every division would wait for it again while others wait behind. Past `patienceMsMax` since the
 * first sending, the call's callers get its error, or `overloaded` where their part was not asked for again. Nothing of
 * theirs was booked and the same ids may be used again.
 */
export async function settle(submissions: readonly Submission[], rules: CallRules): Promise<void> {
  await settlePart(submissions, { ...rules, patientUntil: performance.now() + rules.patienceMsMax, openOutcome: null });
}

async function settlePart(part: readonly Submission[], round: Round): Promise<void> {
  const [only] = part;
  const items = part.length === 1 && only !== undefined ? only.items : part.flatMap((submission) => submission.items);
  const outcome = await ask(items, round);
  if ('results' in outcome) {
    answer(part, outcome.results);
    return;
  }
  if (part.length === 1 || isDatabaseUnavailable(outcome.error) || !isPatient(round)) {
    fail(part, outcome.error, round);
    return;
  }
  round.note('division');
  const middle = part.length >> 1;
  for (const half of [part.slice(0, middle), part.slice(middle)]) {
    if (isPatient(round)) await settlePart(half, { ...round });
    else fail(half, overloaded(), round);
  }
}

async function ask(items: readonly TransferRequest[], round: Round): Promise<Outcome> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return { results: await round.send(items) };
    } catch (error) {
      const pauseMs = pauseBeforeRepeat(error, repeats);
      if (isDatabaseUnavailable(error)) round.openOutcome ??= { error };
      else if (!isPatient(round)) return { error };
      if (pauseMs === null) return { error };
      round.note('repeat');
      await pause(pauseMs);
    }
  }
}

/** Milliseconds to wait before the same call is sent again, with jitter; null when it is not. */
function pauseBeforeRepeat(error: unknown, repeats: number): number | null {
  const jitter = 0.5 + Math.random();
  if (isDatabaseUnavailable(error))
    return repeats < connectionRepeatsMax ? connectionPauseMs * 2 ** repeats * jitter : null;
  const isContention = isDomainError(error) && error.code === 'ledger_contention';
  return isContention && repeats < contentionRepeatsMax ? contentionPauseMs * 2 ** repeats * jitter : null;
}

function isPatient(round: Round): boolean {
  return performance.now() < round.patientUntil;
}

function answer(part: readonly Submission[], results: readonly TransferResult[]): void {
  let from = 0;
  for (const submission of part) {
    const until = from + submission.items.length;
    submission.answer(results.slice(from, until));
    from = until;
  }
}

function fail(part: readonly Submission[], error: unknown, round: Round): void {
  for (const submission of part) submission.fail(round.openOutcome === null ? error : round.openOutcome.error);
}
