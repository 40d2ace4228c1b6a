import { knownAccounts, transfersInRanges, type BookedTransfer, type VersionRange } from '#server/ledger/feed.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { Slate } from '#server/platform/binary-arrays.ts';
import type { Step } from './books.ts';
import { loadBooks, progressOf, stepsOf, type Known } from './load.ts';
import { loadSaid } from './said.ts';
import { newBatchNumber, saveWork, statementsOf } from './save.ts';
import { sidesOf, workThrough, type WorkDone } from './work-through.ts';

/** One projector at a time, from here to the end of its transaction. */
export async function lockProjection(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${projectionLock}::bigint)`;
}

/** Says that what was decided from the projection as it was, and is not written, has to be decided again. */
export async function invalidateDecided(tx: Tx): Promise<void> {
  await tx.$executeRaw`UPDATE lot_projection SET batch = ${newBatchNumber()}::bigint`;
}

export const projectionLock = 7_261_963_016n;

/** More than a busy minute books, and less than what a request should wait for. */
const closureMax = 40_000;
/** Versions of one account that are read at once. */
const stepMax = 8_000n;

/**
 * Brings these accounts, and whatever they depend on, up to what is booked at this moment, in the caller's transaction.
 * Returns the versions they reached: post with `condition: { debit: { version } }`, and what was decided from the lots
 * still holds when it is booked. No other projector works until the transaction ends, so call it late, and before
 * posting. Refuses `provenance_behind` (unavailable) where too much would have to be projected first: the worker is at
 * it, so try again.
 */
export async function projectAccounts(tx: Tx, accountIds: readonly bigint[]): Promise<Map<bigint, bigint>> {
  await lockProjection(tx);
  const accounts = await knownAccounts(tx, accountIds);
  const transfers = await closureOf(tx, new Map(accounts.map(({ id, version }) => [id, version])));
  await projectTransfers(tx, transfers);
  const progress = await progressOf(tx, accountIds);
  for (const { id, version } of accounts) {
    const reached = progress.get(id)?.version ?? 0n;
    if (reached < version) throw provenanceBehind();
  }
  return new Map(accountIds.map((id) => [id, progress.get(id)?.version ?? 0n]));
}

/**
 * Decides what of these transfers is ready, and writes it. The caller holds the projection's lock, and gives transfers of
 * ducats only.
 */
async function projectTransfers(tx: Tx, transfers: readonly BookedTransfer[]): Promise<void> {
  if (transfers.length === 0) return;
  const steps = await stepsOf(tx, transfers, new Map());
  const ids = transfers.map(({ id }) => id);
  const said = await loadSaid(tx, ids);
  const known = { number: 1, said, unwritten: null, isAnythingHeld: null, slate: new Slate(), mark: {} };
  const { statements } = await decideSteps(tx, steps, known);
  await saveWork({ execute: (sql) => tx.$executeRaw(sql) }, statements);
}

/** Decides what of these transfers is ready; nothing is written. */
export async function decideSteps(db: Db, steps: readonly Step[], known: Known): Promise<DecidedBatch> {
  const books = await loadBooks(db, steps, known);
  const done = await workThrough(books, steps);
  return { done, statements: statementsOf(books, done, known) };
}

export interface DecidedBatch {
  done: WorkDone;
  /** With them it is written. */
  statements: ReturnType<typeof statementsOf>;
}

/** Every transfer that must be projected so that these accounts reach these versions, and no other. */
async function closureOf(tx: Tx, wanted: ReadonlyMap<bigint, bigint>): Promise<BookedTransfer[]> {
  const needed = new Map(wanted);
  const reached = new Map<bigint, bigint>();
  const found = new Map<string, BookedTransfer>();
  for (;;) {
    const unknown = [...needed.keys()].filter((id) => !reached.has(id));
    const progress = await progressOf(tx, unknown);
    for (const id of unknown) reached.set(id, progress.get(id)?.version ?? 0n);
    const ranges = missingRanges(needed, reached);
    if (ranges.length === 0) return [...found.values()];
    for (const transfer of await transfersInRanges(tx, ranges)) {
      found.set(transfer.id, transfer);
      for (const { accountId, version } of sidesOf(transfer)) {
        if (version > (needed.get(accountId) ?? 0n)) needed.set(accountId, version);
      }
    }
    if (found.size > closureMax) throw provenanceBehind();
    for (const { accountId, until } of ranges) reached.set(accountId, until);
  }
}

/** What is read next of each account; `reached` moves on as it is read. */
function missingRanges(needed: ReadonlyMap<bigint, bigint>, reached: ReadonlyMap<bigint, bigint>): VersionRange[] {
  return [...needed].flatMap(([accountId, version]) => {
    const after = reached.get(accountId);
    invariant(after !== undefined, 'how far an account is read is known');
    if (after >= version) return [];
    return [{ accountId, after, until: version - after > stepMax ? after + stepMax : version }];
  });
}

/** The refusal of whoever needs to know all of an account's lots before they are worked out. */
export function provenanceBehind(): Error {
  return refuse(
    'unavailable',
    'provenance_behind',
    'The origins of these ducats are still being worked out. Please try again in a moment.',
  );
}
