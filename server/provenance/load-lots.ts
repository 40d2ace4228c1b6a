import { Prisma, type Db } from '#server/platform/db.ts';
import { forgetLots, hasList, type AccountBook, type Step } from './books.ts';
import type { TakeRule } from './schema.ts';
import { arrayOf, rowsOf } from './wire.ts';

/** Which lots a batch needs that are not in memory, and how they are read. */

interface LotsWanted {
  /** Accounts of the house, of which the oldest lots are enough, and what of each the batch can spend at most. */
  oldest: ReadonlyMap<AccountBook, bigint>;
  all: readonly AccountBook[];
}

/** How many lots of an account of the house are read at once. */
const pageSize = 4_000n;

/**
 * The lots of debited accounts that the transfers may need and nobody remembers. Accounts of the house hold far more than
 * a batch can spend: of these only the oldest lots are read.
 */
export function lotsWanted(steps: readonly Step[], takes: ReadonlyMap<string, TakeRule>): LotsWanted {
  const debitedMinor = new Map<AccountBook, bigint>();
  const whole = new Set<AccountBook>();
  for (const { transfer, giver } of steps) {
    const { id, movedMinor, reversesId } = transfer;
    if (giver.isWhole || movedMinor === 0n) continue;
    if (hasList(giver) || takes.has(id) || reversesId !== null) whole.add(giver);
    debitedMinor.set(giver, (debitedMinor.get(giver) ?? 0n) + movedMinor);
  }
  const oldest = new Map<AccountBook, bigint>();
  for (const [book, amountMinor] of debitedMinor) {
    if (!whole.has(book) && (book.edge === null || book.heldMinor < amountMinor)) oldest.set(book, amountMinor);
  }
  return { oldest, all: [...whole] };
}

/**
 * Fields of these lots: from_serial, until, account, facts, arrived by. The books are to be filled with them, and say
 * afterwards how much of the account they hold.
 */
export async function readLots(db: Db, { oldest, all }: LotsWanted): Promise<string[][]> {
  const rows: string[][] = [];
  // What was remembered of them was not enough.
  for (const book of [...oldest.keys(), ...all]) forgetLots(book);
  for (const [book, amountMinor] of oldest) rows.push(...(await oldestLots(db, book, amountMinor)));
  if (all.length === 0) return rows;
  for (const book of all) {
    book.isWhole = hasList(book);
    book.listed = null;
  }
  const found = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', l.serial_from, l.serial_until, l.account_id, l.fact_id, l.arrived_by), ';') AS found
    FROM unnest(${arrayOf(all.map(({ id }) => id))}::bigint[]) a (id)
    CROSS JOIN LATERAL lots_in(a.id) l`;
  return [...rows, ...rowsOf(found)];
}

/** The oldest lots of an account that together hold at least so much: the house has far more than a batch can spend. */
async function oldestLots(db: Db, book: AccountBook, atLeastMinor: bigint): Promise<string[][]> {
  const rows: string[][] = [];
  let after = Prisma.empty;
  for (let held = 0n; held < atLeastMinor;) {
    const page = rowsOf(
      await db.$queryRaw<{ found: string | null }[]>`
        SELECT string_agg(concat_ws(',', l.serial_from, l.serial_until, l.account_id, l.fact_id, l.arrived_by,
          (extract(epoch FROM l.since) * 1000000)::bigint), ';' ORDER BY l.since, l.serial_from DESC) AS found
        FROM (SELECT o.* FROM lot o WHERE o.house_id = ${book.id}::bigint ${after}
              ORDER BY o.since, o.serial_from DESC LIMIT ${pageSize}::bigint) l`,
    );
    for (const [from = '', until = ''] of page) held += BigInt(until) - BigInt(from);
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined || BigInt(page.length) < pageSize) break;
    const [from = '', , , , , since = ''] = last;
    const time = Prisma.sql`'epoch'::timestamptz + ${BigInt(since)}::bigint * interval '1 microsecond'`;
    after = Prisma.sql`AND o.since >= ${time} AND (o.since > ${time} OR o.serial_from < ${BigInt(from)}::bigint)`;
  }
  return rows;
}
