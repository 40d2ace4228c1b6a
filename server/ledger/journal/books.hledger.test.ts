import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withSnapshot } from '#server/ledger/journal/connections.ts';
import { exportHledger, type HledgerCounts } from '#server/ledger/journal/hledger.ts';
import { chartName, commodities, encoded } from '#server/ledger/journal/hledger-names.ts';
import { assets, transferKindNames } from '#server/ledger/kinds.ts';
import { testDatabase } from '#server/testing/database.ts';
import { fillBooks } from '#server/testing/journal-books.ts';

/** Put the number of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;

const database = await testDatabase();
await fillBooks(database, { seed });
const folder = mkdtempSync(join(tmpdir(), 'cascade-hledger-'));
const file = join(folder, 'books.journal');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { text, counts } = await withSnapshot(database.adminUrl, async (client) => {
  const lines = exportHledger(client);
  let written = '';
  let step = await lines.next();
  for (; step.done !== true; step = await lines.next()) written += step.value;
  return { text: written, counts: step.value satisfies HledgerCounts };
});
writeFileSync(file, text);

function hledger(args: string[], journal = file): string {
  // hledger reads text in the language of its environment, whatever the file says.
  return execFileSync('env', ['LC_ALL=C.UTF-8', 'hledger', '-f', journal, ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

/** Rows of what hledger writes as CSV, every field in quotes. */
function csv(output: string): string[][] {
  const lines = output.trim().split('\n').slice(1);
  return lines.map((line) => line.slice(1, -1).split('","'));
}

it(`hledger check is content, strictly (seed ${String(seed)})`, () => {
  expect(hledger(['check', '--strict'])).toBe('');
});

it(`the trial balance of hledger is ours for every account, to the cent (seed ${String(seed)})`, async () => {
  const accounts = await database.client.ledgerAccount.findMany();
  const ours = accounts
    .filter(({ balance }) => balance !== 0n)
    .map(({ owner, kind, asset, balance }) => {
      // What we count as credits less debits, bookkeeping counts as debits less credits.
      const digits = (balance < 0n ? -balance : balance).toString().padStart(3, '0');
      const amount = `${balance < 0n ? '' : '-'}${digits.slice(0, -2)}.${digits.slice(-2)}`;
      const symbol = asset === assets.DUCAT ? 'DUC' : 'USD';
      return `${chartName(kind, asset)}:${encoded(owner)} ${amount} ${symbol}`;
    });
  const theirs = csv(hledger(['balance', '-N', '--flat', '-O', 'csv'])).map((row) => row.join(' '));
  expect(ours.length).toBeGreaterThan(10);
  expect(theirs.sort()).toEqual(ours.sort());
});

it(`every transfer that moved money is one transaction under its id and its day (seed ${String(seed)})`, async () => {
  const transfers = await database.client.$queryRaw<{ id: string; day: string }[]>`
    SELECT id::text, to_char(coalesce(effective_date, (booked_at AT TIME ZONE 'UTC')::date), 'YYYY-MM-DD') AS day
    FROM ledger.recorded_transfer WHERE debit_version IS NOT NULL AND credit_version IS NOT NULL`;
  const printed = csv(hledger(['print', '-O', 'csv', `desc:(${transferKindNames.join('|')})`]));
  const found = new Set(printed.map((row) => `${row[4] ?? ''} ${row[1] ?? ''}`));
  expect(counts.transactions).toBe(transfers.length);
  expect([...found].sort()).toEqual(transfers.map(({ id, day }) => `${id} ${day}`).sort());
});

it('hledger finds an amount that was changed on both sides, by the balances at the end', () => {
  const changed = join(folder, 'changed.journal');
  const transaction = /^(\d{4}-.*\n {4}\S+ {2})(?=\d+\.\d\d \w+\n)(.*\n {4}\S+ {2}-)/m;
  const other = text.replace(transaction, (_, debit: string, credit: string) => `${debit}1${credit}1`);
  expect(other).not.toBe(text);
  writeFileSync(changed, other);
  expect(() => hledger(['check'], changed)).toThrow(/assertion/i);
});

it('a reference comes back from what hledger read, whatever it holds', async () => {
  const references = await database.client.ledgerRecordedTransfer.findMany({
    where: { reference: { not: null }, outcome: 0, creditVersion: { not: null } },
    select: { reference: true },
  });
  const read = new Set(
    hledger(['tags', '--values', 'reference'])
      .split('\n')
      .map((value) => decodeURIComponent(value)),
  );
  expect(references.length).toBeGreaterThan(5);
  expect(references.map(({ reference }) => reference ?? '').filter((reference) => !read.has(reference))).toEqual([]);
});

it('commodities have as many decimals as their assets', async () => {
  const rows = await database.client.ledgerAsset.findMany({ select: { code: true, scale: true } });
  expect(Object.entries(commodities).map(([code, { scale }]) => ({ code: Number(code), scale }))).toEqual(rows);
});
