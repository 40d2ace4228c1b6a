import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { orderForParty } from '#server/market/orders/order-queries.ts';
import { placePurchase } from '#server/market/orders/purchases.ts';
import { systemIds } from '#server/platform/ids.ts';
import { digitalTerms } from '#server/testing/order-walks.ts';
import { testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

/**
 * How often an order waits for PostgreSQL: BEGIN goes with the first statement of its transaction, COMMIT alone. The whole
 * order from the purchase to the payment of its seller takes less than twelve.
 */
const mostTrips = { place: 4, deliver: 3, confirm: 4 } as const;
const mostTripsOfOrder = 11;

let market: TestMarket;
let seller: TestCitizen;
let buyer: TestCitizen;
let listingId: string;

beforeAll(async () => {
  market = await testMarket();
  [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 100_000_00n })];
  ({ listingId } = await market.listing(seller, { stock: 500 }));
});

/** What the driver sends while something is done, each time waiting for the answer: a BEGIN is sent with what follows. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const asked = vi.spyOn(Client.prototype, 'query');
  try {
    await work();
    return asked.mock.calls.map(([query]) => textOf(query));
  } finally {
    asked.mockRestore();
  }
}

function textOf(query: unknown): string {
  const text = typeof query === 'object' && query !== null && 'text' in query ? query.text : query;
  return String(text).replace(/\s+/g, ' ').trim().slice(0, 100);
}

function expectAtMost(statements: readonly string[], most: number): void {
  expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(most);
}

describe('an order', () => {
  it('is placed, delivered and received in less than twelve round trips', async () => {
    let orderId = '';
    const placing = await statementsOf(async () => ({ orderId } = await market.buy(buyer, { listingId })));
    expectAtMost(placing, mostTrips.place);
    const delivering = await statementsOf(() => market.step({ orderId, visitor: seller, action: 'deliver' }));
    expectAtMost(delivering, mostTrips.deliver);
    const confirming = await statementsOf(() => market.step({ orderId, visitor: buyer, action: 'confirm' }));
    expectAtMost(confirming, mostTrips.confirm);
    expectAtMost([...placing, ...delivering, ...confirming], mostTripsOfOrder);
    const { state } = await orderForParty(market.database.client, { orderId, visitor: buyer });
    expect(state).toBe('completed');
  });

  it('of something digital delivers itself, and takes no more than the other without its delivery', async () => {
    const digital = await market.listing(seller, { ...digitalTerms, stock: null });
    let orderId = '';
    const placing = await statementsOf(async () => ({ orderId } = await market.buy(buyer, digital)));
    expectAtMost(placing, mostTrips.place);
    const confirming = await statementsOf(() => market.step({ orderId, visitor: buyer, action: 'confirm' }));
    expectAtMost(confirming, mostTrips.confirm);
  });

  it('of many lines asks no more often than one of one line', async () => {
    const ids: string[] = [];
    while (ids.length < 6) ids.push((await market.listing(seller, { stock: 9 })).listingId);
    const buy = (listingIds: readonly string[]) =>
      market.database.inTransaction((tx) =>
        placePurchase(tx, {
          ...{ buyerId: buyer.citizenId, key: randomUUID() },
          lines: listingIds.map((id) => ({ listingId: id, listingVersion: 1, variantId: null, quantity: 1 })),
          ...{ clock: market.clock, ids: systemIds, secret: testSecret },
        }),
      );
    const [one, six] = [await statementsOf(() => buy(ids.slice(0, 1))), await statementsOf(() => buy(ids))];
    expect(six.length, six.join('\n')).toBeLessThanOrEqual(one.length);
  });
});
