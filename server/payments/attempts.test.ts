import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startTopUp } from '#server/payments/flows.ts';
import { topUpById } from '#server/payments/queries.ts';
import { quoteTopUp } from '#server/payments/rules.ts';
import { creditTopUp, type Payment } from '#server/payments/credits.ts';
import { beginTopUp, recordOutcome } from '#server/payments/service.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { starter, testBridge } from '#server/testing/payments.ts';

const bridge = await testBridge();
const { deps, database } = bridge;

const paymentBy = (topUpId: string, sessionId: string): Payment => ({
  topUpId,
  sessionId,
  paymentIntentId: `pi_${sessionId}`,
  chargeId: `ch_${sessionId}`,
  riskLevel: null,
  cardFingerprint: null,
  paymentMethod: 'card',
  totalMinor: 1_025n,
  currency: 'usd',
});

const credit = (payment: Payment) => database.inTransaction((tx) => creditTopUp(tx, deps, payment));

describe('one attempt to buy', () => {
  test('keeps the amounts of its first quote when prices change before it is repeated', async () => {
    const citizenId = await bridge.citizen();
    await bridge.refreshTrust(citizenId);
    const standing = await trustStanding(database.client, { citizenId, now: deps.clock.now() });
    const intent = { citizenId, choice: starter, key: randomUUID(), quote: quoteTopUp(starter), standing };
    await database.inTransaction((tx) => beginTopUp(tx, deps, intent));
    const dearer = { ...intent, quote: { ...intent.quote, feeMinor: 50n, totalMinor: 1_050n } as typeof intent.quote };
    const again = await database.inTransaction((tx) => beginTopUp(tx, deps, dearer));
    expect(again.quote).toEqual(intent.quote);
  });

  test('that is over opens no second session which could be paid as well', async () => {
    const { topUpId, citizenId, key } = await bridge.start();
    await database.client.topUp.update({ where: { id: topUpId }, data: { state: 'expired', checkoutUrl: null } });
    const again = startTopUp(deps, { citizenId, key, choice: starter });
    await expect(again).rejects.toMatchObject({ kind: 'conflict', code: 'top_up_closed' });
  });

  test('credited by one session does not swallow the payment of another', async () => {
    const topUp = await bridge.start();
    await credit(paymentBy(topUp.topUpId, topUp.sessionId));
    await credit(paymentBy(topUp.topUpId, topUp.sessionId));
    await expect(credit(paymentBy(topUp.topUpId, 'cs_test_second'))).rejects.toThrow('paid by its own session');
    expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  });

  test('is not closed by the end of a session that another one replaced', async () => {
    const topUp = await bridge.start();
    const outcome = { topUpId: topUp.topUpId, sessionId: 'cs_test_earlier', state: 'expired' } as const;
    await database.inTransaction((tx) => recordOutcome(tx, deps, outcome));
    expect(await topUpById(database.client, topUp.topUpId)).toMatchObject({ state: 'open' });
    await credit(paymentBy(topUp.topUpId, topUp.sessionId));
    expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  });
});
