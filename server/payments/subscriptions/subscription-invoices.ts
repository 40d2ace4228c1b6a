import { postLinked } from '#server/ledger/transfers.ts';
import type { Prisma, Tx } from '#server/platform/db.ts';
import { DomainError } from '#server/platform/errors.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe, typeOfCharge } from '#server/payments/stripe/stripe-facts.ts';
import {
  subscriptionPaymentTransfers,
  subscriptionRefundFailedTransfers,
  subscriptionRefundTransfers,
} from './subscription-bookings.ts';
import { taxOfPart } from './subscription-rules.ts';

/** What Stripe, asked afresh, says of an invoice. Amounts in cents. */
export interface InvoiceFacts {
  subscriptionId: string;
  stripeInvoiceId: string;
  number: string | null;
  state: 'open' | 'paid' | 'void' | 'uncollectible';
  amountMinor: bigint;
  taxMinor: bigint;
  issuedAt: Date;
  paidAt: Date | null;
  /** What paid it; null where nothing was charged. */
  charge: { id: string; amountMinor: bigint; currency: string } | null;
}

const lockedColumns = {
  id: true,
  state: true,
  amountMinor: true,
  taxMinor: true,
  refundedMinor: true,
  refundedTaxMinor: true,
  recordedAt: true,
  stripeChargeId: true,
  subscription: { select: { citizenId: true } },
} satisfies Prisma.SubscriptionInvoiceSelect;

async function lockInvoice(tx: Tx, where: Prisma.SubscriptionInvoiceWhereUniqueInput) {
  const { id } = await tx.subscriptionInvoice.findUniqueOrThrow({ where, select: { id: true } });
  await tx.$queryRaw`SELECT id::text FROM subscription_invoice WHERE id = ${id}::uuid FOR UPDATE`;
  return await tx.subscriptionInvoice.findUniqueOrThrow({ where: { id }, select: lockedColumns });
}

/**
 * Records an invoice and, once it is paid, books its money: once, whoever heard of it and however often. Refuses with
 * `invoice_amount_mismatch` when the charge is of another amount than the invoice.
 */
export async function recordInvoice(tx: Tx, deps: WriteDeps, facts: InvoiceFacts): Promise<void> {
  const { subscriptionId, stripeInvoiceId, number, state, amountMinor, taxMinor, issuedAt, paidAt, charge } = facts;
  checkAmount(facts);
  const told = { number, state, amountMinor, taxMinor, issuedAt, paidAt };
  const recordedAt = deps.clock.now();
  const first = {
    id: deps.ids.uuid(),
    subscriptionId,
    stripeInvoiceId,
    ...told,
    recordedAt,
    state: 'open',
    paidAt: null,
  };
  await tx.subscriptionInvoice.createMany({ data: [first], skipDuplicates: true });
  const row = await lockInvoice(tx, { stripeInvoiceId });
  if (row.state === 'paid') return;
  const chargeId = state === 'paid' ? (charge?.id ?? null) : null;
  await tx.subscriptionInvoice.update({
    where: { id: row.id },
    data: { ...told, stripeChargeId: chargeId },
    select: { id: true },
  });
  if (chargeId === null) return;
  const { citizenId } = row.subscription;
  const transfers = subscriptionPaymentTransfers(
    { invoiceId: row.id, citizenId, recordedAt: row.recordedAt, amountMinor, taxMinor },
    deps.secret,
  );
  const fact = { type: typeOfCharge(chargeId), sourceId: chargeId, amountMinor };
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'subscription_payment' });
  await postLinked(tx, transfers, { source: 'external' });
}

function checkAmount({ stripeInvoiceId, state, amountMinor, charge }: InvoiceFacts): void {
  if (state !== 'paid' || (charge === null && amountMinor === 0n)) return;
  if (charge?.currency === 'usd' && charge.amountMinor === amountMinor) return;
  throw new DomainError({
    kind: 'conflict',
    code: 'invoice_amount_mismatch',
    message: 'What was charged is not what the invoice says. An operator will look at it.',
    details: { stripeInvoiceId, amountMinor: String(amountMinor), chargedMinor: String(charge?.amountMinor ?? 0n) },
  });
}

/** What Stripe, asked afresh, says of a refund of an invoice's charge. */
export interface InvoiceRefund {
  stripeRefundId: string;
  chargeId: string;
  amountMinor: bigint;
  hasFailed: boolean;
}

/**
 * Books a refund that Stripe made of an invoice's charge, and gives it back when its bank refused it; each once. The
 * tier stays as it is: whether a subscription goes on is a matter of its own.
 */
export async function bookInvoiceRefund(tx: Tx, deps: WriteDeps, refund: InvoiceRefund): Promise<void> {
  const { stripeRefundId, chargeId, amountMinor, hasFailed } = refund;
  const row = await lockInvoice(tx, { stripeChargeId: chargeId });
  const known = await tx.subscriptionRefund.findUnique({
    where: { stripeRefundId },
    select: { state: true, taxMinor: true },
  });
  if (known !== null && (known.state === 'failed' || !hasFailed)) return;
  const done = { amountMinor: row.refundedMinor, taxMinor: row.refundedTaxMinor };
  const taxMinor = known?.taxMinor ?? taxOfPart(row, done, amountMinor);
  const { id: invoiceId, recordedAt, subscription } = row;
  const booking = { invoiceId, citizenId: subscription.citizenId, recordedAt, amountMinor, taxMinor, stripeRefundId };
  if (known === null) {
    await changeRefunded(tx, invoiceId, { amountMinor, taxMinor });
    const data = { stripeRefundId, invoiceId, amountMinor, taxMinor, state: 'paid', bookedAt: deps.clock.now() };
    await tx.subscriptionRefund.create({ data, select: { stripeRefundId: true } });
    const transfers = subscriptionRefundTransfers(booking, deps.secret);
    const fact = { type: refundTypeOf(chargeId).made, sourceId: stripeRefundId, amountMinor: -amountMinor };
    await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'subscription_refund' });
    await postLinked(tx, transfers, { source: 'external' });
    return;
  }
  await changeRefunded(tx, invoiceId, { amountMinor: -amountMinor, taxMinor: -taxMinor });
  await tx.subscriptionRefund.update({ where: { stripeRefundId }, data: { state: 'failed' }, select: { state: true } });
  const transfers = subscriptionRefundFailedTransfers(booking, deps.secret);
  const fact = { type: refundTypeOf(chargeId).failed, sourceId: stripeRefundId, amountMinor };
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'subscription_refund' });
  await postLinked(tx, transfers, { source: 'external' });
}

function refundTypeOf(chargeId: string) {
  return typeOfCharge(chargeId) === 'charge'
    ? ({ made: 'refund', failed: 'refund_failure' } as const)
    : ({ made: 'payment_refund', failed: 'payment_failure_refund' } as const);
}

async function changeRefunded(tx: Tx, id: string, by: { amountMinor: bigint; taxMinor: bigint }): Promise<void> {
  await tx.subscriptionInvoice.update({
    where: { id },
    data: { refundedMinor: { increment: by.amountMinor }, refundedTaxMinor: { increment: by.taxMinor } },
    select: { id: true },
  });
}
