import { describe, expect, test } from 'vitest';
import { workOnCashOuts } from '#server/payments/cash-outs/cash-out-jobs.ts';
import { testCashOuts } from '#server/testing/cash-out.ts';
import { matchPayouts } from './payout-matching-flows.ts';
import { payoutMismatches } from './payout-matching-rules.ts';
import { openItems, reconciliationCounts } from './reconciliation-queries.ts';

describe('payouts beside transfers', () => {
  const cashOut = { id: 'cash-out', netMinor: 5_850n, payoutId: 'po_1' };
  const payout = { id: 'po_1', amountMinor: 5_850n, cashOutId: 'cash-out' };

  test('fit where each transfer is paid out once and whole, also before that is recorded', () => {
    expect(payoutMismatches([payout], [cashOut])).toEqual([]);
    expect(payoutMismatches([payout], [{ ...cashOut, payoutId: null }])).toEqual([]);
    expect(payoutMismatches([], [{ ...cashOut, payoutId: null }])).toEqual([]);
  });

  test('do not fit where one is of another amount, of nobody, made twice or not there', () => {
    expect(payoutMismatches([{ ...payout, amountMinor: 5_849n }], [cashOut])).toEqual([
      { subject: 'po_1', state: 'different', stripeMinor: 5_849n, booksMinor: 5_850n },
    ]);
    const stranger = { subject: 'po_2', state: 'missing_here', stripeMinor: 5_850n, booksMinor: null };
    expect(payoutMismatches([payout, { ...payout, id: 'po_2' }], [cashOut])).toEqual([stranger]);
    expect(payoutMismatches([payout, { ...payout, id: 'po_2' }], [{ ...cashOut, payoutId: null }])).toEqual([stranger]);
    expect(payoutMismatches([], [cashOut])).toEqual([
      { subject: 'cash-out', state: 'missing_there', stripeMinor: null, booksMinor: 5_850n },
    ]);
  });
});

describe('once a day', () => {
  test('what a bank was sent beyond the transfers is seen with its age, until it is gone', async () => {
    const { world, id, stripeAccount } = await paidOut();
    const { deps, bridge } = world;
    const { client } = bridge.database;
    await matchPayouts(deps);
    expect(await client.payoutMismatch.count()).toBe(0);
    // Somebody moves money to the account and out of it by hand.
    await deps.stripe.transfers.create({ amount: 700, currency: 'usd', destination: stripeAccount });
    const made = await deps.stripe.payouts.create({ amount: 700, currency: 'usd' }, { stripeAccount });
    await matchPayouts(deps);
    bridge.clock.advance(3_600_001);
    await matchPayouts(deps);
    const [item] = (await openItems(client, 100)).filter(({ type }) => type === 'bank_payout');
    expect(item).toMatchObject({ state: 'missing_here', sourceId: made.id, stripeMinor: 700n, booksMinor: null });
    const { missingHere, overdue } = await reconciliationCounts(client, bridge.clock.now());
    await deps.stripe.payouts.cancel(made.id, {}, { stripeAccount });
    await matchPayouts(deps);
    const after = await reconciliationCounts(client, bridge.clock.now());
    expect([missingHere - after.missingHere, overdue - after.overdue]).toEqual([1, 1]);
    await client.cashOut.update({ where: { id }, data: { netMinor: { increment: 1n }, feeMinor: { decrement: 1n } } });
    await matchPayouts(deps);
    expect(await client.payoutMismatch.findMany()).toMatchObject([{ state: 'different', booksMinor: 58_51n }]);
    await client.cashOut.update({ where: { id }, data: { netMinor: { decrement: 1n }, feeMinor: { increment: 1n } } });
    await matchPayouts(deps);
    expect(await client.payoutMismatch.count()).toBe(0);
  });

  test('a payout that came back after it was paid is heard where no event ever told of it', async () => {
    const { world, id, payout } = await paidOut();
    const { deps, bridge } = world;
    bridge.sandbox.control({ action: 'hold' });
    bridge.sandbox.control({ action: 'fail_payout', payout });
    await workOnCashOuts(deps);
    expect(await world.state(id)).toBe('paid');
    await matchPayouts(deps);
    await workOnCashOuts(deps);
    expect(await world.state(id)).toBe('returned');
    await matchPayouts(deps);
    expect(await bridge.database.client.payoutMismatch.count()).toBe(0);
    await bridge.assertBooksInOrder();
  });
});

/** Somebody's cash-out of sixty dollars that their bank has taken. */
async function paidOut() {
  const world = await testCashOuts();
  await world.fillHouse();
  const seller = await world.seller();
  const id = await world.request(seller, 600_00n);
  await world.approve(id);
  await world.bankAnswers(id);
  expect(await world.state(id)).toBe('paid');
  const { stripeAccountId, stripePayoutId } = await world.bridge.database.client.cashOut.findUniqueOrThrow({
    where: { id },
  });
  return { world, id, stripeAccount: stripeAccountId, payout: stripePayoutId ?? '' };
}
