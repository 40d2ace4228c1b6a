import { randomUUID } from 'node:crypto';
import { publishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import { confirmOrder, deliverOrder } from '#server/market/orders/order-steps.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import { startOnboarding, syncPayoutAccount } from '#server/payments/cash-outs/payout-account-flows.ts';
import type { ChaosWorld } from './chaos-world.ts';

const goodBank = '000123456789';
const closedBank = '000111111113';

export interface Sale {
  buyerId: string;
  sellerId: string;
  /** Centesimi. */
  priceMinor: bigint;
}

/** Somebody buys something of a seller's: the ducats are in the order's escrow. Answers the order. */
export async function order(world: ChaosWorld, { buyerId, sellerId, priceMinor }: Sale): Promise<string> {
  const { database, clock, ids, secret } = world.deps;
  const tools = { clock, ids, secret };
  const terms = { title: 'Goblet of cristallo', description: 'A wine goblet, blown thin.', category: 'glass' };
  const listing = publishListingInput.parse({ ...terms, key: randomUUID(), priceMinor, stock: 1 });
  const { listingId } = await database.inTransaction((tx) => publishListing(tx, { ...tools, sellerId, listing }));
  const wish = { listingId, listingVersion: 1, quantity: 1, key: randomUUID() };
  const { orderId } = await database.inTransaction((tx) => placeOrder(tx, { ...tools, buyerId, order: wish }));
  return orderId;
}

/** The order ends well: its seller has earned, on hold. */
export async function sell(world: ChaosWorld, sale: Sale): Promise<void> {
  const orderId = await order(world, sale);
  const { database, clock, ids, secret } = world.deps;
  const by = (citizenId: string) => ({
    ...{ orderId, clock, ids, secret },
    visitor: { citizenId, role: 'citizen' as const },
  });
  await database.inTransaction((tx) => deliverOrder(tx, by(sale.sellerId)));
  await database.inTransaction((tx) => confirmOrder(tx, by(sale.buyerId)));
}

/** So many who sell, each with a bank account that was checked; that of the last one is closed by now. */
export async function openShops(world: ChaosWorld, count: number): Promise<string[]> {
  const { client } = world.bridge.database;
  const sellers: string[] = [];
  while (sellers.length < count) {
    const citizenId = await world.bridge.citizen(3);
    sellers.push(citizenId);
    await startOnboarding({ ...world.deps, appUrl: 'http://127.0.0.1:9' }, { citizenId });
    const { stripeAccountId } = await client.payoutAccount.findFirstOrThrow({ where: { citizenId } });
    const bankAccount = sellers.length === count ? closedBank : goodBank;
    world.bridge.sandbox.control({ action: 'onboard', account: stripeAccountId ?? '', bankAccount });
  }
  await world.advance(1);
  for (const citizenId of sellers) await syncPayoutAccount(world.deps, { citizenId });
  return sellers;
}
