import { systemIds } from '#server/platform/ids.ts';
import { systemClock } from '#server/platform/clock.ts';
import type { Ledger } from '#server/ledger/port.ts';
import { postgresLedger } from '#server/ledger/postgres-ledger.ts';
import type { AccountBalance, LedgerEntry } from '#server/ledger/schema.ts';
import type { Database } from '#server/platform/db.ts';
import { balanceAt } from './model-readings.ts';
import type { ModelAccount, ModelEntry } from './state.ts';

/** The history of an account and what it held after each version of it. */
export interface History {
  accountId: bigint;
  entries: readonly ModelEntry[];
  balances: AccountBalance[];
}

/** The port over a test's database. */
export function ledgerOf(database: Database): Ledger {
  const write = database.inTransaction.bind(database);
  return postgresLedger({ db: database.client, write, clock: systemClock, ids: systemIds });
}

export function historyOf(account: ModelAccount): History {
  return { accountId: account.id, entries: account.entries, balances: account.entries.map(balanceAt) };
}

/** The same through the port, page by page, from the version that the model began with. */
export async function readHistory(ledger: Ledger, accountId: bigint, versionBefore: bigint): Promise<History> {
  const newestFirst: LedgerEntry[] = [];
  let before: bigint | undefined;
  do {
    const page = await ledger.accountEntries({ accountId, limit: 17, ...(before === undefined ? {} : { before }) });
    newestFirst.push(...page.entries.filter(({ version }) => version > versionBefore));
    before = page.nextCursor ?? undefined;
  } while (before !== undefined && before > versionBefore + 1n);
  const read = newestFirst.reverse();
  const transfers = await ledger.lookupTransfers(read.map(({ transferId }) => transferId));
  const causes = new Map(
    transfers.map(({ id, action, relatedId }) => [id, action === 'expire' ? `expiry of ${relatedId ?? ''}` : id]),
  );
  const balances: AccountBalance[] = [];
  for (const { version } of read) balances.push(await ledger.balanceAt(accountId, { version }));
  const entries = read.map(({ transferId, bookedAt: _bookedAt, ...entry }) => {
    return { ...entry, cause: causes.get(transferId) ?? `nothing stored for ${transferId}` };
  });
  return { accountId, entries, balances };
}
