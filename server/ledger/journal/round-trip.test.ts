import { expect, it } from 'vitest';
import { openAccount } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { withOwner, withSnapshot } from '#server/ledger/journal/connections.ts';
import { exportJournal } from '#server/ledger/journal/export.ts';
import { importJournal } from '#server/ledger/journal/import.ts';
import { tablesLeftOut } from '#server/ledger/journal/tables.ts';
import { asSuperuser, testDatabase, type TestDatabase } from '#server/testing/database.ts';
import { withClient } from '#server/testing/cluster.ts';
import { bytesOf, fillBooks, journalOf, rowsOfJournal } from '#server/testing/journal-books.ts';
import { books, move } from '#server/testing/ledger.ts';

/** Put the number of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;

const [original, copy] = [await testDatabase(), await testDatabase()];
const filled = await fillBooks(original, { seed });
const journal = await journalOf(original);
const imported = await withOwner(copy.adminUrl, (client) =>
  importJournal(client, bytesOf(journal), { mode: 'sandbox' }),
);

/** All rows of a query as text, sorted, so that two databases can be compared. */
async function rows(database: TestDatabase, sql: string): Promise<string[]> {
  return withClient(database.adminUrl, async (client) => {
    const result = await client.query<object>(
      `SET timezone = 'UTC'; SELECT row_to_json(r)::text AS text FROM (${sql}) r`,
    );
    const last: unknown = Array.isArray(result) ? result.at(-1) : result;
    return (last as { rows: { text: string }[] }).rows.map(({ text }) => text).sort();
  });
}

it(`an export of the imported books has the bytes of the file (seed ${String(seed)})`, async () => {
  expect(await journalOf(copy)).toBe(journal);
  expect(await journalOf(original)).toBe(journal);
});

it(`the file held something of everything (seed ${String(seed)})`, () => {
  expect(Object.entries(imported.counts).filter(([, count]) => count === 0)).toEqual([]);
  const transfers = rowsOfJournal(journal).filter(({ type }) => type === 'transfer');
  const distinct = (column: string): Set<unknown> => new Set(transfers.map((row) => row[column]));
  expect([...distinct('action')].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...distinct('outcome')]).toEqual(expect.arrayContaining([0, 19, 50, 52, 53, 60]));
  const months = new Set([...distinct('id')].map((id) => String(id).slice(0, 5)));
  expect(months.size).toBeGreaterThan(1);
  for (const column of ['reference', 'group_id', 'related_id', 'effective_date', 'options', 'refused_field']) {
    expect(
      [...distinct(column)].some((value) => value !== null),
      column,
    ).toBe(true);
  }
  expect(journal).toContain('🦁');
});

/** Compared by what they say, or of no meaning in another database. */
const comparedOtherwise = new Set([
  ...['account_day', 'rollup_fold', 'rollup_tail', 'velocity_bucket'],
  ...['transfer_partition', 'check_run', 'check_point'],
]);

it(`what the file leaves out is found again as it was (seed ${String(seed)})`, async () => {
  const queries = Object.keys(tablesLeftOut)
    .filter((name) => !comparedOtherwise.has(name))
    .map((name) => `SELECT * FROM ledger.${name}`);
  queries.push(
    'SELECT id, last_time, day, day_net, guarded, monitored FROM ledger.account',
    'SELECT guards_exist, kinds FROM ledger.control',
    'SELECT * FROM ledger.account_day WHERE net <> 0',
    `SELECT * FROM ledger.velocity_bucket WHERE starts_at >= ledger.period_start(period, ledger.now())`,
    `SELECT kind, asset, sum(balance) AS balance, sum(reserved) AS reserved
     FROM (SELECT kind, asset, balance, reserved FROM ledger.rollup_fold
           UNION ALL SELECT kind, asset, balance, reserved FROM ledger.rollup_tail) s GROUP BY kind, asset`,
  );
  for (const query of queries) {
    const before = await rows(original, query);
    expect(before.length, query).toBeGreaterThan(0);
    expect(await rows(copy, query), query).toEqual(before);
  }
});

it('an export sees one moment, whatever is posted meanwhile', async () => {
  const { wallet } = books(original);
  const before = await journalOf(original);
  let text = '';
  await withSnapshot(original.adminUrl, async (client) => {
    for await (const chunk of exportJournal(client, { mode: 'sandbox' })) {
      if (text === '') await wallet(5n);
      text += chunk;
    }
  });
  expect(text).toBe(before);
  expect(await journalOf(original)).not.toBe(before);
});

it('nothing is opened or posted while an import runs, and a reader sees nothing of it', async () => {
  const busy = await testDatabase();
  const empty = await journalOf(busy);
  const attempts: unknown[] = [];
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytesOf(journal)) {
      yield chunk;
      if (attempts.length > 0) continue;
      expect(await journalOf(busy)).toBe(empty);
      const opening = `SET lock_timeout = '50ms'; SELECT ledger.open_account('somebody', 6::smallint, 1::smallint)`;
      attempts.push(await asSuperuser(busy, opening).catch((error: unknown) => error));
    }
  };
  await withOwner(busy.adminUrl, (client) => importJournal(client, chunks(), { mode: 'sandbox' }));
  expect(attempts).toMatchObject([{ code: '55P03' }]);
  expect(await journalOf(busy)).toBe(journal);
});

it('the checker is content with the imported books', async () => {
  expect((await checkLedger(original.client)).findings).toEqual([]);
  expect((await checkLedger(copy.client)).findings).toEqual([]);
});

it('the imported books go on: old ids answer as before, pendings end, new accounts get new ids', async () => {
  const { post, wallet } = books(copy);
  expect(await post([filled.openPending, filled.reversible, filled.refused])).toMatchObject([
    { status: 'exists' },
    { status: 'exists' },
    { status: 'refused', code: 'insufficient_funds', replayed: true },
  ]);
  const { id, debitAccountId: from, creditAccountId: to } = filled.openPending;
  const back = { from: filled.reversible.creditAccountId, to: filled.wallet, reversesId: filled.reversible.id };
  const now = new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  const answers = await post([
    move({ from, to, amountMinor: 30n, postPendingId: id }),
    move({ ...back, amountMinor: 5n, kind: 'reversal' }),
    move({ ...back, amountMinor: 4n, kind: 'reversal' }),
  ]);
  expect(answers, now.toISOString()).toMatchObject([
    { status: 'created' },
    { status: 'refused', code: 'exceeds_original_amount' },
    { status: 'created' },
  ]);
  const highest = rowsOfJournal(journal)
    .filter(({ type }) => type === 'account')
    .at(-1)?.['id'];
  expect(await wallet(5n)).toBe(BigInt(String(highest)) + 1n);
  const again = await copy.inTransaction((tx) =>
    openAccount(tx, { owner: 'limited Ömer', kind: 'escrow', asset: 'DUCAT' }),
  );
  expect(again).toBe(BigInt(String(highest)) + 2n);
  expect((await checkLedger(copy.client)).findings).toEqual([]);
});
