import { z } from '#server/platform/zod.ts';
import type { DucatMinor, UsdMinor } from '#server/money/money.ts';

/** Inputs and views of refunds, shared by forms, procedures and pages. */

/**
 * `requested`: the ducats are set aside, Stripe is about to be asked. `sent`: Stripe has it and is not done.
 * `failed`: Stripe or the bank did not make it, and the ducats are back.
 */
export const refundStates = ['requested', 'sent', 'succeeded', 'failed', 'canceled'] as const;
export type RefundState = (typeof refundStates)[number];

/** Those that count against what is left of a payment. */
export const countedRefundStates: readonly RefundState[] = ['requested', 'sent', 'succeeded'];

/** Who asked. `stripe`: somebody at Stripe's own dashboard. */
export const refundOrigins = ['operator', 'self_service', 'review', 'fraud_warning', 'stripe'] as const;
export type RefundOrigin = (typeof refundOrigins)[number];

/** As Stripe calls them. */
export const refundReasons = ['requested_by_customer', 'duplicate', 'fraudulent'] as const;
export type RefundReason = (typeof refundReasons)[number];

/** What happens where ducats of the payment are spent: nothing is refunded, or the buyer owes them. */
export const refundPolicies = ['refuse', 'debt'] as const;
export type RefundPolicy = (typeof refundPolicies)[number];

const bigintMax = 10n ** 15n;
/** Cents of the price; null for all that is left. */
const priceMinor = z.bigint().min(1n).max(bigintMax).nullable();
export const refundNote = z.string().trim().min(3).max(500);

/** A key made once per rendered form; a repeat with the same key is the same refund. */
export const requestRefundInput = z.object({
  topUpId: z.uuid(),
  priceMinor,
  reason: z.enum(refundReasons),
  policy: z.enum(refundPolicies),
  note: refundNote,
  key: z.uuid(),
});

export const ownRefundInput = z.object({ topUpId: z.uuid(), priceMinor, key: z.uuid() });

export const quoteRefundInput = z.object({ topUpId: z.uuid(), priceMinor });

export const listRefundsInput = z.object({
  state: z.enum(refundStates).optional(),
  cursor: z.uuid().nullish(),
  limit: z.int().min(1).max(100).default(25),
});

/** Rejecting refunds the whole payment. */
export const reviewInput = z.object({ topUpId: z.uuid(), note: refundNote });

export const dismissWarningInput = z.object({ warningId: z.uuid(), note: refundNote });

/** What a refund moves. */
export interface RefundFigures {
  priceMinor: UsdMinor;
  feeMinor: UsdMinor;
  taxMinor: UsdMinor;
  /** What comes back on the card. */
  totalMinor: UsdMinor;
  /** Ducats that go. */
  baseMinor: DucatMinor;
  bonusMinor: DucatMinor;
}

export interface RefundView extends RefundFigures {
  id: string;
  topUpId: string;
  state: RefundState;
  origin: RefundOrigin;
  reason: RefundReason;
  /** What the buyer owes for ducats that were spent. */
  debtMinor: UsdMinor;
  createdAt: Date;
  settledAt: Date | null;
}

/** What the buyer reads on the receipt. */
export interface OwnRefunds {
  refunds: RefundView[];
  /** What refunding all that is left would move; null when there is nothing left or it is not theirs to ask. */
  offer: RefundFigures | null;
  /** Why there is no offer; null when there is one. */
  refusedBy: SelfServiceObstacle | null;
  /** Until when citizens refund themselves; null before the ducats came in. */
  until: Date | null;
}

/** `not_followed`: the latest movements of the wallet are not worked out yet, so nobody knows what of it is spent. */
export type SelfServiceObstacle = 'not_paid' | 'nothing_left' | 'window_over' | 'ducats_spent' | 'not_followed';

export interface OperatorRefundView extends RefundView {
  citizenId: string;
  note: string | null;
  failureCode: string | null;
  stripeRefundId: string | null;
  requestedBy: string | null;
}

/** A payment as the operator who may refund it sees it. */
export interface RefundableTopUp {
  topUpId: string;
  citizenId: string;
  state: string;
  createdAt: Date;
  riskLevel: string | null;
  chargeId: string | null;
  paid: RefundFigures;
  left: RefundFigures;
  /** Ducats of this payment that are still in the wallet, as far as their origins are worked out. */
  unspent: { baseMinor: DucatMinor; bonusMinor: DucatMinor };
  /** False where the latest movements of the wallet are not in `unspent` yet. */
  isUpToDate: boolean;
  refunds: OperatorRefundView[];
}
