import { describe, expect, test } from 'vitest';
import { projectNews } from '#server/provenance/jobs.ts';
import { testBridge } from '#server/testing/payments.ts';
import { testRefunds } from '#server/testing/refunds.ts';
import { ownRefundsOf, quoteRefund, refundableTopUp } from './refund-offers.ts';

const bridge = await testBridge();
const { database, deps } = bridge;
const { paid, spend } = testRefunds(bridge);
const at = () => deps.clock.now();

async function follow(): Promise<void> {
  await projectNews(database, { isFull: true });
}

describe('what a buyer is offered', () => {
  test('is nothing, and no talk of spent ducats, until the payment is worked out; then it is all of it', async () => {
    const { topUpId, citizenId } = await paid();
    const own = { topUpId, citizenId };
    const early = await ownRefundsOf(database.client, { ...own, at: at() });
    expect(early).toMatchObject({ refusedBy: 'not_followed', offer: null });
    await follow();
    expect(await ownRefundsOf(database.client, { ...own, at: at() })).toMatchObject({
      refusedBy: null,
      offer: { priceMinor: 1_000n, baseMinor: 10_000n },
    });
  });

  test('is nothing once some of it is spent', async () => {
    const { topUpId, citizenId } = await paid();
    await spend(citizenId, 2_500n);
    await follow();
    expect(await ownRefundsOf(database.client, { topUpId, citizenId, at: at() })).toMatchObject({
      refusedBy: 'ducats_spent',
      offer: null,
    });
  });
});

describe('what an operator is told', () => {
  test('is that the figures are early, and no debt is quoted from them', async () => {
    const { topUpId } = await paid();
    const quote = () => quoteRefund(database.client, { topUpId, priceMinor: null, at: at() });
    const seen = () => refundableTopUp(database.client, { topUpId, at: at() });
    expect(await seen()).toMatchObject({ isUpToDate: false });
    await expect(quote()).rejects.toMatchObject({ kind: 'unavailable', code: 'provenance_behind' });
    await follow();
    expect(await seen()).toMatchObject({ isUpToDate: true, unspent: { baseMinor: 10_000n } });
    expect(await quote()).toMatchObject({ priceMinor: 1_000n, debtMinor: 0n });
  });

  test('is what would be owed where ducats are spent', async () => {
    const { topUpId, citizenId } = await paid();
    await spend(citizenId, 2_500n);
    await follow();
    expect(await quoteRefund(database.client, { topUpId, priceMinor: null, at: at() })).toMatchObject({
      debtMinor: 250n,
    });
  });
});
