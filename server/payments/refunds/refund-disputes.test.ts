import { expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { testRefunds } from '#server/testing/refunds.ts';
import { refundTopUp, sendRefund } from './refund-flows.ts';
import { requestRefund } from './refund-requests.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const refunds = testRefunds(bridge);

test('a refund while a dispute of the payment is open is refused, and nothing is written', async () => {
  const { topUpId, chargeId } = await refunds.paid();
  bridge.sandbox.control({ action: 'dispute', charge: chargeId });
  await expect(refundTopUp(deps, refunds.request(topUpId))).rejects.toMatchObject({ code: 'refund_disputed' });
  expect(await refunds.ofTopUp(topUpId)).toEqual([]);
});

test('a dispute that opens between the request and the call lets the refund fail, and its ducats come back', async () => {
  const { topUpId, citizenId, chargeId } = await refunds.paid();
  bridge.sandbox.control({ action: 'hold' });
  const asked = refunds.request(topUpId);
  const { refundId } = await database.inTransaction((tx) => requestRefund(tx, deps, asked));
  bridge.sandbox.control({ action: 'dispute', charge: chargeId });
  await sendRefund(deps, refundId);
  expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'failed', failureCode: 'charge_disputed' }]);
  expect(await refunds.wallet(citizenId)).toBe(10_000n);
});
