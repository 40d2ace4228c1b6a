import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { fulfil, recordStripeFee } from '#server/payments/flows.ts';
import { recordMovement } from '#server/payments/reconciliation/reconciliation.ts';
import { compareBalance, reconcile } from '#server/payments/reconciliation/reconciliation-flows.ts';
import { reconcileNews } from '#server/payments/reconciliation/reconciliation-jobs.ts';
import { openItems, reconciliationCounts } from '#server/payments/reconciliation/reconciliation-queries.ts';
import { matchOf, type OpenFact, type StripeMovement } from '#server/payments/reconciliation/reconciliation-rules.ts';
import { expectAtStripe } from '#server/payments/stripe/stripe-facts.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { move } from '#server/testing/ledger.ts';
import { testBridge } from '#server/testing/payments.ts';

const logged: string[] = [];
once('log', () => pino({}, { write: (line: string) => logged.push(line) }));
const bridge = await testBridge();
const { deps, database } = bridge;
const { client } = database;

async function paid() {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  await fulfil(deps, { sessionId: topUp.sessionId });
  const { stripeChargeId } = await client.topUp.findUniqueOrThrow({ where: { id: topUp.topUpId } });
  const chargeId = stripeChargeId ?? '';
  await bridge.delivered('charge.updated', chargeId);
  return { ...topUp, chargeId };
}

const movement = (facts: Partial<StripeMovement>): StripeMovement => ({
  id: `txn_${systemIds.uuid().replaceAll('-', '')}`,
  type: 'charge',
  sourceId: 'ch_of_nobody',
  amountMinor: 1_025n,
  feeMinor: 60n,
  currency: 'usd',
  createdAt: new Date(),
  availableOn: new Date(),
  ...facts,
});

const fact: OpenFact = { id: 'one', type: 'charge', sourceId: 'ch_1', amountMinor: 1_025n, feeMinor: null };

const same = { sourceId: 'ch_1' };
test.each<{ where: string; told: Partial<StripeMovement>; open?: OpenFact; expected: object }>([
  { where: 'all is the same', told: same, expected: { state: 'matched', factId: 'one' } },
  { where: 'the source is another', told: {}, expected: { state: 'missing_here' } },
  { where: 'the type is another', told: { ...same, type: 'refund' }, expected: { state: 'missing_here' } },
  { where: 'a cent is missing', told: { ...same, amountMinor: 1_024n }, expected: { difference: 'amount' } },
  { where: 'it goes the other way', told: { ...same, amountMinor: -1_025n }, expected: { state: 'missing_here' } },
  { where: 'the currency is another', told: { ...same, currency: 'eur' }, expected: { difference: 'currency' } },
  { where: 'the fee is another', told: same, open: { ...fact, feeMinor: 61n }, expected: { difference: 'fee' } },
])('a movement and a fact of the books where $where', ({ told, open = fact, expected }) => {
  expect(matchOf(movement(told), [open])).toMatchObject(expected);
});

test('of two facts of one source each movement finds its own', () => {
  const [taken, given] = [
    { ...fact, id: 'taken', type: 'adjustment', amountMinor: -500n },
    { ...fact, id: 'given', type: 'adjustment', amountMinor: 500n },
  ];
  const back = movement({ type: 'adjustment', sourceId: 'ch_1', amountMinor: 500n });
  expect(matchOf(back, [taken, given])).toEqual({ state: 'matched', factId: 'given' });
});

test('every movement of paid top-ups is matched once, its fee is booked once, and the balances are the same', async () => {
  const before = await bridge.house('stripe_fees', 'USD');
  const [first, second] = [await paid(), await paid()];
  await Promise.all([
    reconcile(deps),
    reconcile(deps),
    recordStripeFee(deps, first.chargeId),
    recordStripeFee(deps, second.chargeId),
  ]);
  expect(await bridge.house('stripe_fees', 'USD')).toBe(before - 120n);
  expect(await reconciliationCounts(client, deps.clock.now())).toEqual({
    matched: 2,
    missingHere: 0,
    missingThere: 0,
    different: 0,
    overdue: 0,
  });
  expect(await reconcile(deps)).toEqual({ fresh: 0, matchedLater: 0 });
  expect(await compareBalance(deps)).toMatchObject({ unexplainedMinor: 0n, missingHereMinor: 0n });
  const row = await client.topUp.findUniqueOrThrow({ where: { id: first.topUpId } });
  expect(row).toMatchObject({ stripeFeeMinor: 60n });
  await bridge.assertBooksInOrder();
});

test('a payment that our books do not know yet is missing here, and matched once it is booked', async () => {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  await expect.poll(async () => (await reconcile(deps)).fresh).toBeGreaterThan(0);
  const [item] = await openItems(client, 5);
  expect(item).toMatchObject({ state: 'missing_here', stripeMinor: 1_025n, booksMinor: null, feeMinor: 60n });
  // The payment itself explains the difference.
  expect(await compareBalance(deps)).toMatchObject({ unexplainedMinor: 0n, missingHereMinor: 1_025n });
  await fulfil(deps, { sessionId: topUp.sessionId });
  expect(await reconcile(deps)).toEqual({ fresh: 0, matchedLater: 1 });
  expect(await openItems(client, 5)).toEqual([]);
  expect(await compareBalance(deps)).toMatchObject({ unexplainedMinor: 0n, missingHereMinor: 0n });
});

test('what the books say and Stripe never moved is missing there, and overdue after an hour', async () => {
  const [from, to] = [systemAccountId('stripe_balance', 'USD'), systemAccountId('bridge', 'USD')];
  // Never posted: the books say that it happened, and hold nothing of it.
  const transfers = [move({ from, to, amountMinor: 700n, kind: 'top_up_gross' })];
  const invented = { type: 'charge', sourceId: 'ch_invented', amountMinor: 700n, transfers } as const;
  await database.inTransaction((tx) => expectAtStripe(tx, deps, { ...invented, kind: 'top_up_gross' }));
  await reconcile(deps);
  expect(await openItems(client, 5)).toMatchObject([{ state: 'missing_there', booksMinor: 700n, stripeMinor: null }]);
  const inAnHour = new Date(deps.clock.now().getTime() + 3_600_001);
  expect(await reconciliationCounts(client, deps.clock.now())).toMatchObject({ missingThere: 1, overdue: 0 });
  expect(await reconciliationCounts(client, inAnHour)).toMatchObject({ missingThere: 1, overdue: 1 });
  const alarms = () => logged.filter((line) => line.includes('do not fit for more than an hour'));
  await reconcileNews(deps);
  expect(alarms()).toEqual([]);
  await reconcileNews({ ...deps, clock: { now: () => inAnHour } });
  expect(alarms().map((line) => JSON.parse(line) as unknown)).toMatchObject([{ level: 50, overdue: 1 }]);
  // The books themselves were not touched, so that the comparison has 7 dollars that nothing explains.
  expect(await compareBalance(deps)).toMatchObject({ missingThereMinor: 700n, unexplainedMinor: 700n });
  const other = movement({ sourceId: 'ch_invented', amountMinor: 650n, feeMinor: 0n });
  await database.inTransaction((tx) => recordMovement(tx, deps, other));
  expect(await openItems(client, 5)).toMatchObject([{ state: 'different', difference: 'amount', booksMinor: 700n }]);
  await client.balanceTransaction.delete({ where: { id: other.id } });
  await client.stripeFact.deleteMany({ where: { sourceId: 'ch_invented' } });
});

test("what Stripe pays out to the house's bank, takes back and charges for itself is booked as it is told, once", async () => {
  const [balance, bank, fees] = [
    await bridge.house('stripe_balance', 'USD'),
    await bridge.house('bank', 'USD'),
    await bridge.house('stripe_fees', 'USD'),
  ];
  const told = [
    movement({ type: 'payout', sourceId: 'po_1', amountMinor: -400n, feeMinor: 0n }),
    movement({ type: 'payout_failure', sourceId: 'po_1', amountMinor: 400n, feeMinor: 0n }),
    movement({ type: 'stripe_fee', sourceId: null, amountMinor: -25n, feeMinor: 0n }),
  ];
  for (const each of [...told, ...told]) await database.inTransaction((tx) => recordMovement(tx, deps, each));
  expect(await bridge.house('stripe_balance', 'USD')).toBe(balance + 25n);
  expect(await bridge.house('bank', 'USD')).toBe(bank);
  expect(await bridge.house('stripe_fees', 'USD')).toBe(fees - 25n);
  expect(await openItems(client, 5)).toEqual([]);
  await bridge.assertBooksInOrder();
});

test('a movement of a kind nobody knows is missing here and moves nothing', async () => {
  const balance = await bridge.house('stripe_balance', 'USD');
  const strange = movement({
    type: 'climate_order_purchase',
    sourceId: 'climorder_1',
    amountMinor: -50n,
    feeMinor: 0n,
  });
  await database.inTransaction((tx) => recordMovement(tx, deps, strange));
  expect(await bridge.house('stripe_balance', 'USD')).toBe(balance);
  expect(await openItems(client, 5)).toMatchObject([{ state: 'missing_here', type: 'climate_order_purchase' }]);
});
