import type { Db, Tx } from '#server/platform/db.ts';
import type { Clock } from '#server/platform/clock.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

const measures = { balance: 1, available: 2 } as const;
const comparisons = { below: 1, at_or_above: 2 } as const;

/** Most monitors on one account. */
export const monitorsPerAccountMax = 20;
/** Most crossings that one call delivers. */
export const deliveryMax = 500;
const thresholdMinorMax = 9n * 10n ** 18n;

/** A line that a figure of an account may cross. */
export interface BalanceMonitor {
  accountId: bigint;
  /** `balance`, or what of it is not reserved. */
  measure: keyof typeof measures;
  /** `below` is met below the threshold, `at_or_above` at it and above. */
  comparison: keyof typeof comparisons;
  /** Minor units of the account's asset, at most 9 × 10^18 either way. */
  thresholdMinor: bigint;
}

/**
 * Watches an account, and returns the monitor's id; the same monitor again has the same id. From now on each entry
 * that meets the condition where the entry before did not raises one event, however long it stays met and however
 * many entries one call writes. What is met already raises nothing until it was left and met again. It locks the
 * account until the transaction ends: set monitors in a transaction that posts nothing.
 *
 * Refuses `account_not_found`, `threshold_out_of_range` (invalid) and `too_many_monitors` (conflict).
 */
export async function setMonitor(tx: Tx, monitor: BalanceMonitor): Promise<bigint> {
  const { accountId, thresholdMinor } = monitor;
  if (thresholdMinor < -thresholdMinorMax || thresholdMinor > thresholdMinorMax) {
    throw refuse('invalid', 'threshold_out_of_range', 'No balance can reach this threshold.');
  }
  const rows = await tx.$queryRaw<{ id: bigint | null }[]>`
    SELECT ledger.set_monitor(${accountId}::bigint, ${measures[monitor.measure]}::smallint,
      ${comparisons[monitor.comparison]}::smallint, ${thresholdMinor}::bigint) AS id`;
  const id = rows[0]?.id ?? null;
  if (id === null) throw refuse('not_found', 'account_not_found', 'There is no such account.');
  // The account is locked by now, so nobody adds one between counting and the end of this transaction.
  if ((await tx.ledgerBalanceMonitor.count({ where: { accountId } })) > monitorsPerAccountMax) {
    throw refuse('conflict', 'too_many_monitors', 'The account has as many monitors as it can have.');
  }
  return id;
}

/** Stops watching; crossings that were not delivered yet are dropped. False when there was no such monitor. */
export async function removeMonitor(tx: Tx, monitorId: bigint): Promise<boolean> {
  const rows = await tx.$queryRaw<
    { removed: boolean }[]
  >`SELECT ledger.remove_monitor(${monitorId}::bigint) AS removed`;
  return rows[0]?.removed ?? false;
}

/** The monitors of an account, in the order of their making. */
export async function monitorsOf(db: Db, accountId: bigint): Promise<(BalanceMonitor & { id: bigint })[]> {
  const rows = await db.ledgerBalanceMonitor.findMany({ where: { accountId }, orderBy: { id: 'asc' } });
  return rows.map((row) => ({ id: row.id, accountId, ...wordsOf(row), thresholdMinor: row.threshold }));
}

interface EventRow {
  monitor_id: bigint;
  account_id: bigint;
  version: bigint;
  figure: bigint;
  occurred_at: Date;
  measure: number | null;
  comparison: number | null;
  threshold: bigint | null;
}

/**
 * Takes up to 500 crossings, oldest first, and emits each as `ledger.balance_crossed` in the same transaction: it is
 * delivered exactly when the row is gone. Several callers at once share the crossings and wait for nobody. Those of a
 * call that is still running, and of calls behind it, wait for the next time. Returns how many it took.
 *
 * The payload: monitorId, accountId, version, measure, comparison, thresholdMinor and figureMinor (what the measured
 * figure became) as decimal texts and words, occurredAt as ISO 8601.
 */
export async function deliverMonitorEvents(tx: Tx, deps: { clock: Clock; ids: Ids }): Promise<number> {
  const rows = await tx.$queryRaw<EventRow[]>`SELECT * FROM ledger.take_monitor_events(${deliveryMax}::integer)`;
  for (const row of rows) {
    const { measure, comparison, threshold } = row;
    // The monitor was removed meanwhile: nobody waits for it any more.
    if (measure === null || comparison === null || threshold === null) continue;
    const accountId = row.account_id.toString();
    await emit(tx, deps, {
      type: 'ledger.balance_crossed',
      subject: accountId,
      payload: {
        monitorId: row.monitor_id.toString(),
        accountId,
        version: row.version.toString(),
        ...wordsOf({ measure, comparison }),
        thresholdMinor: threshold.toString(),
        figureMinor: row.figure.toString(),
        occurredAt: row.occurred_at.toISOString(),
      },
    });
  }
  return rows.length;
}

function wordsOf(row: { measure: number; comparison: number }): Pick<BalanceMonitor, 'measure' | 'comparison'> {
  const [measure, comparison] = [nameOf(measures, row.measure), nameOf(comparisons, row.comparison)];
  return { measure, comparison };
}

function nameOf<Name extends string>(codes: Readonly<Record<Name, number>>, code: number): Name {
  const name = (Object.keys(codes) as Name[]).find((candidate) => codes[candidate] === code);
  invariant(name !== undefined, 'every monitor is in known terms');
  return name;
}
