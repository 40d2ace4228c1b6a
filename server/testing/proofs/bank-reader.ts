import type { Database } from '#server/platform/db.ts';
import type { Bank } from './bank.ts';

export interface SnapshotFaults {
  snapshots: number;
  /** What snapshots saw that must not be; empty when all is well. */
  faults: string[];
}

interface LastEntryRow {
  account_id: bigint;
  balance: bigint;
  reserved: bigint;
  version: bigint;
}

/**
 * Takes snapshots of all wallets until `isOver`. In each the total must be the same, no wallet may have less than
 * nothing available, and the last entry of each must say what the account says.
 */
export async function watchBank(database: Database, bank: Bank, isOver: () => boolean): Promise<SnapshotFaults> {
  const seen: SnapshotFaults = { snapshots: 0, faults: [] };
  do {
    seen.faults.push(...(await faultsOfSnapshot(database, bank)));
    seen.snapshots += 1;
  } while (!isOver());
  return seen;
}

function faultsOfSnapshot(database: Database, { wallets, totalMinor }: Bank): Promise<string[]> {
  return database.inSnapshot(async (tx) => {
    const accounts = await tx.ledgerAccount.findMany({ where: { id: { in: [...wallets] } } });
    // A second statement: a snapshot that moved between the two would show here.
    const lastEntries = await tx.$queryRaw<LastEntryRow[]>`
      SELECT DISTINCT ON (account_id) account_id, balance, reserved, version FROM ledger.entry
      WHERE account_id = ANY (${wallets.map(String)}::bigint[]) ORDER BY account_id, version DESC`;
    const last = new Map(lastEntries.map((entry) => [entry.account_id, entry]));
    const total = accounts.reduce((sum, account) => sum + account.balance, 0n);
    const faults = accounts.flatMap(({ id, balance, reserved, version }) => {
      const entry = last.get(id);
      const isLast = entry?.balance === balance && entry.reserved === reserved && entry.version === version;
      return [
        ...(balance - reserved < 0n
          ? [`wallet ${id.toString()} has ${(balance - reserved).toString()} available`]
          : []),
        ...(isLast ? [] : [`wallet ${id.toString()} and its last entry differ`]),
      ];
    });
    return total === totalMinor ? faults : [...faults, `the total is ${total.toString()}`];
  });
}
