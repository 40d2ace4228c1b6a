import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { placePurchase } from '#server/market/orders/purchases.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

/** How often an order asks PostgreSQL something, beginning and ending its transactions included. */
const mostTrips = { place: 18, deliver: 9, confirm: 17 } as const;

let market: TestMarket;
let seller: TestCitizen;
let buyer: TestCitizen;
let listingId: string;

beforeAll(async () => {
  market = await testMarket();
  [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 100_000_00n })];
  ({ listingId } = await market.listing(seller, { stock: 500 }));
});

/** The statements that reach PostgreSQL while something is done. */
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
  it('is placed, delivered and received in few round trips', async () => {
    let orderId = '';
    const place = async () => ({ orderId } = await market.buy(buyer, { listingId }));
    expectAtMost(await statementsOf(place), mostTrips.place);
    const deliver = () => market.step({ orderId, visitor: seller, action: 'deliver' });
    expectAtMost(await statementsOf(deliver), mostTrips.deliver);
    const confirm = () => market.step({ orderId, visitor: buyer, action: 'confirm' });
    expectAtMost(await statementsOf(confirm), mostTrips.confirm);
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
