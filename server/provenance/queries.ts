import { knownAccounts } from '#server/ledger/feed.ts';
import type { Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import { loadFacts, loadHolds, progressOf } from './load.ts';
import {
  byAge,
  bySpending,
  heldUntil,
  isHeldAt,
  sizeOf,
  spendingWalks,
  type HoldEvents,
  type Lot,
  type LotFact,
  type LotKind,
  type LotSource,
} from './lots.ts';
import { dateOf, microsOf, rowsOf } from './wire.ts';

/** Reads of the projection. They say what is projected: who decides about money calls `projectAccounts` first. */

/** Whether the projection has all that was booked on an account, so that what it says of it is true at this moment. */
export async function isFollowed(db: Db, accountId: bigint): Promise<boolean> {
  const [accounts, progress] = await Promise.all([knownAccounts(db, [accountId]), progressOf(db, [accountId])]);
  const reached = progress.get(accountId)?.version ?? 0n;
  return accounts.every(({ version }) => version <= reached);
}

/** Some units of one account, alike in everything. Amounts are centesimi. */
export interface HeldLot {
  serialFrom: bigint;
  /** The serial after the last. */
  serialUntil: bigint;
  amountMinor: bigint;
  kind: LotKind;
  source: LotSource;
  /** The charge or grant behind a chain of sales; else the source itself. */
  origin: LotSource;
  since: Date;
  /** With every later hold and lift; null when it was never held. */
  heldUntil: Date | null;
  isHeld: boolean;
  expiresAt: Date | null;
  isExpired: boolean;
  /** The transfer that brought them here. */
  arrivedBy: string;
}

/** The lots of an account in the order in which it would spend them at a moment. */
export async function lotsOf(db: Db, accountId: bigint, { at }: { at: Date }): Promise<HeldLot[]> {
  const { lots, holds } = await readLots(db, accountId);
  const now = microsOf(at);
  const shown = lots.sort(bySpending).map((lot) => heldLot({ lot, accountId }, holds, now));
  return spendingWalks.flatMap(({ kind, isHeld }) =>
    shown.filter((lot) => lot.kind === kind && (isHeld === null || lot.isHeld === isHeld)),
  );
}

/** What of an account may be cashed out at a moment, in centesimi: earned, and not held. */
export async function clearedEarned(db: Db, accountId: bigint, at: Date): Promise<bigint> {
  return (await amountsOf(db, accountId, at)).earned.clearedMinor;
}

/** What an account holds of one kind, in centesimi. */
export interface KindAmount {
  clearedMinor: bigint;
  heldMinor: bigint;
  /** When what is held clears, the next first. */
  clearings: { at: Date; amountMinor: bigint }[];
}

export type LotAmounts = Record<LotKind, KindAmount>;

/** What an account holds by kind at a moment, cleared and held, and when each held part clears. */
export async function amountsOf(db: Db, accountId: bigint, at: Date): Promise<LotAmounts> {
  const now = microsOf(at);
  const { sums, holds } = await readSums(db, accountId);
  const amounts: LotAmounts = { stock: nothing(), bought: nothing(), granted: nothing(), earned: nothing() };
  const clearings = new Map<string, { kind: LotKind; at: bigint; amountMinor: bigint }>();
  for (const { fact, amountMinor } of sums) {
    const amount = amounts[fact.kind];
    const until = heldUntil({ fact, accountId }, holds, now);
    if (until === null || !isHeldAt(until, now)) {
      amount.clearedMinor += amountMinor;
      continue;
    }
    amount.heldMinor += amountMinor;
    const key = `${fact.kind} ${String(until)}`;
    const known = clearings.get(key);
    if (known === undefined) clearings.set(key, { kind: fact.kind, at: until, amountMinor });
    else known.amountMinor += amountMinor;
  }
  for (const { kind, at: time, amountMinor } of [...clearings.values()].sort((left, right) =>
    left.at < right.at ? -1 : 1,
  )) {
    amounts[kind].clearings.push({ at: dateOf(time), amountMinor });
  }
  return amounts;
}

function nothing(): KindAmount {
  return { clearedMinor: 0n, heldMinor: 0n, clearings: [] };
}

/** The sources of this id that brought any units: mostly one. */
export function sourcesNamed(db: Db, id: string): Promise<LotSource[]> {
  return db.$queryRaw<LotSource[]>`
    SELECT DISTINCT f.source_type AS type, f.source_id AS id FROM lot_fact f
    WHERE f.kind <> 'stock' AND f.source_type IN ('charge', 'order', 'grant', 'transfer') AND f.source_id = ${id}
    ORDER BY 1 LIMIT 4`;
}

/** Where some of a source's units are now. */
export interface SourceShare {
  accountId: bigint;
  kind: LotKind;
  amountMinor: bigint;
  /** Of these, how much is held at the moment. */
  heldMinor: bigint;
  /** What the units are by: the source itself, or the sale in which they were earned since. */
  source: LotSource;
  /** False for what was earned with them. */
  isDirect: boolean;
}

/**
 * Where the units of a charge, order or grant are at a moment, account by account: those that are still of this source,
 * and what was earned with them, over any number of sales. What came back to the house is stock and no more of it.
 */
export async function lotsOfSource(db: Db, source: LotSource, at: Date): Promise<SourceShare[]> {
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', s.account_id, s.fact_id, s.amount), ';' ORDER BY s.account_id, s.fact_id) AS found
    FROM (SELECT l.account_id, l.fact_id, sum(l.serial_until - l.serial_from) AS amount
          FROM lot_fact f JOIN lot l ON l.fact_id = f.id
          WHERE f.kind <> 'stock' AND ((f.source_type = ${source.type} AND f.source_id = ${source.id})
             OR (f.parent_id IS NOT NULL AND f.origin_type = ${source.type} AND f.origin_id = ${source.id}))
          GROUP BY l.account_id, l.fact_id) s`;
  const sums = rowsOf(rows);
  const facts = await loadFacts(
    db,
    sums.map(([, factId = '']) => factId),
  );
  const accountIds = [...new Set(sums.map(([accountId = '']) => BigInt(accountId)))];
  const holds = await loadHolds(db, { sources: sourcesOf(facts.values()), accountIds });
  const now = microsOf(at);
  return sums.map(([account = '', factId = '', amount = '']) => {
    const fact = facts.get(factId);
    invariant(fact !== undefined, 'every lot has its facts');
    const [accountId, amountMinor] = [BigInt(account), BigInt(amount)];
    const isHeld = isHeldAt(heldUntil({ fact, accountId }, holds, now), now);
    const isDirect = fact.source.type === source.type && fact.source.id === source.id;
    const heldMinor = isHeld ? amountMinor : 0n;
    return { accountId, kind: fact.kind, amountMinor, heldMinor, source: fact.source, isDirect };
  });
}

/** How many centesimi an account holds of each of its sources, the oldest first; at most `limit`. */
export interface AccountOrigin {
  factId: string;
  kind: LotKind;
  source: LotSource;
  origin: LotSource;
  amountMinor: bigint;
  since: Date;
  heldUntil: Date | null;
  isHeld: boolean;
  expiresAt: Date | null;
}

/** Where an account's units came from: one row per facts, the latest first, at most `limit` after the cursor. */
export async function originsOf(
  db: Db,
  accountId: bigint,
  { at, limit, cursor }: { at: Date; limit: number; cursor?: string | undefined },
): Promise<{ origins: AccountOrigin[]; nextCursor: string | null }> {
  invariant(limit >= 1 && limit <= 100, 'a page holds 1 to 100 origins');
  const { sums, holds } = await readSums(db, accountId);
  const now = microsOf(at);
  const sorted = sums.sort((left, right) =>
    left.fact.since === right.fact.since
      ? left.fact.id < right.fact.id
        ? 1
        : -1
      : left.fact.since < right.fact.since
        ? 1
        : -1,
  );
  const start = cursor === undefined ? 0 : sorted.findIndex(({ fact }) => fact.id === cursor) + 1;
  const page = sorted.slice(start, start + limit);
  const origins = page.map(({ fact, amountMinor }) => {
    const until = heldUntil({ fact, accountId }, holds, now);
    const { id: factId, kind, source, origin } = fact;
    const heldUntilDate = until === null ? null : dateOf(until);
    const expiresAt = fact.expiresAt === null ? null : dateOf(fact.expiresAt);
    const isHeld = isHeldAt(until, now);
    return {
      factId,
      kind,
      source,
      origin,
      amountMinor,
      since: dateOf(fact.since),
      heldUntil: heldUntilDate,
      isHeld,
      expiresAt,
    };
  });
  const last = page.at(-1);
  return { origins, nextCursor: start + limit < sorted.length && last !== undefined ? last.fact.id : null };
}

function heldLot({ lot, accountId }: { lot: Lot; accountId: bigint }, holds: HoldEvents, now: bigint): HeldLot {
  const { fact } = lot;
  const until = heldUntil({ fact, accountId }, holds, now);
  return {
    serialFrom: lot.from,
    serialUntil: lot.until,
    amountMinor: sizeOf(lot),
    kind: fact.kind,
    source: fact.source,
    origin: fact.origin,
    since: dateOf(fact.since),
    heldUntil: until === null ? null : dateOf(until),
    isHeld: isHeldAt(until, now),
    expiresAt: fact.expiresAt === null ? null : dateOf(fact.expiresAt),
    isExpired: fact.expiresAt !== null && fact.expiresAt <= now,
    arrivedBy: lot.arrivedBy,
  };
}

async function readLots(db: Db, accountId: bigint): Promise<{ lots: Lot[]; holds: HoldEvents }> {
  const rows = rowsOf(
    await db.$queryRaw<{ found: string | null }[]>`
      SELECT string_agg(concat_ws(',', l.serial_from, l.serial_until, l.fact_id, l.arrived_by), ';') AS found
      FROM lots_in(${accountId}::bigint) l`,
  );
  const facts = await loadFacts(
    db,
    rows.map(([, , factId = '']) => factId),
  );
  const holds = await loadHolds(db, { sources: sourcesOf(facts.values()), accountIds: [accountId] });
  const lots = rows.map(([from = '', until = '', factId = '', arrivedBy = '']): Lot => {
    const fact = facts.get(factId);
    invariant(fact !== undefined, 'every lot has its facts');
    return { from: BigInt(from), until: BigInt(until), fact, arrivedBy };
  });
  return { lots: lots.sort(byAge), holds };
}

interface FactSum {
  fact: LotFact;
  amountMinor: bigint;
}

async function readSums(db: Db, accountId: bigint): Promise<{ sums: FactSum[]; holds: HoldEvents }> {
  const rows = rowsOf(
    await db.$queryRaw<{ found: string | null }[]>`
      SELECT string_agg(concat_ws(',', s.fact_id, s.amount), ';') AS found
      FROM (SELECT l.fact_id, sum(l.serial_until - l.serial_from) AS amount
            FROM lots_in(${accountId}::bigint) l GROUP BY l.fact_id) s`,
  );
  const facts = await loadFacts(
    db,
    rows.map(([factId = '']) => factId),
  );
  const holds = await loadHolds(db, { sources: sourcesOf(facts.values()), accountIds: [accountId] });
  const sums = rows.map(([factId = '', amount = '']) => {
    const fact = facts.get(factId);
    invariant(fact !== undefined, 'every lot has its facts');
    return { fact, amountMinor: BigInt(amount) };
  });
  return { sums, holds };
}

function sourcesOf(facts: Iterable<LotFact>): LotSource[] {
  return [...facts].flatMap(({ source, origin }) => [source, origin]);
}
