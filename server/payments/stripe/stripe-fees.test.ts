import { expect, test } from 'vitest';
import { fulfil, recordStripeFee } from '#server/payments/flows.ts';
import { expireTopUps } from '#server/payments/jobs.ts';
import { reconcileNews } from '#server/payments/reconciliation/reconciliation-jobs.ts';
import { eventBody, signed, testBridge } from '#server/testing/payments.ts';

const bridge = await testBridge();
const { deps, database } = bridge;

/** 2.9 % of 10.25 dollars and 30 cents. */
const starterFeeMinor = 60n;

async function creditedTopUp() {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  await fulfil(deps, { sessionId: topUp.sessionId });
  const { stripeChargeId } = await database.client.topUp.findUniqueOrThrow({ where: { id: topUp.topUpId } });
  return { ...topUp, chargeId: stripeChargeId ?? '' };
}

async function post(body: string): Promise<number> {
  const headers = { 'stripe-signature': signed(body) };
  return (await fetch(bridge.webhookUrl, { method: 'POST', headers, body })).status;
}

test("Stripe's own fee is booked once, whatever number of events tells of it", async () => {
  const before = await bridge.house('stripe_fees', 'USD');
  const topUp = await creditedTopUp();
  await bridge.delivered('charge.updated', topUp.chargeId);
  expect(await post(eventBody('charge.updated', { id: topUp.chargeId }))).toBe(200);
  await bridge.drain();
  await Promise.all([recordStripeFee(deps, topUp.chargeId), recordStripeFee(deps, topUp.chargeId)]);
  expect(await bridge.house('stripe_fees', 'USD')).toBe(before - starterFeeMinor);
  const row = await database.client.topUp.findUniqueOrThrow({ where: { id: topUp.topUpId } });
  expect(row.stripeFeeMinor).toBe(starterFeeMinor);
  await bridge.assertBooksInOrder();
});

test("what the books say Stripe owes us is Stripe's own balance", async () => {
  const topUp = await creditedTopUp();
  await bridge.delivered('charge.updated', topUp.chargeId);
  await bridge.drain();
  const { available, pending } = await deps.stripe.balance.retrieve();
  const cents = [...available, ...pending].reduce((sum, part) => sum + part.amount, 0);
  expect(await bridge.house('stripe_balance', 'USD')).toBe(-BigInt(cents));
});

test('a fee that is known before the credit is booked, and the credit follows', async () => {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  const session = await deps.stripe.checkout.sessions.retrieve(topUp.sessionId, { expand: ['payment_intent'] });
  const intent = session.payment_intent;
  const charge = typeof intent === 'object' ? intent?.latest_charge : null;
  const chargeId = typeof charge === 'string' ? charge : '';
  await bridge.delivered('charge.updated', chargeId);
  expect(await recordStripeFee(deps, chargeId)).toBe(true);
  await fulfil(deps, { sessionId: topUp.sessionId });
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  await bridge.assertBooksInOrder();
});

test('a fee whose event was dropped comes with the next reading of the balance at Stripe', async () => {
  bridge.sandbox.control({ action: 'drop_next', count: 1_000 });
  const topUp = await creditedTopUp();
  bridge.sandbox.control({ action: 'advance_clock', seconds: 60 });
  bridge.clock.set(new Date(Date.now() + 10 * 60_000));
  await expect
    .poll(async () => (await deps.stripe.charges.retrieve(topUp.chargeId)).balance_transaction)
    .toMatch(/^txn_/);
  await reconcileNews(deps);
  const row = await database.client.topUp.findUniqueOrThrow({ where: { id: topUp.topUpId } });
  expect(row.stripeFeeMinor).toBe(starterFeeMinor);
  bridge.sandbox.control({ action: 'drop_next', count: 0 });
});

test('a payment whose events were all dropped is credited by the sweeper', async () => {
  bridge.sandbox.control({ action: 'drop_next', count: 1_000 });
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  bridge.clock.set(new Date(Date.now() + 60 * 60_000));
  await expireTopUps(deps);
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  bridge.sandbox.control({ action: 'drop_next', count: 0 });
});
