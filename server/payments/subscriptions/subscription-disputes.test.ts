import { expect, test } from 'vitest';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { reconcile } from '#server/payments/reconciliation/reconciliation-flows.ts';
import { reconciliationCounts } from '#server/payments/reconciliation/reconciliation-queries.ts';
import { testBridge } from '#server/testing/payments.ts';
import { testSubscriptions } from '#server/testing/subscriptions.ts';
import { openPortal } from './subscription-flows.ts';

/** Refunds and disputes of what a change of tier in mid-period was charged. */
const bridge = await testBridge();
const { deps, database, sandbox } = bridge;
const { client } = database;
const subscriptions = testSubscriptions(bridge);
await client.$queryRaw`SELECT ledger.ensure_partitions(24)`;

/** What was charged for a citizen's invoices and not refunded. */
async function charged(citizenId: string): Promise<bigint> {
  const where = { subscription: { citizenId }, stripeChargeId: { not: null } };
  const { _sum: sum } = await client.subscriptionInvoice.aggregate({
    where,
    _sum: { amountMinor: true, refundedMinor: true },
  });
  return (sum.amountMinor ?? 0n) - (sum.refundedMinor ?? 0n);
}

/** From participant to creator at once: two charges, of 149 dollars and of the difference of 350. */
async function risen() {
  const { citizenId, stripeId } = await subscriptions.subscribed('participant');
  await changeTo(citizenId, { stripeId, purpose: 'price:creator:49900' });
  const invoices = await client.subscriptionInvoice.findMany({
    where: { subscription: { citizenId }, state: 'paid' },
    orderBy: { id: 'asc' },
  });
  const [first = '', difference = ''] = invoices.map(({ stripeChargeId }) => stripeChargeId ?? '');
  return { citizenId, stripeId, first, difference };
}

async function changeTo(citizenId: string, to: { stripeId: string; purpose: string }): Promise<void> {
  const { portalUrl } = await openPortal(deps, citizenId);
  const price = await client.stripeObject.findFirstOrThrow({ where: { purpose: to.purpose } });
  const body = new URLSearchParams({ do: 'change', subscription: to.stripeId, price: price.stripeId ?? '' });
  await fetch(portalUrl, { method: 'POST', body, redirect: 'manual' });
  await subscriptions.advance(1);
}

async function disputed(charge: string, verdict: 'won' | 'lost'): Promise<void> {
  const { id: dispute = '' } = sandbox.control({ action: 'dispute', charge });
  await subscriptions.settled();
  sandbox.control({ action: 'decide_dispute', dispute, verdict });
  await subscriptions.settled();
}

/** Every movement at Stripe is a fact of ours, and the balances are the same. */
async function assertAgrees(): Promise<void> {
  await reconcile(deps);
  const { available, pending } = await deps.stripe.balance.retrieve();
  const atStripe = [...available, ...pending].reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  expect(-(await bridge.house('stripe_balance', 'USD'))).toBe(atStripe);
  const { missingHere, missingThere, different } = await reconciliationCounts(client, bridge.clock.now());
  expect({ missingHere, missingThere, different }).toEqual({ missingHere: 0, missingThere: 0, different: 0 });
  const { _sum: paid } = await client.subscriptionInvoice.aggregate({
    where: { stripeChargeId: { not: null } },
    _sum: { amountMinor: true, refundedMinor: true },
  });
  expect(await bridge.house('subscription_income', 'USD')).toBe((paid.amountMinor ?? 0n) - (paid.refundedMinor ?? 0n));
  await bridge.assertBooksInOrder();
}

test('a part of the difference is refunded, and the rest of it disputed and lost: each is booked as what it was', async () => {
  const { citizenId, difference } = await risen();
  await deps.stripe.refunds.create({ charge: difference, amount: 10_000 });
  await subscriptions.settled();
  expect(await charged(citizenId)).toBe(14_900n + 35_000n - 10_000n);
  await disputed(difference, 'lost');
  expect(await charged(citizenId)).toBe(39_900n);
  expect(await openDebt(client, citizenId)).toBe(25_000n + 1_500n);
  expect(await subscriptions.plan(citizenId)).toMatchObject({ tier: 'creator' });
  await assertAgrees();
});

test('the first charge is disputed and won after the tier fell again: the credit of the fall pays the next invoice alone', async () => {
  const { citizenId, stripeId, first } = await risen();
  await changeTo(citizenId, { stripeId, purpose: 'price:participant:14900' });
  await disputed(first, 'won');
  expect(await openDebt(client, citizenId)).toBe(0n);
  expect(await charged(citizenId)).toBe(49_900n);
  await subscriptions.intoNextPeriod(stripeId);
  // 350 dollars of credit, of which the next month takes 149.
  expect(await charged(citizenId)).toBe(49_900n);
  expect(await subscriptions.plan(citizenId)).toMatchObject({ tier: 'participant' });
  await assertAgrees();
});
