import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { testRefunds } from '#server/testing/refunds.ts';
import { refundTopUp } from '#server/payments/refunds/refund-flows.ts';
import { startDebtPayment } from './debt-flows.ts';
import { settleDebtPayments } from './debt-jobs.ts';
import { openDebt } from './debts.ts';

const bridge = await testBridge();
const { deps, database, sandbox } = bridge;
const refunds = testRefunds(bridge);
const minuteMs = 60_000;

/** Somebody who owes ten dollars for ducats that they had spent before they were refunded. */
async function debtor(): Promise<string> {
  sandbox.control({ action: 'release' });
  const { topUpId, citizenId } = await refunds.paid();
  await refunds.spend(citizenId, 10_000n);
  await refundTopUp(deps, refunds.request(topUpId, { policy: 'debt' }));
  expect(await openDebt(database.client, citizenId)).toBe(1_000n);
  sandbox.control({ action: 'hold' });
  return citizenId;
}

async function page(citizenId: string): Promise<string> {
  const { checkoutUrl } = await startDebtPayment(deps, { citizenId, key: randomUUID(), amountMinor: 1_000n });
  return new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
}

const stateOf = async (stripeSessionId: string) =>
  (await database.client.debtPayment.findUniqueOrThrow({ where: { stripeSessionId } })).state;

async function sweepAfter(minutes: number): Promise<void> {
  const clock = { now: () => new Date(bridge.clock.now().getTime() + minutes * minuteMs) };
  await settleDebtPayments({ ...deps, clock });
}

test('a debt that was paid on a page of which no event ever told is paid, once', async () => {
  const citizenId = await debtor();
  const session = await page(citizenId);
  bridge.pay(session);
  await sweepAfter(29);
  expect([await stateOf(session), await openDebt(database.client, citizenId)]).toEqual(['open', 1_000n]);
  await sweepAfter(31);
  await sweepAfter(31);
  expect([await stateOf(session), await openDebt(database.client, citizenId)]).toEqual(['paid', 0n]);
  expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(0n);
  await refunds.assertInOrder();
});

test('a page that ran out and an intent that never got one are closed, and what is owed stays owed', async () => {
  const citizenId = await debtor();
  const session = await page(citizenId);
  sandbox.control({ action: 'expire', session });
  const id = randomUUID();
  const createdAt = bridge.clock.now();
  await database.client.debtPayment.create({
    data: { id, citizenId, key: randomUUID(), amountMinor: 1_000n, state: 'started', createdAt },
  });
  await sweepAfter(26 * 60);
  expect(await stateOf(session)).toBe('expired');
  expect(await database.client.debtPayment.findUnique({ where: { id } })).toMatchObject({ state: 'expired' });
  expect(await openDebt(database.client, citizenId)).toBe(1_000n);
});
