import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { Ledger } from '#server/ledger/port.ts';
import { postgresLedger } from '#server/ledger/postgres-ledger.ts';
import type { AccountBalance, LedgerEntry } from '#server/ledger/schema.ts';
import type { StoredTransfer } from '#server/ledger/lookups.ts';
import { refusals } from '#server/ledger/refusals.ts';
import type { Database } from '#server/platform/db.ts';

/** The history of an account and what it held after each version of it. */
export interface History {
  accountId: bigint;
  entries: readonly LedgerEntry[];
  balances: AccountBalance[];
}

/** The port over a test's database. */
export function ledgerOf(database: Database): Ledger {
  const write = database.inTransaction.bind(database);
  return postgresLedger({ db: database.client, write, clock: systemClock, ids: systemIds });
}

/** A stored refusal names its field or leaves that to its code: here it always names it, as the answer to it does. */
export function withFields(ledger: Ledger): Ledger {
  const named = (stored: StoredTransfer): StoredTransfer => {
    const ofCode = refusals.find(({ name }) => name === stored.refusal)?.field ?? null;
    return { ...stored, refusedField: stored.refusedField ?? ofCode };
  };
  return {
    ...ledger,
    lookupTransfers: async (ids) => (await ledger.lookupTransfers(ids)).map(named),
    queryTransfers: async (query) => {
      const page = await ledger.queryTransfers(query);
      return { ...page, transfers: page.transfers.map(named) };
    },
  };
}

/** All of it through the port, page by page, from a moment on. */
export async function readHistory(ledger: Ledger, accountId: bigint, from: Date): Promise<History> {
  const entries = await entriesSince(ledger, accountId, from);
  const balances: AccountBalance[] = [];
  for (const { version } of entries) balances.push(await ledger.balanceAt(accountId, { version }));
  return { accountId, entries, balances };
}

/** Newest first. */
export async function entriesSince(ledger: Ledger, accountId: bigint, from: Date): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let before: bigint | undefined;
  do {
    const page = await ledger.accountEntries({
      accountId,
      from,
      limit: 17,
      ...(before === undefined ? {} : { before }),
    });
    entries.push(...page.entries);
    before = page.nextCursor ?? undefined;
  } while (before !== undefined);
  return entries;
}
