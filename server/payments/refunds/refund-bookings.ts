import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { Coverage, PaidParts } from './refund-rules.ts';
import type { UndoneDebt } from '#server/payments/disputes/debts.ts';
import { defaultSettings } from '#server/payments/packages.ts';
import {
  refundDebtUndoneTemplate,
  refundFailedDebtTemplate,
  refundFailedTemplate,
  refundFailedWaitingTemplate,
} from '#server/payments/templates/templates-refund-failed.ts';
import {
  refundHoldTemplate,
  refundHoldWaitingTemplate,
  refundPaidDebtTemplate,
  refundPaidTemplate,
  refundReleaseTemplate,
  refundReleaseWaitingTemplate,
} from '#server/payments/templates/templates-refund.ts';

/** Refunds as transfers: the templates, bound to amounts and ids. */

export interface RefundBooking extends PaidParts, Coverage {
  id: string;
  citizenId: string;
  createdAt: Date;
}

/** Where the ducats of a payment are: in a wallet, or still in suspense. */
export type DucatHolder = { walletAccountId: bigint } | 'suspense';

export interface EscrowBooking {
  refund: RefundBooking;
  escrowAccountId: bigint;
}

/** The ducats leave whoever holds them and wait in the refund's escrow. */
export function holdTransfers(booking: EscrowBooking & { holder: DucatHolder }, secret: string): TransferRequest[] {
  const { refund, escrowAccountId: escrow, holder } = booking;
  const bound = { amounts: ducatsTaken(refund), ...identityOf(refund, secret) };
  return holder === 'suspense'
    ? bindTemplate(refundHoldWaitingTemplate, { ...bound, parties: { escrow } })
    : bindTemplate(refundHoldTemplate, { ...bound, parties: { escrow, wallet: holder.walletAccountId } });
}

/** They go back, because Stripe took nothing. */
export function releaseTransfers(booking: EscrowBooking & { holder: DucatHolder }, secret: string): TransferRequest[] {
  const { refund, escrowAccountId: escrow, holder } = booking;
  const bound = { amounts: ducatsTaken(refund), ...identityOf(refund, secret) };
  return holder === 'suspense'
    ? bindTemplate(refundReleaseWaitingTemplate, { ...bound, parties: { escrow } })
    : bindTemplate(refundReleaseTemplate, { ...bound, parties: { escrow, wallet: holder.walletAccountId } });
}

/** Stripe has taken the dollars. The buyer's account of debts is there exactly when something is owed. */
export function paidTransfers(
  booking: EscrowBooking & { receivableAccountId: bigint | null },
  secret: string,
): TransferRequest[] {
  const { refund, escrowAccountId: escrow, receivableAccountId: receivable } = booking;
  const amounts = { ...ducatsTaken(refund), ...dollarsOf(refund) };
  const identity = identityOf(refund, secret);
  if (receivable === null) return bindTemplate(refundPaidTemplate, { amounts, parties: { escrow }, ...identity });
  return bindTemplate(refundPaidDebtTemplate, {
    amounts: { ...amounts, ...debtsOf(refund) },
    parties: { escrow, receivable },
    ...identity,
  });
}

/** The bank sent the dollars back to Stripe, and everything is as it was before. */
export function failedTransfers(
  booking: { refund: RefundBooking; holder: DucatHolder; receivableAccountId: bigint | null },
  secret: string,
): TransferRequest[] {
  const { refund, holder, receivableAccountId: receivable } = booking;
  const amounts = { ...ducatsTaken(refund), ...dollarsOf(refund) };
  const identity = identityOf(refund, secret);
  if (holder === 'suspense') {
    invariant(receivable === null, 'ducats that wait are not spent');
    return bindTemplate(refundFailedWaitingTemplate, { amounts, parties: {}, ...identity });
  }
  const wallet = holder.walletAccountId;
  if (receivable === null) return bindTemplate(refundFailedTemplate, { amounts, parties: { wallet }, ...identity });
  return bindTemplate(refundFailedDebtTemplate, {
    amounts: { ...amounts, ...debtsOf(refund) },
    parties: { wallet, receivable },
    ...identity,
  });
}

/** What was repaid of a debt that is none comes back as ducats, what was written off is written off no more. */
export function undoneTransfers(
  booking: { refund: RefundBooking; undone: UndoneDebt; walletAccountId: bigint; receivableAccountId: bigint },
  secret: string,
): TransferRequest[] {
  const { refund, undone, walletAccountId: wallet, receivableAccountId: receivable } = booking;
  const { repaidMinor: repaid, writtenOffMinor: writtenOff } = undone;
  return bindTemplate(refundDebtUndoneTemplate, {
    amounts: { repaid, writtenOff, ducats: repaid * defaultSettings.ducatMinorPerCent },
    parties: { wallet, receivable },
    ...identityOf(refund, secret),
  });
}

/** The ids of the transfers by which the ducats of a failed refund come out of the house again; none of nothing. */
export function ducatReturns(
  { refund, undone }: { refund: RefundBooking; undone: UndoneDebt },
  secret: string,
): { baseIds: string[]; bonusIds: string[] } {
  const { idOf } = identityOf(refund, secret);
  return {
    baseIds: [
      ...(refund.baseTakenMinor > 0n ? [idOf('failed-base')] : []),
      ...(undone.repaidMinor > 0n ? [idOf('undone-ducats')] : []),
    ],
    bonusIds: refund.bonusTakenMinor > 0n ? [idOf('failed-bonus')] : [],
  };
}

function ducatsTaken({ baseTakenMinor, bonusTakenMinor }: Coverage): { base: bigint; bonus: bigint } {
  return { base: baseTakenMinor, bonus: bonusTakenMinor };
}

function dollarsOf({ totalMinor, priceMinor, feeMinor, taxMinor, debtMinor }: RefundBooking) {
  return { total: totalMinor, float: priceMinor - debtMinor, fee: feeMinor, tax: taxMinor };
}

function debtsOf({ debtMinor, bonusDebtMinor }: Coverage): { debt: bigint; bonusDebt: bigint } {
  return { debt: debtMinor, bonusDebt: bonusDebtMinor };
}

/** The same ids on every attempt: made of the row and the leg. */
function identityOf(refund: RefundBooking, secret: string) {
  const key = deriveKey(secret, 'ledger-ids');
  const { createdAt: time, citizenId: principal, id } = refund;
  const idOf = (leg: string) => derivedId({ time, principal, kind: 'refund', key: id, leg, secret: key });
  return { idOf, reference: id };
}
