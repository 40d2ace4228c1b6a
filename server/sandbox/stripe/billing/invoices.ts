import type Stripe from 'stripe';

import {
  invoiceObject,
  invoicePaymentObject,
  subscriptionOf,
  type InvoiceFacts,
} from '#server/sandbox/stripe/billing/invoice-objects.ts';
import { confirmIntent, createIntent } from '#server/sandbox/stripe/checkout/payment-core.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent, type EventType } from '#server/sandbox/stripe/state/events.ts';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';

const hourMs = 3_600_000;
const retryDays = [3, 5, 7] as const;

/** What an invoice tells its subscription; given by the subscriptions, which know invoices but not the reverse. */
export interface InvoiceEnds {
  paid: (sandbox: Sandbox, invoice: Stripe.Invoice) => void;
  failed: (sandbox: Sandbox, invoice: Stripe.Invoice, isLast: boolean) => void;
}

export function createInvoice(sandbox: Sandbox, facts: InvoiceFacts): Stripe.Invoice {
  const invoice = invoiceObject(sandbox, facts);
  sandbox.store.put('invoice', invoice.id, invoice);
  emitEvent(sandbox, { type: 'invoice.created', object: invoice });
  return invoice;
}

/** Stripe leaves a renewal an hour as a draft. */
export function finalizeLater(sandbox: Sandbox, invoice: Stripe.Invoice): void {
  const at = nowSeconds(sandbox) * 1_000 + hourMs;
  sandbox.store.put('invoice', invoice.id, { ...invoice, automatically_finalizes_at: at / 1_000 });
  sandbox.scheduler.planAt('finalize_invoice', invoice.id, at);
}

/** Fixes the amounts; a credit of the customer pays first, a negative total becomes such a credit. */
export function finalizeInvoice(sandbox: Sandbox, invoiceId: string): Stripe.Invoice | null {
  const { store } = sandbox;
  const invoice = store.get('invoice', invoiceId);
  const customer = store.get('customer', idOf(invoice?.customer));
  if (invoice?.status !== 'draft' || customer === undefined) return null;
  const owed = invoice.total + customer.balance;
  const now = nowSeconds(sandbox);
  const finalized: Stripe.Invoice = {
    ...invoice,
    amount_due: Math.max(owed, 0),
    amount_remaining: Math.max(owed, 0),
    automatically_finalizes_at: null,
    effective_at: now,
    ending_balance: Math.min(owed, 0),
    number: `CASCADE-${String(store.count('invoice')).padStart(4, '0')}`,
    starting_balance: customer.balance,
    status: 'open',
    status_transitions: { ...invoice.status_transitions, finalized_at: now },
  };
  store.put('customer', customer.id, { ...customer, balance: Math.min(owed, 0) });
  store.put('invoice', invoiceId, finalized);
  emitEvent(sandbox, { type: 'invoice.finalized', object: finalized });
  return finalized;
}

/** The payment that pays, or will pay, an invoice. */
export function paymentOf(sandbox: Sandbox, invoiceId: string): Stripe.InvoicePayment | undefined {
  return sandbox.store.find('invoicePayment', { invoice: invoiceId })[0];
}

/** Ties the payment intent to the invoice. */
export function attachPayment(
  sandbox: Sandbox,
  invoice: Stripe.Invoice,
  paymentIntentId: string,
): Stripe.InvoicePayment {
  const payment = invoicePaymentObject(sandbox, invoice, paymentIntentId);
  sandbox.store.put('invoicePayment', payment.id, payment);
  return payment;
}

/** Tries to collect an open invoice with the saved payment method; answers whether it is paid. */
export function collectInvoice(
  sandbox: Sandbox,
  invoiceId: string,
  { paymentMethod, ends }: { paymentMethod: Stripe.PaymentMethod | undefined; ends: InvoiceEnds },
): boolean {
  const { store } = sandbox;
  const invoice = store.get('invoice', invoiceId);
  if (invoice?.status !== 'open') return invoice?.status === 'paid';
  if (invoice.amount_due === 0) return settle(sandbox, invoice, ends);
  const known = paymentOf(sandbox, invoiceId) ?? attachPayment(sandbox, invoice, intentFor(sandbox, invoice).id);
  const paymentIntent = store.get('paymentIntent', idOf(known.payment.payment_intent));
  if (paymentMethod === undefined || paymentIntent === undefined) return fail(sandbox, invoice, ends);
  const attempt = confirmIntent(sandbox, { paymentIntent, paymentMethod, challenge: null, isAuthenticated: false });
  return attempt.end === 'succeeded' ? settle(sandbox, invoice, ends) : fail(sandbox, invoice, ends);
}

function intentFor(sandbox: Sandbox, invoice: Stripe.Invoice): Stripe.PaymentIntent {
  return createIntent(sandbox, {
    amountCents: invoice.amount_due,
    customer: idOf(invoice.customer),
    description: invoice.billing_reason === 'subscription_update' ? 'Subscription update' : 'Subscription renewal',
    metadata: {},
    receiptEmail: null,
    statementDescriptorSuffix: null,
    paymentMethodTypes: ['card'],
    setupFutureUsage: 'off_session',
  });
}

function settle(sandbox: Sandbox, invoice: Stripe.Invoice, ends: InvoiceEnds): boolean {
  const paid = markPaid(sandbox, invoice);
  ends.paid(sandbox, paid);
  return true;
}

/** Everything that says an invoice is paid, but nothing about its subscription. */
export function markPaid(sandbox: Sandbox, invoice: Stripe.Invoice): Stripe.Invoice {
  const { store, scheduler } = sandbox;
  const now = nowSeconds(sandbox);
  scheduler.cancel('retry_invoice', invoice.id);
  const payment = paymentOf(sandbox, invoice.id);
  const paid: Stripe.Invoice = {
    ...invoice,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempted: true,
    attempt_count: invoice.attempt_count + (invoice.amount_due > 0 ? 1 : 0),
    auto_advance: false,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: now },
  };
  store.put('invoice', paid.id, paid);
  emitEvent(sandbox, { type: 'invoice.updated', object: paid, previous: { status: invoice.status } });
  emitEvent(sandbox, { type: 'invoice.paid', object: paid });
  if (invoice.amount_due > 0) emitEvent(sandbox, { type: 'invoice.payment_succeeded', object: paid });
  if (payment !== undefined) {
    const transitions = { ...payment.status_transitions, paid_at: now };
    const settled = { ...payment, amount_paid: invoice.amount_due, status: 'paid', status_transitions: transitions };
    store.put('invoicePayment', payment.id, settled);
    emitEvent(sandbox, { type: 'invoice_payment.paid', object: settled });
  }
  return paid;
}

function fail(sandbox: Sandbox, invoice: Stripe.Invoice, ends: InvoiceEnds): boolean {
  const waitDays = retryDays[invoice.attempt_count];
  const nextAttempt = waitDays === undefined ? null : nowSeconds(sandbox) + waitDays * 86_400;
  const failed: Stripe.Invoice = {
    ...invoice,
    attempted: true,
    attempt_count: invoice.attempt_count + 1,
    next_payment_attempt: nextAttempt,
  };
  sandbox.store.put('invoice', failed.id, failed);
  sandbox.scheduler.cancel('retry_invoice', invoice.id);
  if (nextAttempt !== null) sandbox.scheduler.planAt('retry_invoice', invoice.id, nextAttempt * 1_000);
  emitEvent(sandbox, { type: 'invoice.payment_failed', object: failed });
  emitEvent(sandbox, { type: 'invoice.updated', object: failed, previous: { attempt_count: invoice.attempt_count } });
  ends.failed(sandbox, failed, nextAttempt === null);
  return false;
}

/** Ends an invoice that will not be paid. */
export function endInvoice(sandbox: Sandbox, invoice: Stripe.Invoice): Stripe.Invoice {
  sandbox.scheduler.cancel('retry_invoice', invoice.id);
  sandbox.scheduler.cancel('finalize_invoice', invoice.id);
  const ended: Stripe.Invoice = {
    ...invoice,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'void',
    status_transitions: { ...invoice.status_transitions, voided_at: nowSeconds(sandbox) },
  };
  sandbox.store.put('invoice', ended.id, ended);
  const type: EventType = 'invoice.voided';
  emitEvent(sandbox, { type, object: ended, previous: { status: invoice.status } });
  return ended;
}

export function subscriptionBehind(sandbox: Sandbox, invoice: Stripe.Invoice): Stripe.Subscription | undefined {
  return sandbox.store.get('subscription', subscriptionOf(invoice));
}
