import { describe, expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { explorer, testRefunds } from '#server/testing/refunds.ts';
import { prepareChargeRefunds, prepareRefund, refundTopUp } from './refund-flows.ts';
import { requestRefund } from './refund-requests.ts';
import { recordRefusal } from './refunds.ts';

/** Refunds made at Stripe by hand which carry our own mark, copied from one of ours: each is booked once, none is lost. */
const bridge = await testBridge();
const { deps, database } = bridge;
const refunds = testRefunds(bridge);

/** 1,000 cents of the price are 1,025 with their fee. */
const partMinor = 1_000n;
const partCents = 1_025;

/** Ours was requested; Stripe made it, nobody recorded that, and somebody made the same once more with all its marks. */
async function madeTwice() {
  bridge.sandbox.control({ action: 'release' });
  const { topUpId, citizenId, chargeId } = await refunds.paid(explorer);
  bridge.sandbox.control({ action: 'hold' });
  const asked = refunds.request(topUpId, { priceMinor: partMinor });
  const { refundId } = await database.inTransaction((tx) => requestRefund(tx, deps, asked));
  const marked = { charge: chargeId, amount: partCents, metadata: { refund_id: refundId, top_up_id: topUpId } };
  const ours = await deps.stripe.refunds.create(marked, { idempotencyKey: refundId });
  const copy = await deps.stripe.refunds.create(marked);
  return { topUpId, citizenId, chargeId, refundId, ids: [ours.id, copy.id] as const };
}

async function assertEachOnce({ topUpId, citizenId, refundId, ids }: Awaited<ReturnType<typeof madeTwice>>) {
  const rows = await refunds.ofTopUp(topUpId);
  expect(rows.map(({ stripeRefundId }) => stripeRefundId).sort()).toEqual([...ids].sort());
  expect(rows.every(({ state, totalMinor }) => state === 'succeeded' && totalMinor === BigInt(partCents))).toBe(true);
  expect(rows.filter(({ id }) => id === refundId)).toHaveLength(1);
  // Two fifths of 500 and 25 ducats are gone.
  expect(await refunds.wallet(citizenId)).toBe(31_500n);
  await refunds.assertInOrder();
}

describe('a second refund with the mark of ours', () => {
  test('is booked beside ours where the event of their charge tells of both at once', async () => {
    const made = await madeTwice();
    const effect = await prepareChargeRefunds(deps, made.chargeId);
    if (effect !== null) await database.inTransaction(effect);
    await assertEachOnce(made);
  });

  test('is booked beside ours where two workers read both before either wrote', async () => {
    const made = await madeTwice();
    const effects = await Promise.all(made.ids.map((id) => prepareRefund(deps, id)));
    for (const effect of effects.toReversed()) if (effect !== null) await database.inTransaction(effect);
    await assertEachOnce(made);
  });

  test('is booked where ours was refused after a worker had read it as ours', async () => {
    bridge.sandbox.control({ action: 'release' });
    const { topUpId, citizenId, chargeId } = await refunds.paid(explorer);
    bridge.sandbox.control({ action: 'hold' });
    const { refundId } = await database.inTransaction((tx) => requestRefund(tx, deps, refunds.request(topUpId)));
    const metadata = { refund_id: refundId, top_up_id: topUpId };
    const copy = await deps.stripe.refunds.create({ charge: chargeId, amount: 5_125, metadata });
    const effect = await prepareRefund(deps, copy.id);
    // Stripe has nothing left for ours.
    await database.inTransaction((tx) => recordRefusal(tx, deps, { refundId, failureCode: 'charge_already_refunded' }));
    if (effect !== null) await database.inTransaction(effect);
    const rows = await refunds.ofTopUp(topUpId);
    expect(rows.map(({ state, stripeRefundId }) => [state, stripeRefundId]).sort()).toEqual([
      ['failed', null],
      ['succeeded', copy.id],
    ]);
    expect(await refunds.wallet(citizenId)).toBe(0n);
    await refunds.assertInOrder();
  });

  test('is booked where ours was booked long ago, in whatever order and however often its events come', async () => {
    bridge.sandbox.control({ action: 'release' });
    const { topUpId, citizenId, chargeId } = await refunds.paid(explorer);
    const ours = await refundTopUp(deps, refunds.request(topUpId, { priceMinor: partMinor }));
    const [first] = (await deps.stripe.refunds.list({ charge: chargeId })).data;
    bridge.sandbox.control({ action: 'hold' });
    const metadata = first?.metadata ?? {};
    const copy = await deps.stripe.refunds.create({ charge: chargeId, amount: partCents, metadata });
    bridge.sandbox.control({ action: 'release', order: 'reversed' });
    await bridge.delivered('refund.created', copy.id);
    await bridge.delivered('charge.refunded', chargeId);
    await bridge.drain();
    await assertEachOnce({ topUpId, citizenId, chargeId, refundId: ours.id, ids: [first?.id ?? '', copy.id] });
  });
});
