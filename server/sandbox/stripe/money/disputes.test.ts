import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreedBalance, paidCharge, play, typesSince, type Play } from '#server/sandbox/stripe/testing.ts';

let playing: Play;
beforeAll(async () => {
  playing = await play();
});
afterAll(() => playing.close());

const day = 86_400;
const advance = (seconds: number) => playing.sandbox.control({ action: 'advance_clock', seconds });
const eventCount = () => playing.sandbox.events().length;

async function disputed(card = '4000000000000259'): Promise<{ charge: Stripe.Charge; dispute: Stripe.Dispute }> {
  const charge = await paidCharge(playing, { card });
  const { data } = await playing.stripe.disputes.list({ charge: charge.id });
  const [dispute] = data;
  if (dispute === undefined) throw new Error('the charge is not disputed');
  return { charge, dispute };
}

test('a dispute takes the amount and fifteen dollars at once, in one balance transaction', async () => {
  const { stripe } = playing;
  const before = await agreedBalance(playing);
  const start = eventCount();
  const { charge, dispute } = await disputed();
  expect(dispute).toMatchObject({
    status: 'needs_response',
    amount: 1_000,
    reason: 'fraudulent',
    is_charge_refundable: false,
  });
  expect(dispute.balance_transactions).toMatchObject([{ type: 'adjustment', amount: -1_000, fee: 1_500, net: -2_500 }]);
  expect(await agreedBalance(playing)).toBe(before + 1_000 - 59 - 2_500);
  expect((await stripe.charges.retrieve(charge.id)).disputed).toBe(true);
  expect(typesSince(playing, start).slice(-3)).toEqual([
    'charge.updated',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
  ]);
  await expect(stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({ code: 'charge_disputed' });
});

test('winning evidence brings the amount and the fee back', async () => {
  const { stripe } = playing;
  const { dispute } = await disputed('4000000000002685');
  expect(dispute.reason).toBe('product_not_received');
  const before = await agreedBalance(playing);
  const staged = await stripe.disputes.update(dispute.id, {
    evidence: { product_description: 'Ducats', service_date: '2026-01-01' },
    submit: false,
  });
  expect(staged).toMatchObject({
    status: 'needs_response',
    evidence_details: { has_evidence: true, submission_count: 0 },
  });
  const start = eventCount();
  const submitted = await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  expect(submitted).toMatchObject({
    status: 'under_review',
    evidence: { product_description: 'Ducats' },
    evidence_details: { submission_count: 1 },
  });
  advance(60);
  const won = await stripe.disputes.retrieve(dispute.id);
  expect(won.status).toBe('won');
  expect(won.balance_transactions.map(({ net }) => net)).toEqual([-2_500, 2_500]);
  expect(await agreedBalance(playing)).toBe(before + 2_500);
  expect(typesSince(playing, start)).toEqual([
    'charge.dispute.updated',
    'charge.dispute.funds_reinstated',
    'charge.dispute.closed',
  ]);
  const late = stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'more' } });
  await expect(late).rejects.toMatchObject({ statusCode: 400, param: 'evidence' });
});

test.each([
  [
    'losing evidence',
    (id: string) => playing.stripe.disputes.update(id, { evidence: { uncategorized_text: 'losing_evidence' } }),
  ],
  ['giving up', (id: string) => playing.stripe.disputes.close(id)],
  ['silence until the deadline', () => Promise.resolve(advance(11 * day))],
])('%s loses the dispute, and nothing comes back', async (_why, act) => {
  const { dispute } = await disputed();
  const before = await agreedBalance(playing);
  await act(dispute.id);
  advance(60);
  expect((await playing.stripe.disputes.retrieve(dispute.id)).status).toBe('lost');
  expect(await agreedBalance(playing)).toBe(before);
  const closings = playing.sandbox.events().filter(({ event }) => {
    return event.type === 'charge.dispute.closed' && (event.data.object as { id?: string }).id === dispute.id;
  });
  expect(closings).toHaveLength(1);
});

test('the control page opens a dispute of a part, and decides it with the fee kept', async () => {
  const { sandbox, stripe } = playing;
  const charge = await paidCharge(playing);
  await stripe.refunds.create({ charge: charge.id, amount: 400 });
  const { id = '' } = sandbox.control({ action: 'dispute', charge: charge.id, reason: 'duplicate' });
  expect((await stripe.disputes.retrieve(id)).amount).toBe(600);
  expect(() => sandbox.control({ action: 'dispute', charge: charge.id })).toThrow('already disputed');
  const before = await agreedBalance(playing);
  sandbox.control({ action: 'decide_dispute', dispute: id, verdict: 'won', keepFee: true });
  expect(await agreedBalance(playing)).toBe(before + 600);
  expect(() => sandbox.control({ action: 'decide_dispute', dispute: id, verdict: 'lost' })).toThrow('already closed');
});

test('an inquiry moves no money until it escalates, and a full refund ends it', async () => {
  const { sandbox, stripe } = playing;
  const first = await disputed('4000000000001976');
  expect(first.dispute).toMatchObject({
    status: 'warning_needs_response',
    is_charge_refundable: true,
    balance_transactions: [],
  });
  await stripe.refunds.create({ charge: first.charge.id });
  expect((await stripe.disputes.retrieve(first.dispute.id)).status).toBe('warning_closed');
  const second = await disputed('4000000000001976');
  const before = await agreedBalance(playing);
  sandbox.control({ action: 'decide_dispute', dispute: second.dispute.id, verdict: 'escalated' });
  expect((await stripe.disputes.retrieve(second.dispute.id)).status).toBe('needs_response');
  expect(await agreedBalance(playing)).toBe(before - 2_500);
});

test('an early fraud warning can be acted on until the charge is refunded', async () => {
  const { stripe } = playing;
  const charge = await paidCharge(playing, { card: '4000000000005423' });
  const list = () => stripe.radar.earlyFraudWarnings.list({ charge: charge.id });
  const [warning] = (await list()).data;
  expect(warning).toMatchObject({ actionable: true, charge: charge.id, payment_intent: charge.payment_intent });
  const start = eventCount();
  await stripe.refunds.create({ charge: charge.id });
  expect(await stripe.radar.earlyFraudWarnings.retrieve(warning?.id ?? '')).toMatchObject({ actionable: false });
  expect(typesSince(playing, start)).toContain('radar.early_fraud_warning.updated');
});

test('evidence that is a file or unknown is refused', async () => {
  const { dispute } = await disputed();
  const { disputes } = playing.stripe;
  await expect(disputes.update(dispute.id, { evidence: { receipt: 'file_1' } })).rejects.toMatchObject({
    code: 'sandbox_unsupported',
    param: 'evidence[receipt]',
  });
  await expect(disputes.update(dispute.id, { evidence: { receit: 'x' } as object })).rejects.toMatchObject({
    code: 'parameter_unknown',
  });
});
