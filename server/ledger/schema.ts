import type { Asset } from '#server/money/money.ts';
import type { AccountKind, TransferKind } from '#server/ledger/kinds.ts';
import type { RefusalCode } from '#server/ledger/refusals.ts';

export type { Asset, AccountKind, TransferKind, RefusalCode };

/** Most transfers in one request, as in TigerBeetle. */
export const batchSizeMax = 8190;

/** Largest page of a statement. */
export const pageSizeMax = 100;

/** One transfer to decide. Its id is a UUIDv7 and the idempotency key. */
export interface TransferRequest {
  id: string;
  debitAccountId: bigint;
  creditAccountId: bigint;
  /** 1 to 10^15 minor units of the accounts' asset; exactly 0 for a void. */
  amountMinor: bigint;
  kind: TransferKind;
  /** What it belongs to in the caller's words, 1 to 200 characters. */
  reference?: string;
  /**
   * `shortfall` moves only what the credit account lacks to have `amountMinor` available, possibly nothing.
   * `available` moves what the debit account has available above its floor, at most `amountMinor`, possibly nothing
   * (TigerBeetle's balancing transfers).
   */
  mode?: 'exact' | 'shortfall' | 'available';
  /** True ties this transfer to the next one of the request: both happen or neither. */
  linked?: boolean;
  /** Reserves the amount on the debit account instead of moving it. */
  pending?: { timeoutSeconds?: number };
  /** Moves the given part of a pending transfer and releases the rest. */
  postPendingId?: string;
  /** Releases a pending transfer. */
  voidPendingId?: string;
  /** Moves a posted transfer, or a part of it, back the other way. */
  reversesId?: string;
  /** The day it belongs to, `YYYY-MM-DD`; without it the UTC day of booking. At most 3,660 days back, 366 ahead. */
  effectiveDate?: string;
  /** What must hold at the moment this item is decided; otherwise `condition_failed`. */
  condition?: TransferCondition;
  /** On the second leg of a conversion: the rate that its amount and that of the leg before it obey. */
  conversion?: ConversionRate;
}

/** Conditions on the accounts of a transfer, as they stand just before it; also within its batch. */
export interface TransferCondition {
  debit?: AccountCondition;
  credit?: AccountCondition;
  /**
   * All accounts in this asset of the debit account's owner together still have so much available after it. Calls with
   * such a condition on the same owner wait for each other, whatever accounts they name.
   */
  ownerAvailableAtLeastMinor?: bigint;
}

export interface AccountCondition {
  /** "Only if the version is still …". */
  version?: bigint;
  balanceAtLeastMinor?: bigint;
  balanceAtMostMinor?: bigint;
}

/** out = in × numerator / denominator, both 1 to 10^15 and both in minor units. */
export interface ConversionRate {
  numerator: bigint;
  denominator: bigint;
  /** Which amount was given. `in`: out is rounded down. `out`: in is rounded up. */
  exact: 'in' | 'out';
}

export interface PostOptions {
  /** `external`: what a payment provider says happened; its ids may be older than 35 days. */
  source?: 'internal' | 'external';
  /** Decides as if it were posted now, and neither locks nor writes anything. */
  isDryRun?: boolean;
}

/** A transfer that is in the books, now or since an earlier call. */
export interface CreatedTransfer {
  status: 'created' | 'exists';
  id: string;
  /** What moved, or for a pending transfer what is reserved. */
  amountMinor: bigint;
  bookedAt: Date;
}

export interface RefusedTransfer {
  status: 'refused';
  id: string;
  code: RefusalCode;
  /** The field of the request that the refusal is about. */
  field?: string;
  /** True when an earlier call decided this, not the present one. */
  replayed: boolean;
}

export type TransferResult = CreatedTransfer | RefusedTransfer;

/** One line of an account's history. */
export interface LedgerEntry {
  /** The account's version after it: 1, 2, 3 … without gaps. */
  version: bigint;
  transferId: string;
  kind: TransferKind;
  reference: string | null;
  /** Positive for a credit, negative for a debit, 0 where only the reserved amount changed. */
  amountMinor: bigint;
  balanceAfterMinor: bigint;
  reservedAfterMinor: bigint;
  bookedAt: Date;
  otherAccountId: bigint;
}

export interface AccountBalance {
  balanceMinor: bigint;
  reservedMinor: bigint;
  /** Balance less what is reserved. */
  availableMinor: bigint;
  version: bigint;
}
