import type { JournalRow } from '#server/ledger/journal/rows.ts';

interface Link {
  accountId: string;
  version: bigint;
  balance: bigint;
  bookedAt: string;
}

/** Follows the entries of a journal, account by account and version by version, and adds all of them up. */
export class EntryChain {
  private last: Link = { accountId: '', version: 0n, balance: 0n, bookedAt: '' };
  private total = 0n;

  /** What is wrong with the next entry after those before it; null when it continues them. */
  take(row: JournalRow): string | null {
    const accountId = String(row['account_id']);
    const isSame = accountId === this.last.accountId;
    const before = isSame ? this.last : { version: 0n, balance: 0n, bookedAt: '' };
    const amount = whole(row['amount']);
    const link: Link = {
      accountId,
      version: whole(row['version']),
      balance: whole(row['balance']),
      bookedAt: String(row['booked_at']),
    };
    this.last = link;
    this.total += amount;
    if (link.version !== before.version + 1n)
      return `version ${String(before.version + 1n)} of the account is missing.`;
    if (link.balance !== before.balance + amount) {
      return `the balance must be ${String(before.balance + amount)}, not ${String(link.balance)}.`;
    }
    return link.bookedAt < before.bookedAt ? 'it was booked before the version before it.' : null;
  }

  isZeroSum(): boolean {
    return this.total === 0n;
  }
}

function whole(value: JournalRow[string] | undefined): bigint {
  return typeof value === 'string' ? BigInt(value) : 0n;
}
