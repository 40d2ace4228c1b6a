import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { stripeFeeTemplate, topUpTemplate } from '#server/payments/templates.ts';
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
  walletAccountId: bigint;
}

/** The transfers of a paid top-up; both assets belong to one linked group. */
export function topUpTransfers(booking: TopUpBooking, secret: string): TransferRequest[] {
  const key = deriveKey(secret, 'ledger-ids');
  return bindTemplate(topUpTemplate, {
    amounts: {
      gross: booking.totalMinor,
      price: booking.priceMinor,
      fee: booking.feeMinor,
      tax: booking.taxMinor,
      base: booking.baseMinor,
      bonus: booking.bonusMinor,
    },
    parties: { wallet: booking.walletAccountId },
    idOf: (leg) =>
      derivedId({
        time: booking.createdAt,
        principal: booking.citizenId,
        kind: 'top_up',
        key: booking.topUpId,
        leg,
        secret: key,
      }),
    reference: booking.topUpId,
  });
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
