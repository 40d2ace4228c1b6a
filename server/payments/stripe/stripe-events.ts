import { z } from 'zod';
import type { InboxEvent, InboxOutcome } from '#server/platform/inbox.ts';
import { prepareFraudWarning } from '#server/payments/refunds/fraud-warning-flows.ts';
import { prepareConnectEvent } from '#server/payments/cash-outs/cash-out-events.ts';
import {
  prepareInvoice,
  prepareInvoiceFee,
  prepareInvoiceRefund,
} from '#server/payments/subscriptions/invoice-flows.ts';
import {
  preparePaidInvoice,
  prepareSubscription,
  prepareSubscriptionSession,
} from '#server/payments/subscriptions/subscription-flows.ts';
import { prepareChargeRefunds, prepareRefund } from '#server/payments/refunds/refund-flows.ts';
import { prepareDebtPayment, prepareDebtRefund } from '#server/payments/disputes/debt-flows.ts';
import { prepareDispute, type DisputeDeps } from '#server/payments/disputes/dispute-flows.ts';
import { prepareFulfilment, prepareStripeFee, type Effect } from '#server/payments/flows.ts';

export const stripeSource = 'stripe';

/** What of an event is used: its type and which object it is about. The object itself is fetched fresh. */
export const stripeEvent = z.object({
  id: z.string().regex(/^evt_[A-Za-z0-9_]{1,250}$/),
  object: z.literal('event'),
  type: z.string().min(1).max(255),
  livemode: z.boolean(),
  data: z.object({ object: z.object({ id: z.unknown().optional() }) }),
});

export type StripeEvent = z.infer<typeof stripeEvent>;

const objectIdShape = z.string().min(1).max(255);

/** The id of the object that an event is about; null for objects without one, such as a balance. */
export function objectOfEvent(event: StripeEvent): string | null {
  return objectIdShape.safeParse(event.data.object.id).data ?? null;
}

/** Decides what an event of Stripe changes. Types that mean nothing to us are ignored. */
export async function handleStripeEvent(deps: DisputeDeps, event: InboxEvent): Promise<InboxOutcome> {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
    case 'checkout.session.async_payment_failed':
    case 'checkout.session.expired':
      return outcomeOf(
        (await prepareFulfilment(deps, objectId(event))) ??
          (await prepareSubscriptionSession(deps, objectId(event))) ??
          (await prepareDebtPayment(deps, objectId(event))),
      );
    case 'charge.updated':
      return outcomeOf(
        (await prepareStripeFee(deps, objectId(event))) ?? (await prepareInvoiceFee(deps, objectId(event))),
      );
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
    case 'charge.refund.updated':
      return outcomeOf(
        (await prepareInvoiceRefund(deps, objectId(event))) ??
          (await prepareRefund(deps, objectId(event))) ??
          (await prepareDebtRefund(deps, objectId(event))),
      );
    case 'charge.refunded':
      return outcomeOf(await prepareChargeRefunds(deps, objectId(event)));
    case 'radar.early_fraud_warning.created':
    case 'radar.early_fraud_warning.updated':
      return outcomeOf(await prepareFraudWarning(deps, objectId(event)));
    case 'account.updated':
    case 'payout.paid':
    case 'payout.failed':
    case 'payout.canceled':
      return outcomeOf(await prepareConnectEvent(deps, event));
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
    case 'charge.dispute.closed':
      return outcomeOf(await prepareDispute(deps, objectId(event)));
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
    case 'customer.subscription.paused':
    case 'customer.subscription.resumed':
      return outcomeOf(await prepareSubscription(deps, objectId(event)));
    case 'invoice.paid':
      return outcomeOf(await preparePaidInvoice(deps, objectId(event)));
    case 'invoice.finalized':
    case 'invoice.payment_failed':
    case 'invoice.voided':
    case 'invoice.marked_uncollectible':
      return outcomeOf(await prepareInvoice(deps, objectId(event)));
    default:
      return { state: 'ignored' };
  }
}

function outcomeOf(effect: Effect | null): InboxOutcome {
  return effect === null ? { state: 'ignored' } : { state: 'handled', effect };
}

function objectId(event: InboxEvent): string {
  return objectIdShape.parse(objectOfEvent(stripeEvent.parse(JSON.parse(event.payload))));
}
