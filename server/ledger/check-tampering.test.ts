import { describe, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { runCheck, type CheckKind } from '#server/ledger/check-runs.ts';
import { newsSince } from '#server/ledger/check-scope.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { bookChecks, checksOf } from '#server/ledger/checks.ts';
import { setMonitor } from '#server/ledger/monitors.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, ...ledger } = books(database);
const ducats = systemAccountId('liquidity', 'DUCAT');
const dollars = systemAccountId('liquidity', 'USD');
const [bank, suspense] = [systemAccountId('bank', 'USD'), systemAccountId('suspense', 'USD')];

/** Books before the good point, and news of every sort after it. */
const [payer, payee] = [await wallet(10_000n), await wallet(500n)];
const guarded = await database.client.ledgerAccount.findUniqueOrThrow({
  where: { id: payer },
  select: { owner: true },
});
const limits = JSON.stringify([{ asset: 1, kind: 13, side: 1, period: 1, amountMax: 1_000_000, countMax: 1_000 }]);
await database.client.$queryRaw`SELECT ledger.set_velocity_limits(${guarded.owner}, ${limits}::jsonb)::text`;
const line = { accountId: payer, measure: 'balance', comparison: 'below', thresholdMinor: 1n } as const;
await database.inTransaction((tx) => setMonitor(tx, line));
const longAgo = new Date(Date.now() - 2 * 3_600_000);
const before = {
  sale: move({ from: payer, to: payee, amountMinor: 300n, id: transferId(longAgo) }),
  held: move({ from: payer, to: payee, amountMinor: 70n, pending: {} }),
};
await ledger.post([
  before.sale,
  before.held,
  move({ from: payee, to: payer, amountMinor: 40n, reversesId: before.sale.id, id: transferId(longAgo) }),
  move({ from: bank, to: dollars, amountMinor: 5_000n }),
]);
const point = await check('full');

const news = {
  sale: move({ from: payer, to: payee, amountMinor: 200n }),
  held: move({ from: payer, to: payee, amountMinor: 50n, pending: {} }),
  ended: move({ from: payer, to: payee, amountMinor: 20n, pending: {} }),
  dated: move({ from: payer, to: payee, amountMinor: 9n, effectiveDate: '2026-01-06' }),
  converted: move({
    from: dollars,
    to: suspense,
    amountMinor: 30n,
    conversion: { numerator: 3n, denominator: 10n, exact: 'in' },
  }),
};
const [first, last] = [
  move({ from: payer, to: payee, amountMinor: 1n, linked: true }),
  move({ from: payer, to: payee, amountMinor: 2n }),
];
const results = await ledger.post([
  news.sale,
  news.held,
  news.ended,
  first,
  last,
  news.dated,
  move({ from: payer, to: ducats, amountMinor: 102n, linked: true }),
  news.converted,
  move({ from: payee, to: payer, amountMinor: 60n, reversesId: before.sale.id }),
  move({ from: payee, to: payer, amountMinor: 5n, reversesId: news.sale.id }),
  move({ from: payer, to: payee, amountMinor: 70n, postPendingId: before.held.id }),
  move({ from: payer, to: payee, amountMinor: 0n, voidPendingId: news.ended.id }),
  move({ from: payer, to: payee, amountMinor: 99_999n }),
  // A group with a leg that moves nothing and whose id is old: no entry and no recent id leads to it.
  move({ from: payer, to: payee, amountMinor: 4n, linked: true }),
  move({ from: payer, to: payee, amountMinor: 1n, mode: 'shortfall', id: transferId(longAgo) }),
]);

function check(kind: CheckKind) {
  return database.inSnapshot((tx) => runCheck(tx, kind), { isLong: true });
}

interface Damage {
  what: string;
  damage: string;
  repair: string;
  /** The checks that see it, in both readings. */
  finds: string[];
  /** Those that only a full reading runs, or that look at more there. */
  alsoInFull?: string[];
  alsoInNews?: string[];
}

const [id, of] = [payer.toString(), (transfer: { id: string }) => `'${transfer.id}'`];
const forged = transferId();
const entryOf = (transfer: { id: string }) => `account_id = ${id} AND transfer_id = ${of(transfer)}`;
const keep = (table: string, where: string) => ({
  damage: `CREATE TABLE public.kept AS SELECT * FROM ledger.${table} WHERE ${where}; DELETE FROM ledger.${table} WHERE ${where}`,
  repair: `INSERT INTO ledger.${table} SELECT * FROM public.kept; DROP TABLE public.kept`,
});
const change = (table: string, [from, to]: readonly [string, string], where = 'true') => ({
  damage: `UPDATE ledger.${table} SET ${from} WHERE ${where}`,
  repair: `UPDATE ledger.${table} SET ${to} WHERE ${where}`,
});
const oneMore = (column: string) => [`${column} = ${column} + 1`, `${column} = ${column} - 1`] as const;

const damages: Damage[] = [
  {
    what: 'a balance that grew by itself',
    ...change('account', oneMore('balance'), `id = ${id}`),
    finds: ['asset_sum_zero', 'account_is_its_entries', 'rollup_is_its_members'],
    alsoInNews: ['account_days'],
  },
  {
    what: 'an account at rest that changed though nothing was booked',
    ...change('account', oneMore('balance'), `id = ${systemAccountId('issuance', 'DUCAT').toString()}`),
    finds: ['asset_sum_zero', 'account_is_its_entries', 'rollup_is_its_members'],
    alsoInNews: ['account_days'],
  },
  {
    what: 'two accounts at rest whose balances were exchanged',
    damage: `UPDATE ledger.account SET balance = balance + CASE id WHEN 2 THEN 5 ELSE -5 END WHERE id IN (2, 5)`,
    repair: `UPDATE ledger.account SET balance = 0 WHERE id IN (2, 5)`,
    finds: ['account_is_its_entries', 'rollup_is_its_members'],
    alsoInNews: ['account_days'],
  },
  {
    what: 'an entry of another amount',
    ...change('entry', oneMore('amount'), entryOf(news.sale)),
    finds: ['account_is_its_entries', 'entry_chain', 'transfer_has_its_entries'],
    alsoInFull: ['account_days'],
  },
  {
    what: 'a missing entry',
    ...keep('entry', entryOf(news.sale)),
    finds: ['account_is_its_entries', 'entry_chain', 'entry_reserved', 'transfer_has_its_entries'],
    alsoInFull: ['account_days'],
  },
  {
    what: 'an entry that names another transfer',
    ...change(
      'entry',
      [`transfer_id = ${of(first)}`, `transfer_id = ${of(news.sale)}`],
      `account_id = ${id} AND version = (
      SELECT debit_version FROM ledger.transfer WHERE id = ${of(news.sale)})`,
    ),
    finds: ['entry_has_its_transfer', 'transfer_has_its_entries'],
  },
  {
    what: 'a missing transfer',
    ...keep('transfer', `id = ${of(news.sale)}`),
    finds: ['entry_has_its_transfer', 'reversal_totals'],
  },
  {
    what: 'a forged transfer whose entries were never written',
    damage: `INSERT INTO ledger.transfer SELECT (r).* FROM (
      SELECT jsonb_populate_record(t, jsonb_build_object('id', '${forged}', 'debit_version', 900, 'credit_version', 900)) AS r
      FROM ledger.transfer t WHERE t.id = ${of(news.sale)}) s`,
    repair: `DELETE FROM ledger.transfer WHERE id = '${forged}'`,
    finds: ['transfer_has_its_entries'],
  },
  {
    what: 'a transfer between two assets',
    ...change(
      'transfer',
      [`credit_account_id = ${bank.toString()}`, `credit_account_id = ${payee.toString()}`],
      `id = ${of(first)}`,
    ),
    finds: ['entry_has_its_transfer', 'transfer_has_its_entries', 'transfer_of_one_asset'],
  },
  {
    what: 'a transfer of another amount',
    ...change('transfer', oneMore('amount'), `id = ${of(first)}`),
    finds: ['transfer_has_its_entries'],
  },
  {
    what: 'a move that is said to resolve something',
    ...change('transfer', ['related_id = id', 'related_id = NULL'], `id = ${of(first)}`),
    finds: ['transfer_sound'],
  },
  {
    what: 'a torn linked group',
    ...change('transfer', ['group_size = 3', 'group_size = 2'], `id = ${of(last)}`),
    finds: ['linked_group_whole'],
  },
  {
    what: 'a wrong total of reversals, of a transfer from before the point',
    ...change('reversal_total', oneMore('reversed'), `transfer_id = ${of(before.sale)}`),
    finds: ['reversal_totals'],
  },
  {
    what: 'a wrong total of reversals, of a new transfer',
    ...change('reversal_total', oneMore('reversed'), `transfer_id = ${of(news.sale)}`),
    finds: ['reversal_totals'],
  },
  {
    what: 'an account below its floor',
    damage: `ALTER TABLE ledger.account DROP CONSTRAINT account_above_floor;
      UPDATE ledger.account SET floor = 50000 WHERE id = ${id}`,
    repair: `UPDATE ledger.account SET floor = 0 WHERE id = ${id};
      ALTER TABLE ledger.account ADD CONSTRAINT account_above_floor CHECK (balance - reserved >= floor AND reserved >= 0)`,
    finds: ['account_above_floor'],
  },
  {
    what: 'a frozen account of the house',
    ...change('account', ['frozen = true', 'frozen = false'], 'id = 2'),
    finds: ['account_sound'],
  },
  {
    what: 'a closed account with money in it',
    ...change('account', ['closed = true', 'closed = false'], `id = ${id}`),
    finds: ['account_sound'],
  },
  {
    what: 'an open pending of another amount',
    ...change('open_pending', oneMore('amount'), `transfer_id = ${of(news.held)}`),
    finds: ['pending_index', 'pending_totals'],
  },
  {
    what: 'a pending that nobody ended and that is not open',
    ...keep('open_pending', `transfer_id = ${of(news.held)}`),
    finds: ['pending_index', 'pending_totals'],
  },
  {
    what: 'a resolution that got lost',
    ...keep('pending_resolution', `pending_id = ${of(news.ended)}`),
    finds: ['pending_index', 'resolution_is_a_transfer'],
  },
  {
    what: 'a resolution of another sort than its transfer',
    ...change('pending_resolution', ['action = 5', 'action = 4'], `pending_id = ${of(news.ended)}`),
    finds: ['resolution_is_a_transfer'],
  },
  {
    what: 'an entry of another reserved amount',
    ...change('entry', oneMore('reserved'), entryOf(news.sale)),
    finds: ['entry_chain', 'entry_reserved'],
  },
  {
    what: 'a pending whose entry reserved another amount',
    ...change('entry', oneMore('reserved'), entryOf(news.ended)),
    finds: ['entry_chain', 'entry_reserved'],
  },
  {
    what: 'a day of an account with another sum',
    ...change('account', oneMore('day_net'), `id = ${id}`),
    finds: ['account_days'],
  },
  {
    what: 'an earlier day of an account with another sum',
    ...change('account_day', oneMore('net'), `account_id = ${id}`),
    finds: ['account_days'],
  },
  {
    what: 'an entry that lost its effective date',
    ...keep('entry_effective', `account_id = ${id}`),
    finds: ['effective_dates'],
    alsoInFull: ['account_days'],
  },
  {
    what: 'a conversion with another remainder',
    ...change('conversion', oneMore('remainder')),
    finds: ['conversion_rate'],
  },
  {
    what: 'a conversion at another rate',
    ...change('conversion', oneMore('numerator')),
    finds: ['conversion_rate'],
  },
  {
    what: 'a conversion without its rate',
    ...keep('conversion', 'true'),
    finds: ['conversion_rate'],
  },
  {
    what: 'a roll-up that is not the sum of its members',
    ...change('rollup_fold', oneMore('balance'), 'kind = 6 AND asset = 1'),
    finds: ['rollup_is_its_members'],
  },
  {
    what: 'a roll-up of reserved amounts that is not the sum of its members',
    ...change('rollup_fold', oneMore('reserved'), 'kind = 6 AND asset = 1'),
    finds: ['rollup_is_its_members'],
  },
  {
    what: 'a monitor of an account that does not exist',
    ...change('balance_monitor', ['account_id = 999999', `account_id = ${id}`]),
    finds: ['monitor_has_its_account'],
  },
  {
    what: 'a watched account that lost its mark',
    ...change('account', ['monitored = false', 'monitored = true'], `id = ${id}`),
    finds: ['monitor_has_its_account'],
  },
];

type Seen = Pick<Damage, 'damage' | 'repair'>;

/** What a reading finds while the damage is there. Only an incremental one is kept: it must not move the point. */
async function findingsOf(kind: CheckKind, { damage, repair }: Seen, severity = 'hard'): Promise<string[]> {
  const planted = (sql: string) => asSuperuser(database, `SET session_replication_role = replica; ${sql}`);
  await planted(damage);
  const reading = kind === 'full' ? checkLedger(database.client) : check('incremental');
  const report = await reading.finally(() => planted(repair));
  return report.findings.flatMap((finding) => (finding.severity === severity ? [finding.check] : [])).sort();
}

it('the books of this file hold every sort of news, and neither reading finds anything in them', async () => {
  expect(point).toMatchObject({ kind: 'full', ok: true, findings: [] });
  expect(results.filter(({ status }) => status !== 'created')).toMatchObject([{ code: 'insufficient_funds' }]);
  expect(await database.client.ledgerVelocityBucket.count()).toBeGreaterThan(0);
  expect(await database.client.ledgerConversion.count()).toBe(1);
  expect(await database.client.ledgerEntryEffective.count()).toBe(2);
});

describe('a full check', () => {
  it.each(damages)('finds $what', async (damage) => {
    const expected = [...damage.finds, ...(damage.alsoInFull ?? [])].sort();
    expect(await findingsOf('full', damage)).toEqual(expected);
  });

  it.each([
    { what: 'counted another amount', ...change('velocity_bucket', oneMore('amount')) },
    { what: 'counted another transfer', ...change('velocity_bucket', oneMore('transfers')) },
    { what: 'is gone', ...keep('velocity_bucket', 'true') },
  ])('finds a counter of limits that $what, as something to look at', async (damage) => {
    expect(await findingsOf('full', damage, 'soft')).toEqual(['velocity_counters']);
    expect(await findingsOf('full', damage)).toEqual([]);
  });
});

describe('an incremental check', () => {
  it.each(damages)('finds $what since the good point', async (damage) => {
    const expected = [...damage.finds, ...(damage.alsoInNews ?? [])].sort();
    expect(await findingsOf('incremental', damage)).toEqual(expected);
  });

  it('finds nothing once all is repaired, and then the news are news no more', async () => {
    expect(await check('incremental')).toMatchObject({ kind: 'incremental', ok: true, findings: [] });
    expect(await check('incremental')).toMatchObject({ figures: { accounts: 0n, entries: 0n } });
  });
});

it('every hard check has damage here or among the seals that it finds, in both readings', () => {
  const hard = (checks: typeof bookChecks) =>
    checks.flatMap(({ name, severity }) => (severity === 'hard' && !name.startsWith('seal_') ? [name] : []));
  const found = [...new Set(damages.flatMap(({ finds }) => finds))].sort();
  expect(hard(bookChecks).sort()).toEqual(found);
  expect(hard(checksOf(newsSince({ all: transferId(), withoutEntries: transferId() }))).sort()).toEqual(found);
});
