import { assets, transferKindOf, transferKinds, type TransferKind } from '#server/ledger/kinds.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { Asset } from '#server/money/money.ts';

/** Numbers of the database for what a limit is about. */
const sides = { debit: 1, credit: 2 } as const;
const periods = { '24_hours': 1, '30_days': 2 } as const;

/** Most limits of one owner. */
export const limitsMax = 100;
const amountMinorMax = 10n ** 15n;
const countMax = 1_000_000_000;

/**
 * At most so much, or so often, in a sliding period, over all accounts of one owner in one asset.
 * At least one of the two maxima is given.
 */
export interface VelocityLimit {
  asset: Asset;
  kind: TransferKind;
  /** `debit`: what leaves the owner's accounts; `credit`: what comes in. */
  side: keyof typeof sides;
  period: keyof typeof periods;
  /** 0 to 10^15 minor units. */
  amountMinorMax?: bigint;
  /** 0 to 10^9 transfers. */
  countMax?: number;
}

/** A limit, and how much of it is used at the ledger's present time. */
export interface VelocityUse extends VelocityLimit {
  usedMinor: bigint;
  usedCount: number;
  /** Never below 0, also where the owner did more before the limit was set; null without such a maximum. */
  leftMinor: bigint | null;
  leftCount: number | null;
}

/**
 * Replaces all limits of an owner; an empty list takes them away. What the owner did in the last 30 days counts at
 * once. Calls that post for this owner wait until the transaction ends: set limits in one of their own, and those of
 * several owners in several. Refuses `limits_malformed` (invalid).
 *
 * Counters stand in fixed buckets: 24 hours are the present hour and the 24 before it, 30 days the present UTC day and
 * the 30 before it. The oldest bucket counts whole, so a limit is never looser than its period, and up to one bucket
 * stricter. A debit counts when it moves or is reserved; what the end of a pending transfer gives back is given back to
 * the bucket it was counted in. A credit counts when it arrives. The buckets follow the usual sliding-window counter,
 * without its interpolation.
 */
export async function setVelocityLimits(tx: Tx, owner: string, limits: readonly VelocityLimit[]): Promise<void> {
  const problem = problemOf(owner, limits);
  if (problem !== null) throw malformed(problem);
  const rows = limits.map((limit) => ({
    asset: assets[limit.asset],
    kind: transferKinds[limit.kind],
    side: sides[limit.side],
    period: periods[limit.period],
    amountMax: limit.amountMinorMax?.toString() ?? null,
    countMax: limit.countMax ?? null,
  }));
  await tx.$queryRaw`SELECT ledger.set_velocity_limits(${owner}, ${JSON.stringify(rows)}::jsonb)::text`;
}

interface UseRow {
  asset: number;
  kind: number;
  side: number;
  period: number;
  amount_max: bigint | null;
  count_max: number | null;
  used: bigint;
  used_count: number;
}

/** The limits of an owner and what is left of each right now, in a stable order. None for an owner without limits. */
export async function velocityLimits(db: Db, owner: string): Promise<VelocityUse[]> {
  const rows = await db.$queryRaw<UseRow[]>`
    SELECT l.asset, l.kind, l.side, l.period, l.amount_max, l.count_max::integer AS count_max,
           coalesce(sum(b.amount), 0)::bigint AS used, coalesce(sum(b.transfers), 0)::integer AS used_count
    FROM (SELECT ledger.now() AS time) n
    CROSS JOIN ledger.velocity_limit l
    LEFT JOIN ledger.velocity_bucket b ON b.owner = l.owner AND b.asset = l.asset AND b.kind = l.kind
      AND b.side = l.side AND b.period = l.period AND b.starts_at >= ledger.period_start(l.period, n.time)
    WHERE l.owner = ${owner}
    GROUP BY l.asset, l.kind, l.side, l.period, l.amount_max, l.count_max
    ORDER BY l.asset, l.kind, l.side, l.period`;
  return rows.map(useOf);
}

/** Removes up to 10,000 counters that no period reaches any more; returns how many. */
export async function trimVelocityCounters(tx: Tx): Promise<number> {
  const rows = await tx.$queryRaw<{ removed: number }[]>`SELECT ledger.trim_velocity(10000) AS removed`;
  return rows[0]?.removed ?? 0;
}

function useOf(row: UseRow): VelocityUse {
  const kind = transferKindOf(row.kind);
  invariant(kind !== null, 'every limit is about a known kind of transfer');
  const leftMinor = row.amount_max === null ? null : row.amount_max - row.used;
  const leftCount = row.count_max === null ? null : row.count_max - row.used_count;
  return {
    asset: nameOf(assets, row.asset),
    kind,
    side: nameOf(sides, row.side),
    period: nameOf(periods, row.period),
    ...(row.amount_max === null ? {} : { amountMinorMax: row.amount_max }),
    ...(row.count_max === null ? {} : { countMax: row.count_max }),
    usedMinor: row.used,
    usedCount: row.used_count,
    leftMinor: leftMinor !== null && leftMinor < 0n ? 0n : leftMinor,
    leftCount: leftCount !== null && leftCount < 0 ? 0 : leftCount,
  };
}

function nameOf<Name extends string>(codes: Readonly<Record<Name, number>>, code: number): Name {
  const name = (Object.keys(codes) as Name[]).find((candidate) => codes[candidate] === code);
  invariant(name !== undefined, 'every limit is in known terms');
  return name;
}

function problemOf(owner: string, limits: readonly VelocityLimit[]): string | null {
  if (owner === 'house' || owner.length < 1 || owner.length > 128)
    return 'The house and unnamed owners have no limits.';
  if (limits.length > limitsMax) return `An owner has at most ${String(limitsMax)} limits.`;
  const places = limits.map((limit) => [limit.asset, limit.kind, limit.side, limit.period].join());
  if (new Set(places).size < places.length) return 'Two limits are about the same.';
  return limits.every(isInRange) ? null : 'A limit has an amount of 0 to 10^15 or a count of 0 to 10^9.';
}

function isInRange({ amountMinorMax: amount, countMax: count }: VelocityLimit): boolean {
  if (amount === undefined && count === undefined) return false;
  if (amount !== undefined && (amount < 0n || amount > amountMinorMax)) return false;
  return count === undefined || (Number.isInteger(count) && count >= 0 && count <= countMax);
}

function malformed(message: string): DomainError {
  return refuse('invalid', 'limits_malformed', message);
}
