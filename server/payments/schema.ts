import { z } from '#server/platform/zod.ts';
import { transferKindNames, type TransferKind } from '#server/ledger/kinds.ts';
import type { DucatMinor, UsdMinor } from '#server/money/money.ts';
import { packageIds, type PackageId } from './packages.ts';

/** Inputs and views of top-ups and the wallet, shared by forms, procedures and pages. */

/**
 * `waiting`: paid and in the books, its ducats in suspense until the citizen's limits let them in or an operator has
 * looked at the payment. `returned`: paid, never credited, and the dollars given back.
 */
export const topUpStates = [
  'started',
  'open',
  'processing',
  'waiting',
  'credited',
  'expired',
  'failed',
  'returned',
] as const;
export const topUpState = z.enum(topUpStates);
export type TopUpState = z.infer<typeof topUpState>;

/** States of a top-up of which nothing is in the books. */
export type UnpaidState = Exclude<TopUpState, 'started' | 'credited' | 'waiting' | 'returned'>;

const bigintMax = 10n ** 18n;

/** A package, or an own amount in cents before the fee. Whether the amount is allowed is decided by `rules.ts`. */
export const topUpChoice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('package'), packageId: z.enum(packageIds) }),
  z.object({ kind: z.literal('custom'), priceMinor: z.bigint().min(-bigintMax).max(bigintMax) }),
]);
export type TopUpChoice = z.infer<typeof topUpChoice>;

/** A key made once per rendered form; a repeat with the same key is the same attempt. */
export const startTopUpInput = z.object({ choice: topUpChoice, key: z.uuid() });

/** Stripe's id of a checkout session, as it comes back in the address of the success page. */
export const checkoutSessionId = z.string().regex(/^cs_(test|live)_[A-Za-z0-9]{1,200}$/);

export const listTopUpsInput = z.object({
  cursor: z.uuid().nullish(),
  limit: z.int().min(1).max(100).default(20),
});

/** What PostgreSQL can compare with: it has no year 0, and JavaScript's years lie further apart. */
const moment = z.date().min(new Date('0001-01-02T00:00:00Z')).max(new Date('9999-12-30T00:00:00Z'));
const versionMax = 9_223_372_036_854_775_807n;

/** Which entries of the wallet: a period (from inclusive, to exclusive) and kinds; all when left out. */
export const statementFilter = z.object({
  kinds: z.array(z.enum(transferKindNames)).max(transferKindNames.length).optional(),
  from: moment.optional(),
  to: moment.optional(),
});

export const statementInput = statementFilter.extend({
  /** The version of the last entry of the page before. */
  cursor: z.bigint().positive().max(versionMax).nullish(),
  limit: z.int().min(1).max(100).default(25),
});

/** What a top-up costs and brings, shown before paying. */
export interface TopUpQuote {
  choice: PackageId | 'custom';
  /** Before the fee. */
  priceMinor: UsdMinor;
  feeMinor: UsdMinor;
  taxMinor: UsdMinor;
  totalMinor: UsdMinor;
  /** Bought ducats. */
  baseMinor: DucatMinor;
  /** Granted ducats on top. */
  bonusMinor: DucatMinor;
}

export interface TopUpView extends TopUpQuote {
  id: string;
  state: TopUpState;
  createdAt: Date;
  creditedAt: Date | null;
  /** Until when the quoted price holds; null for those of before quotes had an end. */
  quoteExpiresAt: Date | null;
  /** Why its ducats wait; null when they do not. */
  waitReason: 'limits' | 'review' | null;
  /** Until when the bought ducats are held; null before they are credited. */
  holdUntil: Date | null;
}

export interface StatementEntry {
  /** Counts the entries of this wallet without gaps. */
  version: bigint;
  transferId: string;
  kind: TransferKind;
  reference: string | null;
  /** Positive when ducats came in. */
  amountMinor: DucatMinor;
  balanceAfterMinor: DucatMinor;
  bookedAt: Date;
}

export interface StatementPage {
  entries: StatementEntry[];
  nextCursor: bigint | null;
}
