import { expect, test } from 'vitest';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { post } from '#server/ledger/transfers.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';
import { lotsOf } from '#server/provenance/queries.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen } from '#server/testing/market.ts';

const dayMs = 86_400_000;
const market = await testMarket();
const { database, clock } = market;

/** A buyer with 60 ducats that were bought and 40 that were given. */
async function buyerOfBoth(): Promise<TestCitizen> {
  const buyer = await market.citizen();
  await database.inTransaction(async (tx) => {
    const to = await openAccount(tx, { owner: buyer.citizenId, kind: 'wallet', asset: 'DUCAT' });
    const from = systemAccountId('issuance', 'DUCAT');
    const [paid, given] = [transferId(), transferId()];
    const source = { type: 'charge', id: buyer.citizenId };
    await noteLotFacts(tx, [
      { transferId: paid, kind: 'bought', source, holdUntil: null, expiresAt: null },
      { transferId: given, kind: 'granted', source, holdUntil: null, expiresAt: null },
    ]);
    await post(tx, [
      move({ id: paid, from, to, amountMinor: 60_00n, kind: 'mint' }),
      move({ id: given, from, to, amountMinor: 40_00n, kind: 'mint' }),
    ]);
  });
  return buyer;
}

async function walletLots({ citizenId }: TestCitizen) {
  const accountId = await findAccount(database.client, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  return lotsOf(database.client, accountId ?? 0n, { at: clock.now() });
}

test('a seller earns what bought ducats paid, held as their level says; what granted ducats paid stays granted', async () => {
  const [buyer, seller] = [await buyerOfBoth(), await market.citizen({ level: 2 })];
  const { listingId } = await market.listing(seller, { priceMinor: 100_00n });
  const { orderId } = await market.buy(buyer, { listingId });
  await market.step({ orderId, action: 'deliver', visitor: seller });
  const soldAt = clock.now();
  await market.step({ orderId, action: 'confirm', visitor: buyer });
  await projectNews(database);
  const lots = await walletLots(seller);
  const source = { type: 'order', id: orderId };
  const origin = { type: 'charge', id: buyer.citizenId };
  const { feeMinor } = await database.client.marketOrder.findUniqueOrThrow({ where: { id: orderId } });
  const [granted, earned] = [lots.find(({ kind }) => kind === 'granted'), lots.find(({ kind }) => kind === 'earned')];
  expect(lots).toHaveLength(2);
  expect(earned).toMatchObject({ source, origin, isHeld: true, heldUntil: new Date(soldAt.getTime() + 3 * dayMs) });
  expect(granted).toMatchObject({ source, origin });
  expect(earned?.amountMinor).toBe(60_00n - (feeMinor * 60n) / 100n);
  expect(granted?.amountMinor).toBe(40_00n - (feeMinor * 40n) / 100n);
});

test('a refunded order gives back the very lots that paid for it', async () => {
  const [buyer, seller] = [await buyerOfBoth(), await market.citizen()];
  await projectNews(database);
  const plain = (lots: Awaited<ReturnType<typeof walletLots>>) =>
    lots.map(({ kind, source, since, serialFrom, serialUntil }) => ({ kind, source, since, serialFrom, serialUntil }));
  const before = plain(await walletLots(buyer));
  const { listingId } = await market.listing(seller, { priceMinor: 100_00n });
  const { orderId } = await market.buy(buyer, { listingId });
  await market.step({ orderId, action: 'cancel', visitor: seller });
  await projectNews(database);
  expect(plain(await walletLots(buyer))).toEqual(before);
});
