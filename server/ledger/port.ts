import type { AccountRequest, AccountResult } from '#server/ledger/account-batches.ts';
import type { Day, DayStatement, DayStatementQuery, DayTotal, DayTotalsQuery } from '#server/ledger/day-queries.ts';
import type { GroupTotal } from '#server/ledger/groups.ts';
import type { VelocityLimit, VelocityUse } from '#server/ledger/limits.ts';
import type { Account, StoredTransfer } from '#server/ledger/lookups.ts';
import type { BalanceMonitor } from '#server/ledger/monitors.ts';
import type { EntriesPage, EntriesQuery } from '#server/ledger/queries.ts';
import type { AccountBalance, PostOptions, TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import type { TransfersPage, TransfersQuery } from '#server/ledger/transfer-queries.ts';

/** What `createTransfers` and `dryRun` are told beside the items. */
export type CreateOptions = Omit<PostOptions, 'isDryRun'>;

/** A time, to the end of its millisecond, or a version of the account. */
export type AccountMoment = { time: Date } | { version: bigint };

/** What changes the books. Every call is kept as a whole or, when it throws, not at all. */
export interface LedgerWrites {
  /**
   * Opens accounts, one result per request. Bounds are minor units. Throws `batch_too_large` above 8,190 requests and
   * `ledger_busy`. The shape is that of TigerBeetle's create_accounts.
   */
  createAccounts: (requests: readonly AccountRequest[]) => Promise<AccountResult[]>;
  /**
   * Decides and books a batch, one result per request, in order: `created`, `exists` or `refused` with a code of
   * `refusals.ts`. Amounts are minor units. Throws `batch_too_large`, `ledger_contention` and `ledger_busy`. The shape is
   * that of TigerBeetle's create_transfers.
   */
  createTransfers: (requests: readonly TransferRequest[], options?: CreateOptions) => Promise<TransferResult[]>;
  /** Ends pending transfers whose time is over, at most 1,000 of them; returns how many. */
  expirePendings: () => Promise<number>;
  /** Money may come in but not leave. Refuses `account_not_found` and `house_account`. */
  freeze: (accountId: bigint) => Promise<void>;
  /** Ends a freeze, and opens a closed account again. Refuses `account_not_found`. */
  unfreeze: (accountId: bigint) => Promise<void>;
  /** Nothing moves on it any more. Refuses `account_not_found`, `house_account` and `account_not_empty`. */
  close: (accountId: bigint) => Promise<void>;
  /** Replaces all limits of an owner over sliding periods, in minor units. Refuses `limits_malformed`. */
  setVelocityLimits: (owner: string, limits: readonly VelocityLimit[]) => Promise<void>;
  /**
   * Watches an account; the threshold is minor units. Returns the id of the monitor. Refuses `account_not_found`,
   * `threshold_out_of_range` and `too_many_monitors`.
   */
  setMonitor: (monitor: BalanceMonitor) => Promise<bigint>;
  /** Stops watching; false when there was no such monitor. */
  removeMonitor: (monitorId: bigint) => Promise<boolean>;
  /** Hands up to 500 crossings, oldest first, to whoever the implementation delivers to; returns how many it took. */
  takeCrossings: () => Promise<number>;
  /** Takes what finished calls changed into the folded figures of the groups; returns how many rows it took. */
  foldGroups: () => Promise<number>;
}

/** What reads the books. Every amount is minor units of the account's asset. */
export interface LedgerReads {
  /** What `createTransfers` would answer now; it locks and writes nothing. */
  dryRun: (requests: readonly TransferRequest[], options?: CreateOptions) => Promise<TransferResult[]>;
  /** In the order asked, without those that do not exist, as TigerBeetle's lookup_accounts. Throws `batch_too_large`. */
  lookupAccounts: (ids: readonly bigint[]) => Promise<Account[]>;
  /** Transfers and stored refusals in the order asked, as TigerBeetle's lookup_transfers. Throws `batch_too_large`. */
  lookupTransfers: (ids: readonly string[]) => Promise<StoredTransfer[]>;
  /** One page of an account's history, newest first; the cursor is a version. */
  accountEntries: (query: EntriesQuery) => Promise<EntriesPage>;
  /** What the account held. Refuses `account_not_found` and `version_not_found`. */
  balanceAt: (accountId: bigint, moment: AccountMoment) => Promise<AccountBalance>;
  /** One page of transfers by account, kind, reference and period, newest first. Refuses `cursor_malformed`. */
  queryTransfers: (query: TransfersQuery) => Promise<TransfersPage>;
  /** What the entries up to the end of an effective day add up to. Refuses `account_not_found`, `day_malformed`. */
  balanceOn: (accountId: bigint, day: Day) => Promise<bigint>;
  /** What each effective day of a period changed, oldest first. Refuses `day_malformed`. */
  dayTotals: (query: DayTotalsQuery) => Promise<DayTotal[]>;
  /** One page of a statement by effective days. Refuses `account_not_found` and `day_malformed`. */
  statementByDay: (query: DayStatementQuery) => Promise<DayStatement>;
  /** What the accounts of a group hold together. Refuses `group_not_found`. */
  groupTotal: (name: string) => Promise<GroupTotal>;
  /** The limits of an owner and what of each is used. */
  velocityLimits: (owner: string) => Promise<VelocityUse[]>;
}

/**
 * The ledger as its users see it, without a word about where the books are kept: amounts are minor units in bigint, ids
 * of transfers are UUIDv7, and what is refused by throwing is a `DomainError` with the code that is named. The division
 * into batches, lookups and queries is that of TigerBeetle, so that it could stand behind this.
 */
export type Ledger = LedgerWrites & LedgerReads;
