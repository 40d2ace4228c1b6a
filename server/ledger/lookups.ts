import { isAccountId } from '#server/ledger/item-wire.ts';
import { assertBatchSize, refusalOf, type RefusalCode } from '#server/ledger/refusals.ts';
import { accountKinds, assets, transferKindOf, type AccountKind, type TransferKind } from '#server/ledger/kinds.ts';
import { type AccountBalance, type Asset, type ConversionRate } from '#server/ledger/schema.ts';
import type { Db } from '#server/platform/db.ts';
import { isUuid } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

/** An account as it stands now. */
export interface Account extends AccountBalance {
  id: bigint;
  owner: string;
  kind: AccountKind;
  asset: Asset;
  /** The lowest that balance less reserved may become; null is unbounded. */
  floorMinor: bigint | null;
  /** The highest; null is unbounded. */
  ceilingMinor: bigint | null;
  isFrozen: boolean;
  isClosed: boolean;
  /** Its owner has limits. */
  isLimited: boolean;
  /** Somebody waits for its balance to cross a line. */
  isMonitored: boolean;
  /** The latest UTC day on which something was booked, and what belongs to that day of it; null before any entry. */
  openDay: string | null;
  openDayNetMinor: bigint;
}

/** What became of an id for good: a transfer, or the refusal that stays its answer. */
export interface StoredTransfer {
  id: string;
  debitAccountId: bigint;
  creditAccountId: bigint;
  /** What moved, or for a pending transfer what is reserved; 0 for a refusal. */
  amountMinor: bigint;
  /** What was asked for; differs from `amountMinor` for a refusal and a balancing mode. */
  requestedMinor: bigint;
  kind: TransferKind;
  reference: string | null;
  action: TransferAction;
  /** The pending transfer that it resolves, or the transfer that it reverses. */
  relatedId: string | null;
  /** The first transfer of its linked group. */
  groupId: string | null;
  /** The day it belongs to in the books where it names one, `YYYY-MM-DD`; else that is the UTC day of booking. */
  effectiveDate: string | null;
  /** The condition that was asked, in the words of the request with amounts as decimal texts; null without one. */
  condition: Record<string, unknown> | null;
  /** The rate of a conversion, on its second leg. */
  conversion: ConversionRate | null;
  /** Null when it happened. */
  refusal: RefusalCode | null;
  /** The field that a stored refusal is about, where its code alone does not say so. */
  refusedField: string | null;
  bookedAt: Date;
}

const actions = ['move', 'pending', 'post', 'void', 'expire', 'reverse'] as const;
export type TransferAction = (typeof actions)[number];

/**
 * Accounts by id, in the order asked; those that do not exist are left out. At most 8,190 ids, as in
 * TigerBeetle's `lookup_accounts`; throws `batch_too_large` (too_large).
 */
export async function lookupAccounts(db: Db, ids: readonly bigint[]): Promise<Account[]> {
  assertBatchSize(ids.length);
  const rows = await db.ledgerAccount.findMany({ where: { id: { in: ids.filter(isAccountId) } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [accountOf(row)];
  });
}

/**
 * Transfers and stored refusals by id, in the order asked; ids that were never decided for good are left out.
 * At most 8,190 ids, as in TigerBeetle's `lookup_transfers`; throws `batch_too_large` (too_large). Only for the principal whose ids they are.
 */
export async function lookupTransfers(db: Db, ids: readonly string[]): Promise<StoredTransfer[]> {
  assertBatchSize(ids.length);
  const rows = await db.ledgerRecordedTransfer.findMany({ where: { id: { in: ids.filter(isUuid) } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id.toLowerCase());
    return row === undefined ? [] : [transferOf(row)];
  });
}

type AccountRow = Awaited<ReturnType<Db['ledgerAccount']['findMany']>>[number];
type TransferRow = Awaited<ReturnType<Db['ledgerRecordedTransfer']['findMany']>>[number];

function accountOf(row: AccountRow): Account {
  const kind = accountKinds.find(({ code, asset }) => code === row.kind && assets[asset] === row.asset);
  invariant(kind !== undefined, 'every account is of a known kind');
  return {
    id: row.id,
    owner: row.owner,
    kind: kind.name,
    asset: kind.asset,
    balanceMinor: row.balance,
    reservedMinor: row.reserved,
    availableMinor: row.balance - row.reserved,
    version: row.version,
    floorMinor: row.floor,
    ceilingMinor: row.ceiling,
    isFrozen: row.frozen,
    isClosed: row.closed,
    isLimited: row.guarded,
    isMonitored: row.monitored,
    openDay: dayOf(row.day),
    openDayNetMinor: row.dayNet,
  };
}

function transferOf(row: TransferRow): StoredTransfer {
  const kind = transferKindOf(row.kind);
  const action = actions[row.action - 1];
  const options = optionsOf(row.options);
  const refusal = row.outcome === 0 ? null : (refusalOf(row.outcome)?.name ?? undefined);
  invariant(kind !== null, 'every transfer is of a known kind');
  invariant(action !== undefined, 'every transfer has a known action');
  invariant(refusal !== undefined, 'every stored refusal has a known code');
  return {
    id: row.id,
    debitAccountId: row.debitAccountId,
    creditAccountId: row.creditAccountId,
    amountMinor: row.amount,
    requestedMinor: row.requestedAmount ?? row.amount,
    kind,
    reference: row.reference,
    action,
    relatedId: row.relatedId,
    groupId: row.groupId,
    effectiveDate: dayOf(row.effectiveDate),
    condition: options.condition ?? null,
    conversion: options.conversion === undefined ? null : rateOf(options.conversion),
    refusal,
    refusedField: row.refusedField,
    bookedAt: row.bookedAt,
  };
}

/** What an item had beyond the columns, as `item-options.ts` writes it. */
interface StoredOptions {
  condition?: Record<string, unknown>;
  conversion?: { numerator: string; denominator: string; exact: 'in' | 'out' };
}

function optionsOf(stored: unknown): StoredOptions {
  return typeof stored === 'object' && stored !== null ? stored : {};
}

function rateOf({ numerator, denominator, exact }: NonNullable<StoredOptions['conversion']>): ConversionRate {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator), exact };
}

/** A date column holds midnight UTC. */
function dayOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString().slice(0, 10);
}
