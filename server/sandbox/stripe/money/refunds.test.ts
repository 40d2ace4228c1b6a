import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import {
  agreedBalance,
  paidCharge,
  play,
  sessionParameters,
  soonSeconds,
  typesSince,
  type Play,
} from '#server/sandbox/stripe/testing.ts';

let playing: Play;
beforeAll(async () => {
  playing = await play();
});
afterAll(() => playing.close());

const soon = () => playing.sandbox.control({ action: 'advance_clock', seconds: soonSeconds });
const eventCount = () => playing.sandbox.events().length;

describe('refunds', () => {
  test('a part comes back at once, Stripe keeps its fee, and the charge counts what was refunded', async () => {
    const { stripe } = playing;
    const charge = await paidCharge(playing);
    const before = await agreedBalance(playing);
    const start = eventCount();
    const refund = await stripe.refunds.create({
      charge: charge.id,
      amount: 400,
      reason: 'requested_by_customer',
      metadata: { why: 'unspent' },
    });
    soon();
    expect(refund).toMatchObject({ amount: 400, status: 'succeeded', charge: charge.id, metadata: { why: 'unspent' } });
    expect(await stripe.balanceTransactions.retrieve(idOf(refund.balance_transaction))).toMatchObject({
      type: 'refund',
      amount: -400,
      fee: 0,
      net: -400,
      source: refund.id,
    });
    const after = await stripe.charges.retrieve(charge.id, { expand: ['refunds'] });
    expect(after).toMatchObject({ amount_refunded: 400, refunded: false });
    expect(after.refunds?.data.map(({ id }) => id)).toEqual([refund.id]);
    expect(await agreedBalance(playing)).toBe(before - 400);
    expect(typesSince(playing, start)).toEqual([
      'refund.created',
      'charge.refunded',
      'charge.refund.updated',
      'refund.updated',
    ]);
  });

  test('the rest comes back by the payment intent, and then nothing is left to refund', async () => {
    const { stripe } = playing;
    const charge = await paidCharge(playing);
    await stripe.refunds.create({ charge: charge.id, amount: 1 });
    const rest = await stripe.refunds.create({ payment_intent: idOf(charge.payment_intent) });
    expect(rest.amount).toBe(999);
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 1_000, refunded: true });
    await expect(stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({
      statusCode: 400,
      code: 'charge_already_refunded',
    });
  });

  test.each<[string, (charge: Stripe.Charge) => Stripe.RefundCreateParams, object]>([
    ['more than was paid', ({ id }) => ({ charge: id, amount: 1_001 }), { param: 'amount' }],
    ['nothing', ({ id }) => ({ charge: id, amount: 0 }), { code: 'parameter_invalid_integer', param: 'amount' }],
    ['a reason Stripe does not know', ({ id }) => ({ charge: id, reason: 'mood' }), { param: 'reason' }],
    ['a charge that is not', () => ({ charge: 'ch_none' }), { code: 'resource_missing', param: 'charge' }],
    ['neither charge nor intent', () => ({ amount: 5 }), {}],
    ['the transfer too', ({ id }) => ({ charge: id, reverse_transfer: true }), { code: 'sandbox_unsupported' }],
    ['a typo', ({ id }) => ({ charge: id, amuont: 5 }) as object, { code: 'parameter_unknown', param: 'amuont' }],
  ])('refunding %s is refused and changes nothing', async (_what, parametersOf, error) => {
    const charge = await paidCharge(playing);
    const before = await agreedBalance(playing);
    await expect(playing.stripe.refunds.create(parametersOf(charge))).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      ...error,
    });
    expect(await agreedBalance(playing)).toBe(before);
  });

  test('a refund can fail after it succeeded: the money is back in the balance', async () => {
    const { stripe } = playing;
    const charge = await paidCharge(playing, { card: '4000000000005126' });
    const before = await agreedBalance(playing);
    const refund = await stripe.refunds.create({ charge: charge.id, amount: 300 });
    expect(refund.status).toBe('succeeded');
    const start = eventCount();
    soon();
    const failed = await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] });
    expect(failed).toMatchObject({
      status: 'failed',
      failure_balance_transaction: { type: 'refund_failure', amount: 300, source: refund.id },
    });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(await agreedBalance(playing)).toBe(before);
    expect(typesSince(playing, start)).toEqual([
      'charge.refund.updated',
      'refund.updated',
      'refund.failed',
      'charge.updated',
    ]);
  });

  test('a pending refund succeeds by itself, or fails when the control page says so', async () => {
    const { sandbox, stripe } = playing;
    const card = '4000000000007726';
    const [first, second] = [await paidCharge(playing, { card }), await paidCharge(playing, { card })];
    const failing = await stripe.refunds.create({ charge: first.id });
    expect(failing.status).toBe('pending');
    sandbox.control({ action: 'fail_refund', refund: failing.id });
    const passing = await stripe.refunds.create({ charge: second.id });
    soon();
    expect((await stripe.refunds.retrieve(failing.id)).status).toBe('failed');
    expect((await stripe.refunds.retrieve(passing.id)).status).toBe('succeeded');
    expect(() => sandbox.control({ action: 'fail_refund', refund: failing.id })).toThrow('could fail');
    expect((await stripe.refunds.list({ charge: first.id })).data.map(({ id }) => id)).toEqual([failing.id]);
  });

  test('a refused refund keeps its answer under its idempotency key, a wrong parameter does not', async () => {
    const { stripe } = playing;
    const charge = await paidCharge(playing);
    const refused = stripe.refunds.create({ charge: charge.id, amount: 5_000 }, { idempotencyKey: 'too much' });
    await expect(refused).rejects.toThrow('greater than');
    const again = stripe.refunds.create({ charge: charge.id, amount: 5_000 }, { idempotencyKey: 'too much' });
    await expect(again).rejects.toMatchObject({ headers: { 'idempotent-replayed': 'true' } });
    const wrong = stripe.refunds.create({ charge: charge.id, amount: -1 }, { idempotencyKey: 'wrong' });
    await expect(wrong).rejects.toThrow('greater than or equal');
    await stripe.refunds.create({ charge: charge.id, amount: 1 }, { idempotencyKey: 'wrong' });
  });
});

describe('bank debits', () => {
  const started = async (bankAccount: string) => {
    const { sandbox, stripe } = playing;
    const session = await stripe.checkout.sessions.create({
      ...sessionParameters(),
      allowed_payment_method_types: ['card', 'us_bank_account'],
    });
    soon();
    const start = eventCount();
    expect(sandbox.control({ action: 'pay', session: session.id, bankAccount }).outcome).toBe('processing');
    return { id: session.id, start };
  };
  const sessionOf = (id: string) =>
    playing.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] });

  test('the session completes unpaid and is paid days later', async () => {
    const { id, start } = await started('000123456789');
    const before = await agreedBalance(playing);
    expect(await sessionOf(id)).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
      payment_intent: { status: 'processing', latest_charge: { status: 'pending', paid: false } },
    });
    playing.sandbox.control({ action: 'advance_clock', seconds: 3_600 + soonSeconds });
    expect(await sessionOf(id)).toMatchObject({
      payment_status: 'paid',
      payment_intent: { status: 'succeeded', latest_charge: { status: 'succeeded', paid: true } },
    });
    expect(await agreedBalance(playing)).toBe(before + 1_000 - 8);
    expect(typesSince(playing, start)).toEqual([
      'payment_intent.created',
      'payment_intent.processing',
      'charge.pending',
      'checkout.session.completed',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.async_payment_succeeded',
      'charge.updated',
    ]);
  });

  test.each([
    ['by its account number', '000222222227', undefined],
    ['because the control page says so', '000123456789', 'fail'],
  ] as const)('a debit fails %s, and nothing was ever in the balance', async (_why, number, outcome) => {
    const { id, start } = await started(number);
    const before = await agreedBalance(playing);
    playing.sandbox.control({ action: 'settle', session: id, ...(outcome === undefined ? {} : { outcome }) });
    soon();
    expect(await sessionOf(id)).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
      payment_intent: { status: 'requires_payment_method', latest_charge: { failure_code: 'insufficient_funds' } },
    });
    expect(await agreedBalance(playing)).toBe(before);
    expect(typesSince(playing, start).slice(-3)).toEqual([
      'charge.failed',
      'payment_intent.payment_failed',
      'checkout.session.async_payment_failed',
    ]);
  });

  test('a session that takes only cards refuses a bank account', async () => {
    const session = await playing.stripe.checkout.sessions.create(sessionParameters());
    expect(() => playing.sandbox.control({ action: 'pay', session: session.id, bankAccount: '000123456789' })).toThrow(
      'does not take',
    );
  });

  test('a session that says nothing takes what the dashboard has switched on', async () => {
    const other = await play({ paymentMethods: ['card', 'us_bank_account'] });
    const session = await other.stripe.checkout.sessions.create(sessionParameters());
    const paying = { action: 'pay', session: session.id, bankAccount: '000123456789' } as const;
    expect(other.sandbox.control(paying).outcome).toBe('processing');
    await other.close();
  });
});

describe('risk', () => {
  test('a charge of highest risk is under review until it is approved', async () => {
    const { stripe } = playing;
    const charge = await paidCharge(playing, { card: '4000000000004954' });
    expect(charge.outcome?.risk_level).toBe('highest');
    const review = await stripe.reviews.retrieve(idOf(charge.review));
    expect(review).toMatchObject({ open: true, charge: charge.id, opened_reason: 'rule' });
    const start = eventCount();
    expect(await stripe.reviews.approve(review.id)).toMatchObject({ open: false, closed_reason: 'approved' });
    expect(typesSince(playing, start)).toEqual(['review.closed']);
    await expect(stripe.reviews.approve(review.id)).rejects.toThrow('already closed');
  });

  test('a refund closes the review of its charge', async () => {
    const { stripe } = playing;
    const charge = await paidCharge(playing, { card: '4000000000004954' });
    await stripe.refunds.create({ charge: charge.id, reason: 'fraudulent' });
    expect(await stripe.reviews.retrieve(idOf(charge.review))).toMatchObject({
      open: false,
      closed_reason: 'refunded_as_fraud',
    });
  });
});
