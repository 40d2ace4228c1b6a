import type Stripe from 'stripe';
import { invariant } from '#server/platform/invariant.ts';
import type { Effect, PaymentDeps } from '#server/payments/flows.ts';
import { recordMovement } from '#server/payments/reconciliation/reconciliation.ts';
import { topUpByCharge } from '#server/payments/refunds/refund-queries.ts';
import { callStripe, orMissing } from '#server/payments/stripe/stripe-errors.ts';
import { movementOf } from '#server/payments/stripe/stripe-movement.ts';
import { bookInvoiceRefund, recordInvoice, type InvoiceFacts } from './subscription-invoices.ts';
import { markOf, subscriptionIdBy } from './subscription-queries.ts';

/** Fetches an invoice fresh and says what must be written. Null for one that is none of ours, and for a draft. */
export async function prepareInvoice(deps: PaymentDeps, stripeInvoiceId: string): Promise<Effect | null> {
  return (await readInvoice(deps, stripeInvoiceId))?.effect ?? null;
}

/** The same with the subscription at Stripe that it is an invoice of. */
export async function readInvoice(
  deps: PaymentDeps,
  stripeInvoiceId: string,
): Promise<{ stripeSubscriptionId: string; effect: Effect } | null> {
  const invoice = await orMissing(() => deps.stripe.invoices.retrieve(stripeInvoiceId, { expand: ['payments'] }));
  const details = invoice?.parent?.subscription_details ?? null;
  if (invoice === null || details === null) return null;
  const stripeSubscriptionId =
    typeof details.subscription === 'string' ? details.subscription : details.subscription.id;
  const marked = markOf(details.metadata);
  const subscriptionId = await subscriptionIdBy(deps.database.client, { stripeSubscriptionId, id: marked });
  const state = stateOf(invoice);
  if (subscriptionId === null || state === null) return null;
  const facts = { ...factsOf(invoice), subscriptionId, state, charge: await chargeOf(deps, invoice) };
  return { stripeSubscriptionId, effect: (tx) => recordInvoice(tx, deps, facts) };
}

const states = ['open', 'paid', 'void', 'uncollectible'] as const;

function stateOf(invoice: Stripe.Invoice): InvoiceFacts['state'] | null {
  return states.find((state) => state === invoice.status) ?? null;
}

/** What is charged is less than the total where a credit of the customer was used; its tax is the same part. */
function factsOf(invoice: Stripe.Invoice): Omit<InvoiceFacts, 'subscriptionId' | 'state' | 'charge'> {
  const amountMinor = BigInt(invoice.status === 'paid' ? invoice.amount_paid : invoice.amount_due);
  const totalMinor = BigInt(invoice.total);
  const taxMinor = (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const isWhole = amountMinor === totalMinor || totalMinor <= 0n;
  const paidAt = invoice.status === 'paid' ? (invoice.status_transitions.paid_at ?? invoice.created) : null;
  return {
    stripeInvoiceId: invoice.id,
    number: invoice.number,
    amountMinor,
    taxMinor: isWhole ? (amountMinor === 0n ? 0n : taxMinor) : (taxMinor * amountMinor) / totalMinor,
    issuedAt: new Date((invoice.status_transitions.finalized_at ?? invoice.created) * 1_000),
    paidAt: paidAt === null ? null : new Date(paidAt * 1_000),
  };
}

async function chargeOf(deps: PaymentDeps, invoice: Stripe.Invoice): Promise<InvoiceFacts['charge']> {
  if (invoice.status !== 'paid') return null;
  const paid = invoice.payments?.data.find(({ status }) => status === 'paid');
  const intent = paid?.payment.payment_intent;
  if (intent === undefined) return null;
  const id = typeof intent === 'string' ? intent : intent.id;
  const { latest_charge: charge } = await callStripe(() =>
    deps.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] }),
  );
  invariant(charge !== null && typeof charge !== 'string', 'a paid intent has a charge');
  return { id: charge.id, amountMinor: BigInt(charge.amount), currency: charge.currency };
}

/** Brings an invoice to where Stripe says it is; one that is none of ours is left alone. */
export async function settleInvoice(deps: PaymentDeps, stripeInvoiceId: string): Promise<void> {
  const effect = await prepareInvoice(deps, stripeInvoiceId);
  if (effect !== null) await deps.database.inTransaction(effect);
}

/** Says how Stripe's fee of an invoice's charge is to be booked. Null while it is not known, and for other charges. */
export async function prepareInvoiceFee(deps: PaymentDeps, chargeId: string): Promise<Effect | null> {
  const charge = await callStripe(() => deps.stripe.charges.retrieve(chargeId, { expand: ['balance_transaction'] }));
  const transaction = charge.balance_transaction;
  if (!charge.paid || transaction === null || typeof transaction === 'string') return null;
  if (!(await bookInvoiceOf(deps, charge))) return null;
  return (tx) => recordMovement(tx, deps, movementOf(transaction));
}

/**
 * Books the invoice that a charge paid, where that did not happen yet: events of a charge may be here before the
 * invoice's own. False for other charges.
 */
export async function bookInvoiceOf(deps: PaymentDeps, charge: Stripe.Charge): Promise<boolean> {
  if (await isOfInvoice(deps, charge.id)) return true;
  await settleInvoicesOf(deps, charge);
  return await isOfInvoice(deps, charge.id);
}

async function settleInvoicesOf(deps: PaymentDeps, charge: Stripe.Charge): Promise<void> {
  const { payment_intent: intent } = charge;
  if (typeof intent !== 'string' || charge.customer === null) return;
  const payment = { type: 'payment_intent', payment_intent: intent } as const;
  const payments = await callStripe(() => deps.stripe.invoicePayments.list({ payment, limit: 10 }));
  for (const { invoice } of payments.data) {
    await settleInvoice(deps, typeof invoice === 'string' ? invoice : invoice.id);
  }
}

/**
 * Says how a refund of an invoice's charge is to be booked; an invoice of which no event came yet is booked first. Null for
 * any other refund.
 */
export async function prepareInvoiceRefund(deps: PaymentDeps, stripeRefundId: string): Promise<Effect | null> {
  const refund = await orMissing(() => deps.stripe.refunds.retrieve(stripeRefundId));
  const chargeId = typeof refund?.charge === 'string' ? refund.charge : null;
  if (refund === null || chargeId === null || !(await isBookedInvoice(deps, chargeId))) return null;
  // One that failed before it took anything from the balance leaves nothing to book.
  if (refund.balance_transaction === null) return null;
  const booked = { stripeRefundId, chargeId, amountMinor: BigInt(refund.amount) };
  const book =
    (hasFailed: boolean): Effect =>
    (tx) =>
      bookInvoiceRefund(tx, deps, { ...booked, hasFailed });
  if (refund.status !== 'failed' && refund.status !== 'canceled') return book(false);
  // That it was paid and that it came back are booked one after the other.
  await deps.database.inTransaction(book(false));
  return book(true);
}

/** Asks Stripe only about charges that are not known here as something else. */
async function isBookedInvoice(deps: PaymentDeps, chargeId: string): Promise<boolean> {
  if (await isOfInvoice(deps, chargeId)) return true;
  if ((await topUpByCharge(deps.database.client, chargeId)) !== null) return false;
  return await bookInvoiceOf(deps, await callStripe(() => deps.stripe.charges.retrieve(chargeId)));
}

async function isOfInvoice(deps: PaymentDeps, stripeChargeId: string): Promise<boolean> {
  return (await deps.database.client.subscriptionInvoice.count({ where: { stripeChargeId } })) === 1;
}
