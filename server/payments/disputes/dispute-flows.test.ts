import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { signInEvidence } from '#server/citizens/evidence.ts';
import { orderEvidence } from '#server/market/orders/evidence.ts';
import { testBridge } from '#server/testing/payments.ts';
import { testSubscriptions } from '#server/testing/subscriptions.ts';
import { fulfilDebtPayment, startDebtPayment } from './debt-flows.ts';
import { openDebt } from './debts.ts';
import { acceptDispute, submitEvidence } from './dispute-answer-flows.ts';
import { prepareDispute } from './dispute-flows.ts';
import { fulfil } from '#server/payments/flows.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const disputedCard = '4000000000000259';

/** The dispute of a payment: the bank brings it soon after the charge, and those of other payments stay as they are. */
async function disputeOf({ sessionId }: { sessionId: string }) {
  const { payment_intent: intent } = await deps.stripe.checkout.sessions.retrieve(sessionId);
  if (typeof intent !== 'string') throw new Error('a paid session has its payment');
  return vi.waitFor(
    async () => {
      const [dispute] = (await deps.stripe.disputes.list({ payment_intent: intent })).data;
      if (dispute === undefined) throw new Error('the card disputes nothing yet');
      return dispute;
    },
    { timeout: 30_000, interval: 10 },
  );
}

/** A top-up whose card disputes it at once, as far as the events that arrived brought it. */
async function disputed() {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId, disputedCard);
  await fulfil(deps, { sessionId: topUp.sessionId });
  const dispute = await disputeOf(topUp);
  await bridge.delivered('charge.dispute.funds_withdrawn', dispute.id);
  expect((await bridge.drain()).failed).toBe(0);
  return { ...topUp, stripeId: dispute.id, row: await rowOf(dispute.id) };
}

const rowOf = (stripeDisputeId: string) => database.client.dispute.findUniqueOrThrow({ where: { stripeDisputeId } });
const decide = async (dispute: string, verdict: 'won' | 'lost', keepFee = false) => {
  bridge.sandbox.control({ action: 'decide_dispute', dispute, verdict, keepFee });
  await bridge.delivered('charge.dispute.closed', dispute);
  if (verdict === 'won') await bridge.delivered('charge.dispute.funds_reinstated', dispute);
  expect((await bridge.drain()).failed).toBe(0);
};

test('a dispute that is won leaves books that agree with Stripe to the cent', async () => {
  const { citizenId, stripeId, row } = await disputed();
  expect(row).toMatchObject({ state: 'withdrawn', chargeMinor: 10_000n, disputeFeeMinor: 1_500n, lossMinor: 0n });
  expect(await bridge.balance(citizenId, 'wallet', 'DUCAT')).toBe(0n);
  expect(await openDebt(database.client, citizenId)).toBe(1_500n);
  await decide(stripeId, 'won');
  expect(await rowOf(stripeId)).toMatchObject({ state: 'won' });
  expect(await bridge.balance(citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  expect(await openDebt(database.client, citizenId)).toBe(0n);
  await assertAtStripe();
});

test('a dispute of a payment of which no event came yet books the payment first, once', async () => {
  bridge.sandbox.control({ action: 'hold' });
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId, disputedCard);
  const dispute = await disputeOf(topUp);
  const effect = await prepareDispute(deps, dispute.id);
  expect(effect).not.toBeNull();
  expect(await rowOf(dispute.id)).toMatchObject({ state: 'withdrawn', topUpId: topUp.topUpId, lossMinor: 0n });
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(0n);
  bridge.sandbox.control({ action: 'release' });
  await bridge.delivered('checkout.session.completed', topUp.sessionId);
  await bridge.delivered('charge.dispute.funds_withdrawn', dispute.id);
  expect((await bridge.drain()).failed).toBe(0);
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(0n);
  expect(await openDebt(database.client, topUp.citizenId)).toBe(1_500n);
  await assertAtStripe();
});

test('a disputed invoice of a subscription is owed, and the books agree with Stripe when it is won', async () => {
  const income = await bridge.house('subscription_income', 'USD');
  const { citizenId } = await testSubscriptions(bridge).subscribed('creator');
  const invoice = await database.client.subscriptionInvoice.findFirstOrThrow({
    where: { subscription: { citizenId }, state: 'paid' },
  });
  const { id: stripeId } = bridge.sandbox.control({ action: 'dispute', charge: invoice.stripeChargeId ?? '' });
  await bridge.delivered('charge.dispute.funds_withdrawn', stripeId ?? '');
  expect((await bridge.drain()).failed).toBe(0);
  expect(await rowOf(stripeId ?? '')).toMatchObject({
    state: 'withdrawn',
    subscriptionInvoiceId: invoice.id,
    lossMinor: 49_900n,
  });
  expect(await openDebt(database.client, citizenId)).toBe(49_900n + 1_500n);
  expect((await bridge.house('subscription_income', 'USD')) - income).toBe(49_900n);
  await assertAtStripe();
  await decide(stripeId ?? '', 'won');
  expect(await openDebt(database.client, citizenId)).toBe(0n);
  await assertAtStripe();
});

test('a dispute that is won while Stripe keeps its fee leaves that fee with the house', async () => {
  const before = await bridge.house('dispute_fees', 'USD');
  const { citizenId, stripeId } = await disputed();
  await decide(stripeId, 'won', true);
  expect(await bridge.house('dispute_fees', 'USD')).toBe(before - 1_500n);
  expect(await openDebt(database.client, citizenId)).toBe(0n);
  await assertAtStripe();
});

test('a dispute that is lost moves nothing more, and its debt is paid on a page of its own', async () => {
  const { citizenId, stripeId } = await disputed();
  await decide(stripeId, 'lost');
  expect(await rowOf(stripeId)).toMatchObject({ state: 'lost' });
  expect(await openDebt(database.client, citizenId)).toBe(1_500n);
  const start = { citizenId, key: randomUUID(), amountMinor: 1_500n };
  const { checkoutUrl } = await startDebtPayment(deps, start);
  expect(await startDebtPayment(deps, start)).toEqual({ checkoutUrl });
  const sessionId = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
  bridge.pay(sessionId);
  const stranger = await bridge.citizen();
  const foreign = fulfilDebtPayment(deps, { citizenId: stranger, sessionId });
  await expect(foreign).rejects.toMatchObject({ code: 'debt_payment_not_found' });
  const both = await Promise.all([
    fulfilDebtPayment(deps, { citizenId, sessionId }),
    bridge.delivered('checkout.session.completed', sessionId),
  ]);
  expect(both[0]).toEqual({ leftMinor: 0n });
  await bridge.drain();
  expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(0n);
  expect(await bridge.balance(citizenId, 'wallet', 'DUCAT')).toBe(0n);
  await assertAtStripe();
});

test('the evidence reaches Stripe with orders and sign-ins, and an accepted dispute is lost', async () => {
  const { stripeId, row } = await disputed();
  const operatorId = randomUUID();
  const evidence = [orderEvidence, signInEvidence];
  await submitEvidence({ ...deps, evidence }, { id: row.id, operatorId });
  const sent = await deps.stripe.disputes.retrieve(stripeId);
  expect(sent.status).toBe('under_review');
  expect(sent.evidence.product_description).toContain('100.00 ducats');
  expect(await rowOf(stripeId)).toMatchObject({ evidenceSubmittedBy: operatorId, status: 'under_review' });
  const again = submitEvidence({ ...deps, evidence }, { id: row.id, operatorId });
  await expect(again).rejects.toMatchObject({ code: 'dispute_not_answerable' });
  const other = await disputed();
  await acceptDispute(deps, { id: other.row.id, operatorId });
  expect(await rowOf(other.stripeId)).toMatchObject({ state: 'lost', acceptedBy: operatorId });
});

/** Every movement at Stripe but the fees of charges is a fact of ours, with its fee, and the other way round. */
async function assertAtStripe(): Promise<void> {
  await bridge.assertBooksInOrder();
  expect(await bridge.house('bridge', 'USD')).toBe(0n);
  const facts = await database.client.stripeFact.findMany();
  const told: { type: string; source: string; amount: bigint; fee: bigint | null }[] = [];
  for await (const { type, source, amount, fee } of deps.stripe.balanceTransactions.list({ limit: 100 })) {
    const id = typeof source === 'string' ? source : (source?.id ?? '');
    told.push({ type, source: id, amount: BigInt(amount), fee: type === 'adjustment' ? BigInt(fee) : null });
  }
  const ours = facts.map(({ type, sourceId, amountMinor, feeMinor }) => {
    return { type, source: sourceId, amount: amountMinor, fee: type === 'adjustment' ? feeMinor : null };
  });
  const order = (left: { source: string; amount: bigint }, right: { source: string; amount: bigint }) =>
    `${left.source} ${String(left.amount)}` < `${right.source} ${String(right.amount)}` ? -1 : 1;
  expect(ours.sort(order)).toEqual(told.sort(order));
}
