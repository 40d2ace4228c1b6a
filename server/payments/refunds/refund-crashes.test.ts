import { describe, expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { explorer, refundCards, testRefunds } from '#server/testing/refunds.ts';
import { refundTopUp, sendRefund } from './refund-flows.ts';
import { settleRefunds } from './refund-jobs.ts';
import { requestRefund } from './refund-requests.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const refunds = testRefunds(bridge);
const { paid, request, wallet } = refunds;

const minuteMs = 60_000;
const atStripe = async (charge: string) => (await deps.stripe.refunds.list({ charge })).data;

/** The request is committed, and the process dies. */
async function requested(topUpId: string, priceMinor: bigint | null = null): Promise<string> {
  const asked = request(topUpId, { priceMinor });
  return (await database.inTransaction((tx) => requestRefund(tx, deps, asked))).refundId;
}

/** What the sweeper does later. The ledger's own clock stands, so only refunds of the past are swept. */
async function sweep(): Promise<void> {
  const clock = { now: () => new Date(bridge.clock.now().getTime() + 2 * minuteMs) };
  await settleRefunds({ ...deps, clock });
}

describe('a process that dies', () => {
  test('after the request: the ducats are set aside, and the sweeper makes the refund once', async () => {
    const { topUpId, citizenId, chargeId } = await paid(explorer);
    await requested(topUpId);
    expect(await wallet(citizenId)).toBe(0n);
    expect(await atStripe(chargeId)).toEqual([]);
    await sweep();
    await sweep();
    expect(await atStripe(chargeId)).toHaveLength(1);
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'succeeded' }]);
    await refunds.assertInOrder();
  });

  test('after the call: the same key finds the same refund, and it is booked once', async () => {
    const { topUpId, chargeId } = await paid();
    bridge.sandbox.control({ action: 'hold' });
    const refundId = await requested(topUpId);
    await asIfCalled(refundId, { chargeId, amountCents: 1_025 });
    await sweep();
    expect(await atStripe(chargeId)).toHaveLength(1);
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ id: refundId, state: 'succeeded' }]);
    bridge.sandbox.control({ action: 'release' });
    await refunds.assertInOrder();
  });

  test('after the call, for longer than Stripe remembers the key: it is found by its mark', async () => {
    const { topUpId, chargeId } = await paid();
    bridge.sandbox.control({ action: 'hold' });
    const refundId = await requested(topUpId);
    const marked = { refund_id: refundId, top_up_id: topUpId };
    const made = await deps.stripe.refunds.create({ charge: chargeId, amount: 1_025, metadata: marked });
    const clock = { now: () => new Date(bridge.clock.now().getTime() + 48 * 60 * minuteMs) };
    await settleRefunds({ ...deps, clock });
    expect(await atStripe(chargeId)).toHaveLength(1);
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ id: refundId, stripeRefundId: made.id }]);
    bridge.sandbox.control({ action: 'release' });
    await refunds.assertInOrder();
  });

  test('after the call, before anything is recorded: the event books our own refund, not a foreign one', async () => {
    const { topUpId, chargeId } = await paid();
    const refundId = await requested(topUpId);
    const stripeRefundId = await asIfCalled(refundId, { chargeId, amountCents: 1_025 });
    await bridge.delivered('refund.created', stripeRefundId);
    await bridge.drain();
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ id: refundId, origin: 'operator', state: 'succeeded' }]);
    await sendRefund(deps, refundId);
    await refunds.assertInOrder();
  });

  test('after it was booked: the events of a refund that failed meanwhile book the way back once', async () => {
    const { topUpId, citizenId } = await paid(explorer, refundCards.fails);
    bridge.sandbox.control({ action: 'hold' });
    await refundTopUp(deps, request(topUpId));
    bridge.sandbox.control({ action: 'release', order: 'reversed' });
    const stripeRefundId = (await refunds.ofTopUp(topUpId))[0]?.stripeRefundId ?? '';
    await bridge.delivered('refund.failed', stripeRefundId);
    await bridge.delivered('refund.created', stripeRefundId);
    await bridge.drain();
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'failed' }]);
    expect(await wallet(citizenId)).toBe(52_500n);
    await refunds.assertInOrder();
  });
});

describe('Stripe', () => {
  test('whose answer is lost has made the refund once', async () => {
    const { topUpId, chargeId } = await paid();
    bridge.sandbox.control({ action: 'fail_next', mode: 'after', count: 1, route: 'POST /v1/refunds' });
    expect(await refundTopUp(deps, request(topUpId))).toMatchObject({ state: 'succeeded' });
    expect(await atStripe(chargeId)).toHaveLength(1);
    await refunds.assertInOrder();
  });

  test('that is away leaves the refund requested, and the sweeper goes on with it', async () => {
    const { topUpId, citizenId } = await paid();
    bridge.sandbox.control({ action: 'fail_next', mode: 'before', count: 10, route: 'POST /v1/refunds' });
    expect(await refundTopUp(deps, request(topUpId))).toMatchObject({ state: 'requested' });
    bridge.sandbox.control({ action: 'fail_next', mode: 'before', count: 0 });
    expect(await wallet(citizenId)).toBe(0n);
    await sweep();
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'succeeded' }]);
    await refunds.assertInOrder();
  }, 60_000);

  test('that refuses gives the ducats back at once, and tells why', async () => {
    const { topUpId, citizenId, chargeId } = await paid(explorer);
    const before = await refunds.lots(citizenId);
    const refundId = await requested(topUpId);
    // Somebody was faster at Stripe itself, and its event is still on its way.
    bridge.sandbox.control({ action: 'hold' });
    await deps.stripe.refunds.create({ charge: chargeId });
    await sendRefund(deps, refundId);
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'failed', failureCode: 'charge_already_refunded' }]);
    expect(await refunds.lots(citizenId)).toEqual(before);
    bridge.sandbox.control({ action: 'release' });
    await bridge.delivered('charge.refunded', chargeId);
    await bridge.drain();
    expect(await wallet(citizenId)).toBe(0n);
    await refunds.assertInOrder();
  });
});

/** The call was made with the row's key, and nobody was there to hear the answer. */
async function asIfCalled(
  refundId: string,
  { chargeId, amountCents }: { chargeId: string; amountCents: number },
): Promise<string> {
  const { topUpId } = await database.client.refund.findUniqueOrThrow({ where: { id: refundId } });
  const parameters = {
    charge: chargeId,
    amount: amountCents,
    reason: 'requested_by_customer',
    metadata: { refund_id: refundId, top_up_id: topUpId },
  } as const;
  return (await deps.stripe.refunds.create(parameters, { idempotencyKey: refundId })).id;
}
