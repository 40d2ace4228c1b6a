import { beforeAll, expect, it } from 'vitest';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { feeBands, setFeeBands } from '#server/market/orders/fee-bands.ts';
import type { FeeBand } from '#server/market/orders/fee-band-schema.ts';
import { ducat } from '#server/money/money.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

const dayMs = 86_400_000;

let market: TestMarket;

beforeAll(async () => {
  market = await testMarket();
});

const set = (bands: readonly FeeBand[]) => market.database.inTransaction((tx) => setFeeBands(tx, bands));
const band = (volumeFromMinor: bigint, feePpm: number): FeeBand => ({
  volumeFromMinor: ducat(volumeFromMinor),
  feePpm,
});

async function bought(seller: TestCitizen, priceMinor: bigint): Promise<{ orderId: string; buyer: TestCitizen }> {
  const buyer = await market.citizen({ ducatsMinor: priceMinor });
  const { listingId } = await market.listing(seller, { priceMinor });
  return { buyer, orderId: (await market.buy(buyer, { listingId })).orderId };
}

async function sold(seller: TestCitizen, priceMinor: bigint): Promise<string> {
  const { buyer, orderId } = await bought(seller, priceMinor);
  await market.step({ orderId, visitor: seller, action: 'deliver' });
  await market.step({ orderId, visitor: buyer, action: 'confirm' });
  return orderId;
}

const feeOf = async (orderId: string) =>
  (await market.database.client.marketOrder.findUniqueOrThrow({ where: { id: orderId } })).feePpm;

it('the fee of an order is the lower of tier and band at the purchase, and stays', async () => {
  await set([band(50_00n, 12_000), band(200_00n, 3_000)]);
  const seller = await market.citizen({ tier: 'participant' });
  const first = await sold(seller, 49_99n);
  expect(await feeOf(first)).toBe(15_000);
  const { orderId: waiting } = await bought(seller, 10n);
  expect(await feeOf(waiting)).toBe(15_000);
  // One centesimo more, and the first band is reached: what is not completed does not count.
  await sold(seller, 1n);
  expect(await feeOf((await bought(seller, 10n)).orderId)).toBe(12_000);
  await sold(seller, 150_00n);
  expect(await feeOf((await bought(seller, 10n)).orderId)).toBe(3_000);
  expect([await feeOf(first), await feeOf(waiting)]).toEqual([15_000, 15_000]);
});

it('a band that is dearer than the tier, or no band at all, leaves the fee of the tier', async () => {
  await set([band(1n, 20_000)]);
  const seller = await market.citizen({ tier: 'enterprise' });
  await sold(seller, 10_00n);
  expect(await feeOf((await bought(seller, 10n)).orderId)).toBe(5_000);
  await set([]);
  expect(await feeBands(market.database.client)).toEqual([]);
  expect(await feeOf((await bought(seller, 10n)).orderId)).toBe(5_000);
});

it('bands whose fee rises with the volume, or that begin at one volume, are refused and change nothing', async () => {
  await set([band(10n, 9_000)]);
  const refused = { code: 'fee_bands_not_falling' };
  await expect(set([band(10n, 5_000), band(20n, 5_001)])).rejects.toMatchObject(refused);
  await expect(set([band(10n, 5_000), band(10n, 4_000)])).rejects.toMatchObject(refused);
  await expect(set([band(20n, 5_000), band(10n, 4_000)])).rejects.toMatchObject(refused);
  expect(await feeBands(market.database.client)).toEqual([band(10n, 9_000)]);
});

it('what went back, and what is older than thirty days, is no volume', async () => {
  const seller = await market.citizen({ tier: 'participant' });
  const orderId = await sold(seller, 100_00n);
  const feeNow = async () => feeOf((await bought(seller, 10n)).orderId);
  await set([band(100_00n, 1_000)]);
  expect(await feeNow()).toBe(1_000);
  await market.refundPart({ orderId, visitor: seller, amountMinor: 40_00n });
  expect(await feeNow()).toBe(15_000);
  await set([band(60_00n, 1_000)]);
  expect(await feeNow()).toBe(1_000);
  market.clock.advance(30 * dayMs);
  await ledgerClock(market.database).advance(30 * 86_400);
  await ensurePartitions(market.database.client);
  expect(await feeNow()).toBe(15_000);
});
