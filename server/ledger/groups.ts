import { accountKindOf, accountKinds, assets, type AccountKind } from '#server/ledger/kinds.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { Asset } from '#server/money/money.ts';

/** A set of accounts that is read as one: all accounts of some kinds, of one asset. */
export interface AccountGroup {
  /** A lower-case word, at most 63 letters, digits and underscores. */
  name: string;
  asset: Asset;
  kinds: readonly AccountKind[];
}

/** What the accounts of a group hold together, in minor units of its asset. */
export interface GroupTotal {
  asset: Asset;
  /** What was folded: all calls below the horizon, and no other. */
  foldedMinor: bigint;
  foldedReservedMinor: bigint;
  /** What calls changed since, and in how many rows they say so: how far behind the folded figure is. */
  tailMinor: bigint;
  tailReservedMinor: bigint;
  tailRows: number;
  /** Both together: exactly the sum over the members at the moment of this reading. */
  totalMinor: bigint;
  reservedMinor: bigint;
  availableMinor: bigint;
  /** The number of the first transaction of PostgreSQL that may not be in the folded figure. */
  horizon: bigint;
  foldedAt: Date;
  /** The ledger's time of this reading. */
  asOf: Date;
}

/** Declares a group, or replaces what belongs to it. Refuses `group_malformed` (invalid). Reading needs no set-up else. */
export async function setAccountGroup(tx: Tx, { name, asset, kinds }: AccountGroup): Promise<void> {
  const codes = kinds.map((kind) => accountKindOf(kind, asset)?.code);
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name) || codes.length === 0 || codes.includes(undefined)) {
    throw refuse('invalid', 'group_malformed', 'A group has a name and some kinds of accounts of one asset.');
  }
  const all = codes.map(() => assets[asset]);
  await tx.$queryRaw`SELECT ledger.set_account_group(${name}, ${codes}::smallint[], ${all}::smallint[])::text`;
}

/** All groups, by name. */
export async function accountGroups(db: Db): Promise<AccountGroup[]> {
  const rows = await db.ledgerAccountGroupKind.findMany({ orderBy: [{ groupName: 'asc' }, { kind: 'asc' }] });
  const members = rows.map((row) => {
    const kind = accountKinds.find(({ code, asset }) => code === row.kind && assets[asset] === row.asset);
    invariant(kind !== undefined, 'every group is of known kinds');
    return { name: row.groupName, asset: kind.asset, kind: kind.name };
  });
  return [...Map.groupBy(members, ({ name }) => name)].map(([name, ofGroup]) => {
    const [first] = ofGroup;
    invariant(first !== undefined, 'every group has a member');
    invariant(
      ofGroup.every(({ asset }) => asset === first.asset),
      'a group is of one asset',
    );
    return { name, asset: first.asset, kinds: ofGroup.map(({ kind }) => kind) };
  });
}

/** The most groups that one reading of all returns. */
export const groupsReadMax = 20;

/** The first 20 groups by name, each with what it holds. */
export async function groupTotals(db: Db): Promise<(GroupTotal & { name: string })[]> {
  const groups = (await accountGroups(db)).slice(0, groupsReadMax);
  return Promise.all(groups.map(async ({ name }) => ({ ...(await groupTotal(db, name)), name })));
}

/** What all accounts of one kind and asset hold together. */
export interface KindTotal {
  asset: Asset;
  kind: AccountKind;
  /** Credits less debits, in minor units; over all kinds of one asset they add up to zero. */
  balanceMinor: bigint;
}

interface KindRow {
  kind: number;
  asset: number;
  balance: string;
}

/**
 * What the books hold by kind of account, in the order of the chart: the folded figures and their tail in one statement,
 * so of one moment, and no account is read.
 */
export async function kindTotals(db: Db): Promise<KindTotal[]> {
  const rows = await db.$queryRaw<KindRow[]>`
    SELECT u.kind, u.asset, sum(u.balance)::text AS balance
    FROM (SELECT f.kind, f.asset, f.balance FROM ledger.rollup_fold f
          UNION ALL SELECT l.kind, l.asset, l.balance FROM ledger.rollup_tail l) u
    GROUP BY u.kind, u.asset`;
  const totals = accountKinds.flatMap(({ code, asset, name }): KindTotal[] => {
    const row = rows.find((candidate) => candidate.kind === code && candidate.asset === assets[asset]);
    return row === undefined ? [] : [{ asset, kind: name, balanceMinor: BigInt(row.balance) }];
  });
  invariant(totals.length === rows.length, 'every roll-up is of a known kind');
  return totals;
}

interface TotalRow {
  asset: number;
  folded: string;
  folded_reserved: string;
  tail: string;
  tail_reserved: string;
  tail_rows: number;
  horizon: bigint;
  folded_at: Date;
  as_of: Date;
}

/**
 * What the accounts of a group hold together, without reading them: the folded figure and the tail since, in one
 * statement and so of one moment. It costs one row per kind and one per unfolded call, however many accounts there are,
 * and there is no row of a group that posting would lock. It is the roll-up of streams of events in PostgreSQL, which
 * folds only what lies below the xmin of the oldest running transaction, with the rest still added at reading. Refuses
 * `group_not_found`.
 */
export async function groupTotal(db: Db, name: string): Promise<GroupTotal> {
  const rows = await db.$queryRaw<TotalRow[]>`
    SELECT f.asset, sum(f.balance)::text AS folded, sum(f.reserved)::text AS folded_reserved,
           sum(t.balance)::text AS tail, sum(t.reserved)::text AS tail_reserved, sum(t.rows)::integer AS tail_rows,
           min(f.horizon::text::bigint) AS horizon, min(f.folded_at) AS folded_at, ledger.now() AS as_of
    FROM ledger.account_group_kind k
    JOIN ledger.rollup_fold f ON f.kind = k.kind AND f.asset = k.asset
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(l.balance), 0) AS balance, coalesce(sum(l.reserved), 0) AS reserved, count(*) AS rows
      FROM ledger.rollup_tail l WHERE l.kind = k.kind AND l.asset = k.asset) t
    WHERE k.group_name = ${name}
    GROUP BY f.asset`;
  const [row] = rows;
  if (row === undefined) throw refuse('not_found', 'group_not_found', 'There is no such group of accounts.');
  invariant(rows.length === 1, 'a group is of one asset');
  return totalOf(row);
}

/**
 * Takes what finished calls changed into the folded figures and returns how many rows it took. Posting never waits for
 * it; a call that is still running, or any older transaction, holds the horizon back and is taken next time.
 */
export async function foldRollups(tx: Tx): Promise<number> {
  const rows = await tx.$queryRaw<{ folded: number }[]>`SELECT ledger.fold_rollups() AS folded`;
  return rows[0]?.folded ?? 0;
}

function totalOf(row: TotalRow): GroupTotal {
  const asset = accountKinds.find((kind) => assets[kind.asset] === row.asset)?.asset;
  invariant(asset !== undefined, 'every group is of a known asset');
  const [foldedMinor, foldedReservedMinor] = [BigInt(row.folded), BigInt(row.folded_reserved)];
  const [tailMinor, tailReservedMinor] = [BigInt(row.tail), BigInt(row.tail_reserved)];
  const [totalMinor, reservedMinor] = [foldedMinor + tailMinor, foldedReservedMinor + tailReservedMinor];
  return {
    asset,
    foldedMinor,
    foldedReservedMinor,
    tailMinor,
    tailReservedMinor,
    tailRows: row.tail_rows,
    totalMinor,
    reservedMinor,
    availableMinor: totalMinor - reservedMinor,
    horizon: row.horizon,
    foldedAt: row.folded_at,
    asOf: row.as_of,
  };
}
