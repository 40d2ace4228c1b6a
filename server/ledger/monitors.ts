import { z } from 'zod';
import type { AccountKind } from '#server/ledger/kinds.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { Asset } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit, latestEvents } from '#server/platform/outbox.ts';

const measures = { balance: 1, available: 2 } as const;
const comparisons = { below: 1, at_or_above: 2 } as const;

/** Most monitors on one account. */
export const monitorsPerAccountMax = 20;
/** Most crossings that one call delivers. */
export const deliveryMax = 500;
const crossedType = 'ledger.balance_crossed';
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
 * account until the transaction ends: set monitors in a transaction that posts nothing. The idea is Blnk's balance
 * monitors; that a crossing is noted in the call that brought it about, and so exactly once, is ours.
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

const crossingSchema = z.object({
  monitorId: z.string(),
  accountId: z.string(),
  version: z.string(),
  measure: z.enum(['balance', 'available']),
  comparison: z.enum(['below', 'at_or_above']),
  thresholdMinor: z.string(),
  figureMinor: z.string(),
  occurredAt: z.string(),
});

/**
 * What is said of a crossing: the monitor in words, the version of the account after it, `figureMinor` that the measured
 * figure became; numbers as decimal texts, amounts in minor units, the time as ISO 8601.
 */
export type Crossing = z.infer<typeof crossingSchema>;

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
 * call that is still running, and of calls behind it, wait for the next time. Returns how many it took, and those that
 * it emitted: not those of monitors that were removed meanwhile. Being written in the change's transaction and taken
 * from there is the transactional outbox.
 */
export async function deliverMonitorEvents(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
): Promise<{ taken: number; crossings: Crossing[] }> {
  const rows = await tx.$queryRaw<EventRow[]>`SELECT * FROM ledger.take_monitor_events(${deliveryMax}::integer)`;
  const crossings = rows.map(crossingOf).filter((crossing) => crossing !== null);
  for (const crossing of crossings) {
    await emit(tx, deps, { type: crossedType, subject: crossing.accountId, payload: { ...crossing } });
  }
  return { taken: rows.length, crossings };
}

/** Null when the monitor was removed meanwhile: nobody waits for it any more. */
function crossingOf(row: EventRow): Crossing | null {
  const { measure, comparison, threshold } = row;
  if (measure === null || comparison === null || threshold === null) return null;
  return {
    monitorId: row.monitor_id.toString(),
    accountId: row.account_id.toString(),
    version: row.version.toString(),
    ...wordsOf({ measure, comparison }),
    thresholdMinor: threshold.toString(),
    figureMinor: row.figure.toString(),
    occurredAt: row.occurred_at.toISOString(),
  };
}

/** A crossing as an operator reads it: of which sort of account, and not of whom. */
export interface SeenCrossing extends Pick<BalanceMonitor, 'measure' | 'comparison' | 'thresholdMinor'> {
  /** Of the event. */
  id: string;
  kind: AccountKind;
  asset: Asset;
  isHouse: boolean;
  /** Credits less debits, in minor units, as the threshold. */
  figureMinor: bigint;
  occurredAt: Date;
}

/** The latest crossings, newest first, among the 500 that were delivered last. */
export async function latestCrossings(db: Db, limit: number): Promise<SeenCrossing[]> {
  invariant(limit >= 1 && limit <= deliveryMax, 'a list holds 1 to 500 crossings');
  const events = await latestEvents(db, { type: crossedType, limit: deliveryMax });
  const crossings = events
    .map(({ id, payload }) => ({ id, ...crossingSchema.parse(payload) }))
    .sort((left, right) => right.occurredAt.localeCompare(left.occurredAt))
    .slice(0, limit);
  const accountIds = new Set(crossings.map(({ accountId }) => BigInt(accountId)));
  const accounts = new Map((await lookupAccounts(db, [...accountIds])).map((account) => [account.id, account]));
  return crossings.map(({ id, accountId, measure, comparison, thresholdMinor, figureMinor, occurredAt }) => {
    const account = accounts.get(BigInt(accountId));
    invariant(account !== undefined, 'a crossing is of an account that exists');
    return {
      id,
      kind: account.kind,
      asset: account.asset,
      isHouse: account.owner === 'house',
      measure,
      comparison,
      thresholdMinor: BigInt(thresholdMinor),
      figureMinor: BigInt(figureMinor),
      occurredAt: new Date(occurredAt),
    };
  });
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
