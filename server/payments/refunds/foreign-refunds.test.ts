import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testBridge } from '#server/testing/payments.ts';
import { explorer, refundCards, testRefunds } from '#server/testing/refunds.ts';
import { topUpById } from '#server/payments/queries.ts';
import { refundTopUp } from './refund-flows.ts';
import { requestRefund } from './refund-requests.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const refunds = testRefunds(bridge);
const { paid, request, spend, wallet } = refunds;

/** Somebody at Stripe's own dashboard refunds a charge, and its events arrive. */
async function refundedAtStripe(chargeId: string, amount?: number): Promise<string> {
  const made = await deps.stripe.refunds.create({ charge: chargeId, ...(amount === undefined ? {} : { amount }) });
  await bridge.delivered('refund.created', made.id);
  await bridge.delivered('charge.refunded', chargeId);
  await bridge.drain();
  return made.id;
}

describe('a refund made at Stripe itself', () => {
  test('is booked once, whichever of its events comes first: ducats, price and fee', async () => {
    const { topUpId, citizenId, chargeId } = await paid(explorer);
    bridge.sandbox.control({ action: 'hold' });
    const made = await deps.stripe.refunds.create({ charge: chargeId, reason: 'duplicate' });
    bridge.sandbox.control({ action: 'release', order: 'reversed' });
    await bridge.delivered('refund.created', made.id);
    await bridge.delivered('charge.refunded', chargeId);
    await bridge.drain();
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([
      { origin: 'stripe', reason: 'duplicate', state: 'succeeded', totalMinor: 5_125n, stripeRefundId: made.id },
    ]);
    expect(await wallet(citizenId)).toBe(0n);
    await refunds.assertInOrder();
  });

  test('of any part and then of the rest comes to the whole, also mixed with our own', async () => {
    const { topUpId, citizenId, chargeId } = await paid(explorer);
    await refundedAtStripe(chargeId, 1);
    await refundedAtStripe(chargeId, 777);
    await refundTopUp(deps, request(topUpId, { priceMinor: 1_234n }));
    await refundedAtStripe(chargeId);
    const parts = await refunds.ofTopUp(topUpId);
    const sum = (read: (part: (typeof parts)[number]) => bigint) =>
      parts.reduce((total, part) => total + read(part), 0n);
    expect(sum((part) => part.priceMinor)).toBe(5_000n);
    expect(sum((part) => part.feeMinor)).toBe(125n);
    expect(await wallet(citizenId)).toBe(0n);
    await refunds.assertInOrder();
  });

  test('of spent ducats makes a debt, whatever our own policy says', async () => {
    const { citizenId, chargeId } = await paid();
    await spend(citizenId, 4_000n);
    await refundedAtStripe(chargeId);
    expect(await wallet(citizenId)).toBe(0n);
    expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(-400n);
    await refunds.assertInOrder();
  });

  test('is booked where the wallet is frozen: its ducats stay there, and their price is owed', async () => {
    const { citizenId, chargeId } = await paid();
    const occurredAt = deps.clock.now();
    const event = { citizenId, kind: 'chargeback', reference: 'another', occurredAt, ids: systemIds } as const;
    await database.inTransaction((tx) => noteTrustEvent(tx, event));
    await bridge.refreshTrust(citizenId);
    await refundedAtStripe(chargeId);
    expect(await wallet(citizenId)).toBe(10_000n);
    expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(-1_000n);
    await refunds.assertInOrder();
  });

  test('and failed later is taken back', async () => {
    const { topUpId, citizenId, chargeId } = await paid(explorer, refundCards.fails);
    const stripeRefundId = await refundedAtStripe(chargeId);
    await bridge.delivered('refund.failed', stripeRefundId);
    await bridge.drain();
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'failed' }]);
    expect(await wallet(citizenId)).toBe(52_500n);
    await refunds.assertInOrder();
  });

  test('of a payment that waits for review returns it', async () => {
    const { topUpId, chargeId } = await paid(explorer, refundCards.risky);
    await refundedAtStripe(chargeId);
    expect(await topUpById(database.client, topUpId)).toMatchObject({ state: 'returned' });
    expect(await bridge.house('suspense', 'DUCAT')).toBe(0n);
    await refunds.assertInOrder();
  });

  test('of which we hear before we hear of the payment books the payment first', async () => {
    const topUp = await bridge.start(explorer);
    bridge.sandbox.control({ action: 'hold' });
    bridge.pay(topUp.sessionId);
    const session = await deps.stripe.checkout.sessions.retrieve(topUp.sessionId);
    const made = await deps.stripe.refunds.create({ payment_intent: z.string().parse(session.payment_intent) });
    bridge.sandbox.control({ action: 'release', order: 'reversed' });
    await bridge.delivered('refund.created', made.id);
    await bridge.drain();
    expect(await refunds.ofTopUp(topUp.topUpId)).toMatchObject([{ origin: 'stripe', state: 'succeeded' }]);
    expect(await wallet(topUp.citizenId)).toBe(0n);
    await refunds.assertInOrder();
  });

  test('while one of ours was requested and not sent ends ours first', async () => {
    const { topUpId, citizenId, chargeId } = await paid();
    await database.inTransaction((tx) => requestRefund(tx, deps, request(topUpId)));
    await refundedAtStripe(chargeId);
    const states = (await refunds.ofTopUp(topUpId)).map(({ origin, state }) => `${origin} ${state}`);
    expect(states.sort()).toEqual(['operator failed', 'stripe succeeded']);
    expect(await wallet(citizenId)).toBe(0n);
    expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(0n);
    await refunds.assertInOrder();
  });
});
