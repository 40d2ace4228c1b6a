import { describe, expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { explorer, refundCards, testRefunds, type PaidTopUp } from '#server/testing/refunds.ts';
import { dismissFraudWarning, latestFraudWarnings, type FraudWarningView } from './fraud-warnings.ts';
import { refundTopUp } from './refund-flows.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const refunds = testRefunds(bridge);
const { paid, request, spend, wallet } = refunds;

/** The card's issuer reports a payment, and its event arrives. */
async function warned({ chargeId }: PaidTopUp): Promise<void> {
  bridge.sandbox.control({ action: 'warn', charge: chargeId });
  const { data } = await deps.stripe.radar.earlyFraudWarnings.list({ charge: chargeId });
  await bridge.delivered('radar.early_fraud_warning.created', data[0]?.id ?? '');
  await bridge.drain();
}

async function warningOf(topUpId: string): Promise<FraudWarningView | undefined> {
  return (await latestFraudWarnings(database.client)).find((warning) => warning.topUpId === topUpId);
}

describe('an early fraud warning', () => {
  test('refunds a payment whose ducats nobody touched by itself, once', async () => {
    const topUp = await paid(explorer);
    await warned(topUp);
    expect(await refunds.ofTopUp(topUp.topUpId)).toMatchObject([
      { origin: 'fraud_warning', reason: 'fraudulent', state: 'succeeded', totalMinor: 5_125n, requestedBy: null },
    ]);
    expect(await wallet(topUp.citizenId)).toBe(0n);
    expect(await warningOf(topUp.topUpId)).toMatchObject({ state: 'refunded', decidedBy: null });
    await bridge.drain();
    expect(await refunds.ofTopUp(topUp.topUpId)).toHaveLength(1);
    await refunds.assertInOrder();
  });

  test('also where they wait for a review', async () => {
    const topUp = await paid(explorer, refundCards.risky);
    await warned(topUp);
    expect(await refunds.ofTopUp(topUp.topUpId)).toMatchObject([{ origin: 'fraud_warning', state: 'succeeded' }]);
    await refunds.assertInOrder();
  });

  test('leaves touched ducats to an operator, who refunds them or dismisses it', async () => {
    const [first, second] = [await paid(), await paid()];
    for (const topUp of [first, second]) {
      await spend(topUp.citizenId, 1n);
      await warned(topUp);
      expect(await refunds.ofTopUp(topUp.topUpId)).toEqual([]);
    }
    await refundTopUp(deps, request(first.topUpId, { policy: 'debt', by: first.citizenId }));
    expect(await warningOf(first.topUpId)).toMatchObject({ state: 'refunded', decidedBy: first.citizenId });
    const warningId = (await warningOf(second.topUpId))?.id ?? '';
    const decision = { warningId, by: first.citizenId, note: 'The citizen called.' };
    await database.inTransaction((tx) => dismissFraudWarning(tx, deps, decision));
    expect(await warningOf(second.topUpId)).toMatchObject({ state: 'dismissed', note: 'The citizen called.' });
    const again = database.inTransaction((tx) => dismissFraudWarning(tx, deps, decision));
    await expect(again).rejects.toMatchObject({ code: 'fraud_warning_decided' });
    await refunds.assertInOrder();
  });
});
