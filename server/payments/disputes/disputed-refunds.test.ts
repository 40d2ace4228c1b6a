import { expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { explorer, refundCards, testRefunds } from '#server/testing/refunds.ts';
import { refundTopUp } from '#server/payments/refunds/refund-flows.ts';
import { requestRefund } from '#server/payments/refunds/refund-requests.ts';
import { openDebt } from './debts.ts';
import { prepareDispute } from './dispute-flows.ts';

/** Refunds and disputes of one charge, in either order: what the buyer got twice they owe, and the house gives no fee twice. */
const bridge = await testBridge();
const { deps, database, sandbox } = bridge;
const refunds = testRefunds(bridge);
/** 500 and 25 bonus ducats for 50 dollars and a fee of 1.25. */
const [priceMinor, feeMinor, chargedMinor] = [5_000n, 125n, 1_500n];

type Paid = Awaited<ReturnType<typeof paid>>;

async function paid(card?: string) {
  const before = { fees: await bridge.house('fee_income', 'USD'), float: await bridge.house('ducat_float', 'USD') };
  const topUp = await refunds.paid(explorer, card);
  const { citizenId } = topUp;
  const state = async () => ({
    ducats: await refunds.wallet(citizenId),
    owed: await openDebt(database.client, citizenId),
    fees: (await bridge.house('fee_income', 'USD')) - before.fees,
    float: (await bridge.house('ducat_float', 'USD')) - before.float,
  });
  return { ...topUp, state };
}

async function disputed(charge: string, amount?: number): Promise<string> {
  const wish = amount === undefined ? {} : { amount };
  const { id: dispute = '' } = sandbox.control({ action: 'dispute', charge, ...wish });
  await bridge.delivered('charge.dispute.funds_withdrawn', dispute);
  expect((await bridge.drain()).failed).toBe(0);
  return dispute;
}

async function decided(dispute: string, verdict: 'won' | 'lost'): Promise<void> {
  sandbox.control({ action: 'decide_dispute', dispute, verdict });
  await bridge.delivered('charge.dispute.closed', dispute);
  if (verdict === 'won') await bridge.delivered('charge.dispute.funds_reinstated', dispute);
  expect((await bridge.drain()).failed).toBe(0);
}

test('a part is refunded and the rest disputed and lost: everything is taken once, and only the fee is owed', async () => {
  const { topUpId, chargeId, state } = await paid();
  await refundTopUp(deps, refunds.request(topUpId, { priceMinor: 2_000n }));
  expect(await state()).toEqual({ ducats: 31_500n, owed: 0n, fees: 75n, float: 3_000n });
  await decided(await disputed(chargeId), 'lost');
  expect(await state()).toEqual({ ducats: 0n, owed: chargedMinor, fees: 0n, float: 0n });
  await refunds.assertInOrder();
});

test.each([
  ['by us', (topUp: Paid) => refundTopUp(deps, refunds.request(topUp.topUpId, { priceMinor: 2_000n }))],
  [
    'at Stripe, of which we hear later',
    async ({ chargeId }: Paid) => {
      sandbox.control({ action: 'hold' });
      const { id } = await deps.stripe.refunds.create({ charge: chargeId, amount: 2_050 });
      return id;
    },
  ],
] as const)(
  'a part is refunded %s and the whole charge disputed: what came back twice is owed, and no fee goes back twice',
  async (_by, refund) => {
    const topUp = await paid();
    await refund(topUp);
    const { id: dispute = '' } = sandbox.control({ action: 'dispute', charge: topUp.chargeId, amount: 5_125 });
    const effect = await prepareDispute(deps, dispute);
    if (effect !== null) await database.inTransaction(effect);
    sandbox.control({ action: 'release', order: 'reversed' });
    await bridge.delivered('charge.dispute.funds_withdrawn', dispute);
    await bridge.delivered('charge.refunded', topUp.chargeId);
    expect((await bridge.drain()).failed).toBe(0);
    // Two thousand cents and their fee of 50 were given back before.
    expect(await topUp.state()).toEqual({ ducats: 0n, owed: 2_050n + chargedMinor, fees: 0n, float: 0n });
    await refunds.assertInOrder();
    await decided(dispute, 'won');
    expect(await topUp.state()).toEqual({ ducats: 31_500n, owed: 0n, fees: 75n, float: 3_000n });
    await refunds.assertInOrder();
  },
);

test('a part is disputed and won, and then all of it refunded: the house has what it had', async () => {
  const { topUpId, chargeId, state } = await paid();
  await decided(await disputed(chargeId, 1_025), 'won');
  expect(await state()).toEqual({ ducats: 52_500n, owed: 0n, fees: feeMinor, float: priceMinor });
  await refundTopUp(deps, refunds.request(topUpId));
  expect(await state()).toEqual({ ducats: 0n, owed: 0n, fees: 0n, float: 0n });
  await refunds.assertInOrder();
});

test('a refund that Stripe was not asked for yet ends before a dispute is decided: its ducats pay for the dispute', async () => {
  const { topUpId, chargeId, state } = await paid();
  await database.inTransaction((tx) => requestRefund(tx, deps, refunds.request(topUpId)));
  expect((await state()).ducats).toBe(0n);
  await disputed(chargeId);
  expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'failed', failureCode: 'charge_disputed' }]);
  expect(await state()).toEqual({ ducats: 0n, owed: chargedMinor, fees: 0n, float: 0n });
  await refunds.assertInOrder();
});

test('a refund that fails after the rest was disputed brings its ducats back, and pays the debt when they are taken', async () => {
  const { topUpId, chargeId, state } = await paid(refundCards.pending);
  await refundTopUp(deps, refunds.request(topUpId, { priceMinor: 2_000n }));
  const [refund] = await refunds.ofTopUp(topUpId);
  await disputed(chargeId);
  sandbox.control({ action: 'fail_refund', refund: refund?.stripeRefundId ?? '' });
  await bridge.delivered('refund.failed', refund?.stripeRefundId ?? '');
  expect((await bridge.drain()).failed).toBe(0);
  expect(await state()).toEqual({ ducats: 21_000n, owed: chargedMinor, fees: 50n, float: 2_000n });
  await refunds.assertInOrder();
});

test('an inquiry that becomes a dispute after a part was refunded takes no fee back twice', async () => {
  const { topUpId, chargeId, state } = await paid();
  const wish = { action: 'dispute', charge: chargeId, amount: 5_125, inquiry: true } as const;
  const { id: dispute = '' } = sandbox.control(wish);
  await bridge.delivered('charge.dispute.created', dispute);
  await bridge.drain();
  await refundTopUp(deps, refunds.request(topUpId, { priceMinor: 2_000n }));
  sandbox.control({ action: 'decide_dispute', dispute, verdict: 'escalated' });
  await bridge.delivered('charge.dispute.funds_withdrawn', dispute);
  expect((await bridge.drain()).failed).toBe(0);
  expect(await state()).toEqual({ ducats: 0n, owed: 2_050n + chargedMinor, fees: 0n, float: 0n });
  await refunds.assertInOrder();
});
