import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import {
  stripeFeeTemplate,
  topUpReleaseTemplate,
  topUpTemplate,
  topUpWaitingTemplate,
} from '#server/payments/templates/templates.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';

/** Top-ups and fees as transfers: the templates of this domain, bound to amounts and ids. */

export interface TopUpBooking {
  topUpId: string;
  citizenId: string;
  createdAt: Date;
  priceMinor: bigint;
  feeMinor: bigint;
  taxMinor: bigint;
  totalMinor: bigint;
  baseMinor: bigint;
  bonusMinor: bigint;
}

export interface WalletBooking extends TopUpBooking {
  walletAccountId: bigint;
}

/** The transfers of a paid top-up; both assets belong to one linked group. */
export function topUpTransfers(booking: WalletBooking, secret: string): TransferRequest[] {
  const parties = { wallet: booking.walletAccountId };
  return bindTemplate(topUpTemplate, { amounts: amountsOf(booking), parties, ...identityOf(booking, secret) });
}

/** The transfers of a paid top-up whose ducats must wait. */
export function waitingTransfers(booking: TopUpBooking, secret: string): TransferRequest[] {
  return bindTemplate(topUpWaitingTemplate, {
    amounts: amountsOf(booking),
    parties: {},
    ...identityOf(booking, secret),
  });
}

/** The transfers that end the wait. */
export function releaseTransfers(booking: WalletBooking, secret: string): TransferRequest[] {
  const { baseMinor: base, bonusMinor: bonus, walletAccountId: wallet } = booking;
  return bindTemplate(topUpReleaseTemplate, {
    amounts: { base, bonus },
    parties: { wallet },
    ...identityOf(booking, secret),
  });
}

function amountsOf(booking: TopUpBooking) {
  return {
    gross: booking.totalMinor,
    price: booking.priceMinor,
    fee: booking.feeMinor,
    tax: booking.taxMinor,
    base: booking.baseMinor,
    bonus: booking.bonusMinor,
  };
}

/** The same ids on every attempt: made of the row and the leg. */
function identityOf(booking: TopUpBooking, secret: string) {
  const { createdAt: time, citizenId: principal, topUpId: key } = booking;
  const idKey = deriveKey(secret, 'ledger-ids');
  const idOf = (leg: string) => derivedId({ time, principal, kind: 'top_up', key, leg, secret: idKey });
  return { idOf, reference: booking.topUpId };
}

export interface StripeFeeBooking {
  balanceTransactionId: string;
  /** When the top-up was started: the same on every attempt. */
  createdAt: Date;
  feeMinor: bigint;
}

/** The transfer of what Stripe kept. One per balance transaction, whatever event told of it; none for a fee of 0. */
export function stripeFeeTransfers(booking: StripeFeeBooking, secret: string): TransferRequest[] {
  const key = deriveKey(secret, 'ledger-ids');
  return bindTemplate(stripeFeeTemplate, {
    amounts: { fee: booking.feeMinor },
    parties: {},
    idOf: (leg) =>
      derivedId({
        time: booking.createdAt,
        principal: 'stripe',
        kind: 'stripe_fee',
        key: booking.balanceTransactionId,
        leg,
        secret: key,
      }),
    reference: booking.balanceTransactionId,
  });
}
