import { lookupAccounts } from '#server/ledger/lookups.ts';
import { accountsBookedSince, ledgerTime, transfersInRanges, transfersWithAccounts } from '#server/ledger/feed.ts';
import type { AccountKind, TransferKind } from '#server/ledger/kinds.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { progressOf, wireFact } from './load.ts';
import type { LotKind, LotSource } from './lots.ts';
import { dateOf, factOf, microsOf, rowsOf } from './wire.ts';

/** What an operator asks: where a unit has been, and how far the projection is. */

/** One hand that a unit went through. */
export interface TraceStep {
  transferId: string;
  transferKind: TransferKind;
  reference: string | null;
  bookedAt: Date;
  from: TraceAccount;
  to: TraceAccount;
  /** What the unit was from then on. */
  kind: LotKind;
  source: LotSource;
  origin: LotSource;
  heldUntil: Date | null;
}

export interface TraceAccount {
  accountId: bigint;
  kind: AccountKind;
  owner: string;
}

/** Longer than any unit's life so far; the rest is cut off at the beginning. */
const stepsMax = 500;

/**
 * Everything that happened to one unit, from its mint to where it is now, the first step first; at most the last 500.
 * Each move names the one before it, so that every step costs one look-up. Refuses `serial_not_found` (not_found).
 */
export async function traceSerial(db: Db, serial: bigint): Promise<TraceStep[]> {
  const hops = rowsOf(
    await db.$queryRaw<{ found: string | null }[]>`
    WITH RECURSIVE hop AS (
      SELECT m.transfer_id, p.fact_id, p.previous_by, 1 AS depth
      FROM (SELECT l.* FROM lot l WHERE l.serial_from <= ${serial}::bigint ORDER BY l.serial_from DESC LIMIT 1) l
      CROSS JOIN LATERAL (SELECT o.* FROM lot_move o WHERE o.transfer_id = l.arrived_by OFFSET 0) m
      CROSS JOIN LATERAL pieces_of(m) p
      WHERE l.serial_until > ${serial}::bigint AND p.serial_from <= ${serial}::bigint AND p.serial_until > ${serial}::bigint
      UNION ALL
      SELECT m.transfer_id, p.fact_id, p.previous_by, h.depth + 1
      FROM hop h CROSS JOIN LATERAL (SELECT o.* FROM lot_move o WHERE o.transfer_id = h.previous_by OFFSET 0) m
      CROSS JOIN LATERAL pieces_of(m) p
      WHERE h.depth < ${stepsMax}::integer AND p.serial_from <= ${serial}::bigint AND p.serial_until > ${serial}::bigint)
    SELECT string_agg(concat_ws(',', h.transfer_id, ${wireFact}), ';' ORDER BY h.depth DESC) AS found
    FROM hop h CROSS JOIN LATERAL (SELECT o.* FROM lot_fact o WHERE o.id = h.fact_id OFFSET 0) f`,
  );
  if (hops.length === 0) throw refuse('not_found', 'serial_not_found', 'No ducat with this number has been struck.');
  const transfers = await transfersWithAccounts(
    db,
    hops.map(([transferId = '']) => transferId),
  );
  return hops.map(([transferId = '', ...fields]) => {
    const transfer = transfers.get(transferId);
    invariant(transfer !== undefined, 'every move has its transfer');
    const { kind, source, origin, holdUntil } = factOf(fields);
    return { ...transfer, transferId, kind, source, origin, heldUntil: holdUntil === null ? null : dateOf(holdUntil) };
  });
}

/** Kind and owner of accounts by id. */
export async function accountsOf(db: Db, ids: readonly bigint[]): Promise<(id: bigint) => TraceAccount> {
  const found = await lookupAccounts(db, [...new Set(ids)]);
  const byId = new Map(found.map(({ id: accountId, kind, owner }) => [accountId, { accountId, kind, owner }]));
  return (id) => {
    const account = byId.get(id);
    invariant(account !== undefined, 'every lot is in an account of the books');
    return account;
  };
}

/** Transfers whose units could not be taken as they should have been, the latest first. */
export function defectsOf(db: Db, limit: number): Promise<{ transferId: string; code: string; detail: string }[]> {
  return db.lotDefect.findMany({ orderBy: [{ transferId: 'desc' }, { code: 'asc' }], take: limit });
}

export interface ProjectionLag {
  /** Accounts that are behind, and how many entries of theirs are not projected. */
  accounts: number;
  entries: bigint;
  /** How long ago the oldest of them was booked, in whole seconds of the ledger's time. */
  seconds: bigint;
  /** The account that has waited longest; null when none does. */
  firstAccountId: bigint | null;
  /** The latest time of anything projected; null before the first. */
  projectedUntil: Date | null;
  defects: number;
}

const slackMicros = 120_000_000n;
/** Of so many accounts the first waiting entry is looked at. */
const accountsLookedAtMax = 1_000;

/** How far the projection is behind the books. It looks at every account with an entry since shortly before the last projected one. */
export async function projectionLag(db: Db): Promise<ProjectionLag> {
  const row = await db.lotProjection.findFirstOrThrow({ select: { lastTime: true } });
  const last = microsOf(row.lastTime);
  const since = last > slackMicros ? last - slackMicros : 0n;
  const versions = await accountsBookedSince(db, { asset: 'DUCAT', since });
  const progress = await progressOf(db, [...versions.keys()]);
  const behind = [...versions].flatMap(([accountId, version]) => {
    const after = progress.get(accountId)?.version ?? 0n;
    return version > after ? [{ accountId, after, until: after + 1n, count: version - after }] : [];
  });
  const next = await transfersInRanges(db, behind.slice(0, accountsLookedAtMax));
  const [oldest] = next.sort((left, right) => (left.bookedAt < right.bookedAt ? -1 : 1));
  const now = await ledgerTime(db);
  return {
    accounts: behind.length,
    entries: behind.reduce((sum, { count }) => sum + count, 0n),
    seconds: oldest === undefined ? 0n : (now - oldest.bookedAt) / 1_000_000n,
    firstAccountId:
      oldest === undefined ? null : oldest.debitVersion === null ? oldest.creditAccountId : oldest.debitAccountId,
    projectedUntil: last === 0n ? null : row.lastTime,
    defects: await db.lotDefect.count(),
  };
}
