import { z } from '#server/platform/zod.ts';
import type { DucatMinor, UsdMinor } from '#server/money/money.ts';

/** Inputs and views of cash-outs, shared by forms, procedures and pages. */

/**
 * `requested`: waits for operators. `approved`: on its way to the provider. `processing`: there. `unknown`: an operator
 * has to find out what became of it. `returned`: the bank sent it back after it was paid.
 */
export const cashOutStates = [
  'requested',
  'approved',
  'processing',
  'unknown',
  'paid',
  'failed',
  'returned',
  'rejected',
] as const;
export type CashOutState = (typeof cashOutStates)[number];

/** States in which the money is on its way, or may be. */
export const openCashOutStates = ['requested', 'approved', 'processing', 'unknown'] as const;

const ducatsMinor = z
  .bigint()
  .positive()
  .max(10n ** 15n);

/** A key made once per rendered form; a repeat with the same key is the same request. */
export const requestCashOutInput = z.object({ ducatsMinor, key: z.uuid() });
export const cashOutFiguresInput = z.object({ ducatsMinor });
export const listCashOutsInput = z.object({ cursor: z.uuid().nullish(), limit: z.int().min(1).max(100).default(20) });

export const cashOutInput = z.object({ cashOutId: z.uuid() });
export const rejectCashOutInput = cashOutInput.extend({ reason: z.string().trim().min(10).max(500) });
/** What an operator does about a payment of which nobody knows whether it was made. */
export const unknownChoices = ['look', 'send_again', 'give_back'] as const;
export type UnknownChoice = (typeof unknownChoices)[number];
export const resolveCashOutInput = cashOutInput.extend({ choice: z.enum(unknownChoices) });

export interface CashOutFigures {
  ducatsMinor: DucatMinor;
  grossMinor: UsdMinor;
  debtMinor: UsdMinor;
  feeMinor: UsdMinor;
  netMinor: UsdMinor;
}

export interface CashOutView extends CashOutFigures {
  id: string;
  state: CashOutState;
  requestedAt: Date;
  paidAt: Date | null;
  endedAt: Date | null;
  /** Why it failed or came back, as the provider or the bank names it. */
  failureCode: string | null;
  /** What an operator wrote who rejected it. */
  reason: string | null;
  approvalsNeeded: number;
  approvals: number;
}

export interface PayoutAccountView {
  state: 'started' | 'open' | 'checking' | 'refused' | 'ready';
  bankName: string | null;
  bankLast4: string | null;
  bankChangedAt: Date | null;
}

/** What a citizen may cash out now, and when more. */
export interface CashOutRoom {
  /** Whether cash-outs are offered here at all. */
  isOffered: boolean;
  /** False where the latest movements of the wallet are not in these figures yet. */
  isUpToDate: boolean;
  /** Earned, cleared and in the wallet. */
  cashableMinor: DucatMinor;
  /** Of that, what the limits let out now. */
  availableMinor: DucatMinor;
  dayLeftMinor: DucatMinor;
  monthLeftMinor: DucatMinor;
  /** Earned ducats that are still held, and when each part clears, the next first. */
  clearings: { at: Date; amountMinor: DucatMinor }[];
  owedMinor: UsdMinor;
  leastUsdMinor: UsdMinor;
  feeBasisPoints: number;
  isFrozen: boolean;
  /** Before it nothing is cashed out, after a change of the account. */
  cashOutFrom: Date | null;
  /** Whether the trust level allows cash-outs at all. */
  isLevelEnough: boolean;
  account: PayoutAccountView | null;
}
