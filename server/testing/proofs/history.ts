import { checkLedger } from '#server/ledger/checker.ts';
import { balanceAt } from '#server/ledger/queries.ts';
import type { Database } from '#server/platform/db.ts';

interface EntryRow {
  version: bigint;
  amount: bigint;
  /** Microseconds. */
  booked_at: bigint;
}

/** What a proof looks at when the load is over. */
export interface HistoryReport {
  /** How many versions of how many accounts were read back. */
  versions: number;
  /** Each is one version that is missing, out of order, or of which the books say something else than its entries. */
  faults: string[];
}

/**
 * Walks the whole history of each account: versions 1, 2, 3 … without a gap, times that never run backwards, and for
 * every version the balance as of it equal to the sum of all entries up to it.
 */
export async function readHistory(database: Database, accounts: readonly bigint[]): Promise<HistoryReport> {
  const report: HistoryReport = { versions: 0, faults: [] };
  for (const accountId of accounts) {
    const rows = await database.client.$queryRaw<EntryRow[]>`
      SELECT version, amount, (extract(epoch FROM booked_at) * 1000000)::bigint AS booked_at FROM ledger.entry WHERE account_id = ${accountId}::bigint ORDER BY version`;
    report.versions += rows.length;
    report.faults.push(...(await faultsOf(database, { accountId, rows })));
  }
  return report;
}

async function faultsOf(
  database: Database,
  { accountId, rows }: { accountId: bigint; rows: readonly EntryRow[] },
): Promise<string[]> {
  const faults: string[] = [];
  let sum = 0n;
  let time = 0n;
  let expected = 0n;
  for (const { version, amount, booked_at: bookedAt } of rows) {
    expected += 1n;
    sum += amount;
    const place = `account ${accountId.toString()} version ${version.toString()}`;
    if (version !== expected) faults.push(`${place} stands where ${expected.toString()} should`);
    if (bookedAt < time) faults.push(`${place} was booked before the version before it`);
    time = bookedAt;
    const { balanceMinor } = await balanceAt(database.client, accountId, { version });
    if (balanceMinor !== sum)
      faults.push(`${place} holds ${balanceMinor.toString()}, its entries say ${sum.toString()}`);
  }
  return faults;
}

/** Hard findings of the checker, in words; empty when the books are in order. */
export async function bookFaults(database: Database): Promise<string[]> {
  const { findings } = await checkLedger(database.client);
  return findings.map(
    ({ check, place, expected, actual }) => `${check}: ${place}: expected ${expected}, found ${actual}`,
  );
}
