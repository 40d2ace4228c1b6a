import { velocityLimits } from '#server/ledger/limits.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { dayOf } from './state.ts';

/** Everything that the model has an opinion on. */
export interface BooksReading {
  accounts: {
    id: bigint;
    balance: bigint;
    reserved: bigint;
    version: bigint;
    frozen: boolean;
    closed: boolean;
  }[];
  days: DayReading[];
  /** As the owner, the limit, and what of it is used. */
  limits: string[];
  /** As the second leg, the first leg, the rate, and what rounding left over. */
  conversions: string[];
}

/** The account, the day, and the balance at its end. */
export type DayReading = [accountId: bigint, day: string, balanceMinor: bigint];

export interface BooksQuestion {
  accountIds: readonly bigint[];
  days: readonly string[];
  owners: readonly string[];
  transferIds: readonly string[];
}

/** What PostgreSQL says of some accounts, days and owners. */
export async function readBooks(database: TestDatabase, question: BooksQuestion): Promise<BooksReading> {
  const accountIds = [...question.accountIds];
  const accounts = await database.client.ledgerAccount.findMany({
    where: { id: { in: accountIds } },
    select: { id: true, balance: true, reserved: true, version: true, frozen: true, closed: true },
    orderBy: { id: 'asc' },
  });
  const days = await database.client.$queryRaw<{ id: bigint; day: Date; balance: bigint }[]>`
    SELECT a.id, d.day, ledger.balance_on(a.id, d.day)::bigint AS balance
    FROM unnest(${accountIds}::bigint[]) a (id) CROSS JOIN unnest(${[...question.days]}::date[]) d (day)
    ORDER BY a.id, d.day`;
  const limits: string[] = [];
  for (const owner of question.owners) {
    for (const limit of await velocityLimits(database.client, owner)) {
      const { asset, kind, side, period, usedMinor, usedCount } = limit;
      limits.push([owner, asset, kind, side, period, usedMinor, usedCount].join(' '));
    }
  }
  const conversions = await database.client.ledgerConversion.findMany({
    where: { transferId: { in: [...question.transferIds] } },
  });
  return {
    accounts,
    days: days.map(({ id, day, balance }) => [id, dayOf(day.getTime()), balance]),
    limits: limits.sort(),
    conversions: conversions
      .map(({ transferId, firstTransferId, numerator, denominator, exactSide, remainder }) =>
        [transferId, firstTransferId, numerator, denominator, exactSide === 1 ? 'in' : 'out', remainder].join(' '),
      )
      .sort(),
  };
}

/** How many rows there are of what posting writes, and everything about accounts. A dry run leaves it as it is. */
export async function fingerprint(database: TestDatabase): Promise<unknown> {
  return database.client.$queryRaw`
    SELECT (SELECT md5(string_agg(a::text, ',' ORDER BY a.id)) FROM ledger.account a) AS accounts,
      (SELECT count(*)::integer FROM ledger.transfer) AS transfers,
      (SELECT count(*)::integer FROM ledger.entry) AS entries,
      (SELECT count(*)::integer FROM ledger.entry_effective) AS dated,
      (SELECT count(*)::integer FROM ledger.open_pending) AS pendings,
      (SELECT count(*)::integer FROM ledger.conversion) AS conversions,
      (SELECT count(*)::integer FROM ledger.rollup_tail) AS tails,
      (SELECT sum(reversed)::bigint FROM ledger.reversal_total) AS reversed,
      (SELECT md5(string_agg(d::text, ',' ORDER BY d.account_id, d.day)) FROM ledger.account_day d) AS days,
      (SELECT md5(string_agg(b::text, ',' ORDER BY b::text)) FROM ledger.velocity_bucket b) AS buckets`;
}
