import type Stripe from 'stripe';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import type { UsdMinor } from '#server/money/money.ts';
import { usd } from '#server/money/money.ts';
import type { Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import { isWrittenUuid } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { bookDebtPaymentRefund, bookDebtPaymentRefundFailed } from './debt-refunds.ts';
import { bookDebtPayment, repayWithDucats } from './debt-repayments.ts';
import { openDebt } from './debts.ts';
import type { Effect, PaymentDeps, StartDeps } from '#server/payments/flows.ts';
import { factsOfRefund } from '#server/payments/refunds/refund-steps.ts';
import { repeated } from '#server/payments/repeated.ts';
import { stateOfSession } from '#server/payments/rules.ts';
import { callStripe, isMissingAtStripe, orMissing } from '#server/payments/stripe/stripe-errors.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';

/**
 * Repays what a citizen owes out of their wallet, at most `mostMinor` cents, and frees the wallet when nothing is owed any
 * more. Refuses what `repayWithDucats` refuses.
 */
export async function repayFromWallet(
  deps: PaymentDeps,
  input: { citizenId: string; key: string; mostMinor: bigint },
): Promise<{ repaidMinor: UsdMinor; leftMinor: UsdMinor }> {
  const { citizenId } = input;
  const repaidMinor = await repeated(() => deps.database.inTransaction((tx) => repayWithDucats(tx, deps, input)));
  await refreshTrustOf(deps, { citizenId, enforce: enforceStanding });
  return { repaidMinor: usd(repaidMinor), leftMinor: await openDebt(deps.database.client, citizenId) };
}

/**
 * Opens Stripe's page for a payment towards what is owed: the row is the intent and its id Stripe's key, so a lost answer
 * is found again. Refuses `debt_none`, `debt_amount` (less than Stripe takes, or more than is owed),
 * `idempotency_key_reused`, `stripe_unavailable`.
 */
export async function startDebtPayment(
  deps: StartDeps,
  input: { citizenId: string; key: string; amountMinor: bigint },
): Promise<{ checkoutUrl: string }> {
  const row = await deps.database.inTransaction((tx) => beginPayment(tx, deps, input));
  if (row.checkoutUrl !== null) return { checkoutUrl: row.checkoutUrl };
  const session = await callStripe(() =>
    deps.stripe.checkout.sessions.create(sessionParameters(row, deps.appUrl), { idempotencyKey: row.id }),
  );
  const { url: checkoutUrl, id: stripeSessionId } = session;
  invariant(checkoutUrl !== null, 'a new session has a page');
  await deps.database.inTransaction(async (tx) => {
    const data = { state: 'open', stripeSessionId, checkoutUrl };
    await tx.debtPayment.updateMany({ where: { id: row.id, state: 'started' }, data });
  });
  return { checkoutUrl };
}

interface PaymentRow {
  id: string;
  citizenId: string;
  amountMinor: bigint;
  checkoutUrl: string | null;
}

/** What Stripe takes at least for a payment in dollars. */
const leastMinor = 50n;

async function beginPayment(
  tx: Tx,
  deps: PaymentDeps,
  { citizenId, key, amountMinor }: { citizenId: string; key: string; amountMinor: bigint },
): Promise<PaymentRow> {
  const columns = { id: true, citizenId: true, amountMinor: true, checkoutUrl: true } as const;
  const where = { citizenId_key: { citizenId, key } };
  const known = await tx.debtPayment.findUnique({ where, select: columns });
  if (known !== null && known.amountMinor !== amountMinor) throw keyReused();
  if (known !== null) return known;
  const owedMinor = await openDebt(tx, citizenId);
  if (owedMinor === 0n) throw refuse('conflict', 'debt_none', 'Nothing is owed.');
  if (amountMinor < leastMinor || (amountMinor > owedMinor && amountMinor !== leastMinor))
    throw refuse('invalid', 'debt_amount', 'Choose an amount from 0.50 USD up to what is owed.');
  await tx.debtPayment.createMany({
    data: [{ id: deps.ids.uuid(), citizenId, key, amountMinor, state: 'started', createdAt: deps.clock.now() }],
    skipDuplicates: true,
  });
  return tx.debtPayment.findUniqueOrThrow({ where, select: columns });
}

function sessionParameters(row: PaymentRow, appUrl: string): Stripe.Checkout.SessionCreateParams {
  const metadata = { debt_payment_id: row.id, citizen_id: row.citizenId };
  return {
    mode: 'payment',
    success_url: `${appUrl}/wallet/debt?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${appUrl}/wallet/debt`,
    client_reference_id: row.id,
    metadata,
    payment_intent_data: { metadata, description: `CASCADE debt ${row.id}` },
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: 'usd',
          unit_amount: Number.parseInt(String(row.amountMinor), 10),
          product_data: { name: 'What is owed for a disputed payment' },
        },
      },
    ],
  };
}

/** Fetches a session fresh and says what must be written. Null when it is none of a debt's. */
export async function prepareDebtPayment(deps: PaymentDeps, sessionId: string): Promise<Effect | null> {
  const session = await fetchSession(deps, sessionId);
  const debtPaymentId = session?.metadata?.['debt_payment_id'];
  if (session === null || debtPaymentId === undefined || !isWrittenUuid(debtPaymentId)) return null;
  const row = await deps.database.client.debtPayment.findUnique({
    where: { id: debtPaymentId },
    select: { citizenId: true, amountMinor: true },
  });
  if (row === null) return null;
  const intent = typeof session.payment_intent === 'string' ? null : session.payment_intent;
  const state = stateOfSession({
    status: session.status,
    paymentStatus: session.payment_status,
    paymentIntentStatus: intent?.status ?? null,
  });
  if (state !== 'paid') {
    return async (tx) => {
      await tx.debtPayment.updateMany({ where: { id: debtPaymentId, state: { not: 'paid' } }, data: { state } });
    };
  }
  invariant(session.amount_total !== null && BigInt(session.amount_total) === row.amountMinor, 'paid as it was quoted');
  const charge = intent?.latest_charge ?? null;
  invariant(charge !== null, 'a paid session has a charge');
  const chargeId = typeof charge === 'string' ? charge : charge.id;
  return (tx) => bookDebtPayment(tx, deps, { debtPaymentId, chargeId });
}

/**
 * Books the payment of a debt that a charge made, where that did not happen yet. False for other charges. Refuses
 * `payment_not_booked` while it is not known on which page it was made.
 */
export async function bookDebtPaymentOf(deps: PaymentDeps, charge: Stripe.Charge): Promise<boolean> {
  const id = charge.metadata['debt_payment_id'];
  if (id === undefined || !isWrittenUuid(id)) return false;
  const row = await deps.database.client.debtPayment.findUnique({ where: { id }, select: { stripeSessionId: true } });
  if (row === null) return false;
  const effect = row.stripeSessionId === null ? null : await prepareDebtPayment(deps, row.stripeSessionId);
  if (effect === null) throw refuse('conflict', 'payment_not_booked', 'This payment is not booked yet.');
  await deps.database.inTransaction(effect);
  return true;
}

async function fetchSession(deps: PaymentDeps, sessionId: string): Promise<Stripe.Checkout.Session | null> {
  try {
    return await callStripe(() => deps.stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent'] }));
  } catch (error) {
    if (isMissingAtStripe(error)) return null;
    throw error;
  }
}

/** For the page that Stripe leads back to: books the payment whether or not the event came. */
export async function fulfilDebtPayment(
  deps: PaymentDeps,
  input: { citizenId: string; sessionId: string },
): Promise<{ leftMinor: UsdMinor }> {
  const { citizenId, sessionId } = input;
  const own = await deps.database.client.debtPayment.count({ where: { citizenId, stripeSessionId: sessionId } });
  if (own === 0) throw refuse('not_found', 'debt_payment_not_found', 'There is no such payment.');
  const effect = await prepareDebtPayment(deps, sessionId);
  if (effect !== null) await deps.database.inTransaction(effect);
  await refreshTrustOf(deps, { citizenId, enforce: enforceStanding });
  return { leftMinor: await openDebt(deps.database.client, citizenId) };
}

/**
 * Fetches a refund fresh and says how it is to be booked where it is one of a debt's payment; a payment of which no event
 * came yet is booked first. Null for any other refund, and for one of which Stripe took nothing.
 */
export async function prepareDebtRefund(deps: PaymentDeps, stripeRefundId: string): Promise<Effect | null> {
  const refund = await orMissing(() => deps.stripe.refunds.retrieve(stripeRefundId));
  if (refund === null) return null;
  const facts = factsOfRefund(refund);
  const debtPaymentId = await paidDebtOf(deps, facts.chargeId);
  if (debtPaymentId === null || !facts.hasMoved) return null;
  const book: Effect = (tx) => bookDebtPaymentRefund(tx, deps, { debtPaymentId, facts });
  if (facts.status !== 'failed' && facts.status !== 'canceled') return book;
  // That it was paid and that it came back are booked one after the other.
  await deps.database.inTransaction(book);
  return (tx) => bookDebtPaymentRefundFailed(tx, deps, { debtPaymentId, facts });
}

async function paidDebtOf(deps: PaymentDeps, stripeChargeId: string): Promise<string | null> {
  const read = () => deps.database.client.debtPayment.findUnique({ where: { stripeChargeId }, select: { id: true } });
  const known = await read();
  if (known !== null) return known.id;
  if (!(await bookDebtPaymentOf(deps, await callStripe(() => deps.stripe.charges.retrieve(stripeChargeId)))))
    return null;
  return (await read())?.id ?? null;
}
