import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';
import {
  subscriptionPaymentTemplate,
  subscriptionRefundFailedTemplate,
  subscriptionRefundTemplate,
} from '#server/payments/templates/templates-subscription.ts';

/** The money of invoices as transfers. */

export interface InvoiceBooking {
  /** Our row of the invoice. */
  invoiceId: string;
  citizenId: string;
  /** When we first heard of the invoice. */
  recordedAt: Date;
  /** Tax included. */
  amountMinor: bigint;
  taxMinor: bigint;
}

export function subscriptionPaymentTransfers(booking: InvoiceBooking, secret: string): TransferRequest[] {
  return bindTemplate(subscriptionPaymentTemplate, boundOf(booking, booking.invoiceId, secret));
}

export function subscriptionRefundTransfers(
  booking: InvoiceBooking & { stripeRefundId: string },
  secret: string,
): TransferRequest[] {
  return bindTemplate(subscriptionRefundTemplate, boundOf(booking, booking.stripeRefundId, secret));
}

export function subscriptionRefundFailedTransfers(
  booking: InvoiceBooking & { stripeRefundId: string },
  secret: string,
): TransferRequest[] {
  return bindTemplate(subscriptionRefundFailedTemplate, boundOf(booking, booking.stripeRefundId, secret));
}

/** The same ids on every attempt: made of the invoice or refund and the leg. */
function boundOf(booking: InvoiceBooking, key: string, secret: string) {
  const { amountMinor: gross, taxMinor: tax, recordedAt: time, citizenId: principal } = booking;
  const idKey = deriveKey(secret, 'ledger-ids');
  return {
    amounts: { gross, net: gross - tax, tax },
    parties: {},
    idOf: (leg: string) => derivedId({ time, principal, kind: 'subscription', key, leg, secret: idKey }),
    reference: booking.invoiceId,
  };
}
