import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { testRefunds } from '#server/testing/refunds.ts';
import { refundTopUp } from '#server/payments/refunds/refund-flows.ts';
import { fulfilDebtPayment, prepareDebtRefund, repayFromWallet, startDebtPayment } from './debt-flows.ts';
import { openDebt } from './debts.ts';

/** Payments of debts that somebody at Stripe's own dashboard refunds. */
const bridge = await testBridge();
const { deps, database, sandbox } = bridge;
const refunds = testRefunds(bridge);

/** Somebody who owed ten dollars for ducats that they had spent, and has a page to pay them on. */
async function debtor() {
  sandbox.control({ action: 'release' });
  const { topUpId, citizenId } = await refunds.paid();
  await refunds.spend(citizenId, 10_000n);
  await refundTopUp(deps, refunds.request(topUpId, { policy: 'debt' }));
  const { checkoutUrl } = await startDebtPayment(deps, { citizenId, key: randomUUID(), amountMinor: 1_000n });
  const sessionId = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
  const owes = async (amountMinor: bigint) => {
    expect(await openDebt(database.client, citizenId)).toBe(amountMinor);
    expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(-amountMinor);
    await refunds.assertInOrder();
  };
  return { citizenId, sessionId, owes };
}

async function paidDebt() {
  const who = await debtor();
  bridge.pay(who.sessionId);
  await fulfilDebtPayment(deps, who);
  await who.owes(0n);
  const row = await database.client.debtPayment.findUniqueOrThrow({ where: { stripeSessionId: who.sessionId } });
  return { ...who, chargeId: row.stripeChargeId ?? '' };
}

async function heard(type: string, id: string): Promise<void> {
  await bridge.delivered(type, id);
  expect((await bridge.drain()).failed).toBe(0);
}

describe('the payment of a debt that goes back to the card', () => {
  test('is owed again, in parts and whole, however often its events come', async () => {
    const { chargeId, owes } = await paidDebt();
    const part = await deps.stripe.refunds.create({ charge: chargeId, amount: 300 });
    await heard('refund.created', part.id);
    await owes(300n);
    const rest = await deps.stripe.refunds.create({ charge: chargeId });
    await heard('refund.created', rest.id);
    for (const { id } of [part, rest, part]) {
      const effect = await prepareDebtRefund(deps, id);
      if (effect !== null) await database.inTransaction(effect);
    }
    await owes(1_000n);
  });

  test('and that the bank sends back is owed no more: what was repaid meanwhile comes back as ducats', async () => {
    const { citizenId, chargeId, owes } = await paidDebt();
    const { id } = await deps.stripe.refunds.create({ charge: chargeId });
    await heard('refund.created', id);
    await refunds.paid(undefined, undefined, citizenId);
    await repayFromWallet(deps, { citizenId, key: randomUUID(), mostMinor: 400n });
    await owes(600n);
    expect(await refunds.wallet(citizenId)).toBe(6_000n);
    sandbox.control({ action: 'fail_refund', refund: id });
    await heard('refund.failed', id);
    await owes(0n);
    expect(await refunds.wallet(citizenId)).toBe(10_000n);
    expect(
      (await refunds.lots(citizenId)).every(({ kind, heldUntil }) => kind === 'bought' && heldUntil !== null),
    ).toBe(true);
  });

  test('of which we hear before we hear of the payment books the payment first', async () => {
    const { sessionId, owes } = await debtor();
    sandbox.control({ action: 'hold' });
    bridge.pay(sessionId);
    const { payment_intent: intent } = await deps.stripe.checkout.sessions.retrieve(sessionId);
    const { id } = await deps.stripe.refunds.create({ payment_intent: typeof intent === 'string' ? intent : '' });
    sandbox.control({ action: 'release', order: 'reversed' });
    await heard('refund.created', id);
    await heard('checkout.session.completed', sessionId);
    await owes(1_000n);
  });
});
