import { randomUUID } from 'node:crypto';
import { addToCart } from '#server/market/cart/carts.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { Principal } from '#server/platform/session.ts';
import { createCaller } from '#server/api/root.ts';
import { testContext } from '../context.ts';
import type { TestCitizen } from '../market.ts';
import { testPeers, type TestPeers } from '../peer-transfers.ts';
import { testPeople } from '../people.ts';
import { testPrincipal } from '../principal.ts';
import type { Stock } from './inputs.ts';

/** A market in which a little of everything has happened, and everybody who could call its procedures. */
export interface FuzzedMarket {
  readonly market: TestPeers;
  readonly visitors: readonly FuzzingVisitor[];
  readonly stock: Stock;
}

export interface FuzzingVisitor {
  readonly name: string;
  readonly principal: Principal | null;
  /** How often they call, compared with the others. */
  readonly weight: number;
}

export async function fuzzedMarket(): Promise<FuzzedMarket> {
  const market = await testPeers();
  const rich = { ducatsMinor: 1_000_000_00n };
  const [seller, buyer] = [await market.citizen(rich), await market.citizen(rich)];
  const [stranger, operator] = [await market.citizen(), await market.citizen({ role: 'operator' })];
  const ids = await plant(market, { seller, buyer });
  const everybody = [seller, buyer, stranger, operator];
  const citizenIds = everybody.map(({ citizenId }) => citizenId);
  const allIds = [...Object.values(ids).flat(), ...citizenIds];
  return {
    market,
    visitors: [
      { name: 'nobody', principal: null, weight: 1 },
      { name: 'the seller', principal: testPrincipal(seller), weight: 4 },
      { name: 'the buyer', principal: testPrincipal(buyer), weight: 4 },
      { name: 'a stranger', principal: testPrincipal(stranger), weight: 1 },
      { name: 'an operator', principal: testPrincipal(operator), weight: 1 },
    ],
    stock: {
      idsOf: (field) => ({ ...ids, citizenId: citizenIds })[field] ?? allIds,
      cursors: await cursorsOf(market, seller, buyer),
      usernames: await Promise.all(everybody.map((each) => market.username(each))),
    },
  };
}

/** Rows in several states; answers their ids by the name of the field that takes one. */
async function plant(
  market: TestPeers,
  { seller, buyer }: { seller: TestCitizen; buyer: TestCitizen },
): Promise<Record<string, string[]>> {
  const people = testPeople(market);
  const found = { listingId: [], orderId: [], threadId: [], messageId: [], itemId: [] } as Record<string, string[]>;
  const note = (field: string, id: string) => void (found[field] ??= []).push(id);
  for (let number = 0; number < 4; number += 1) {
    const { listingId } = await market.listing(seller, { stock: 50, title: `Goblet number ${String(number)}` });
    note('listingId', listingId);
    const orders = [await market.buy(buyer, { listingId }), await market.buy(buyer, { listingId })];
    for (const { orderId } of orders) note('orderId', orderId);
    const [, delivered] = orders;
    if (delivered !== undefined) await market.step({ orderId: delivered.orderId, visitor: seller, action: 'deliver' });
    const { threadId, messageId } = await people.ask(buyer, listingId);
    note('threadId', threadId);
    note('messageId', messageId);
    note('itemId', await inCart(market, buyer, listingId));
    const completed = await people.completedOrder(seller, buyer, listingId);
    note('orderId', completed);
    note('reviewId', (await people.review(buyer, completed)).reviewId);
  }
  note('requestId', (await market.ask(seller, buyer, { amountMinor: 5_00n })).requestId);
  note('peerTransferId', (await market.send(buyer, seller, { amountMinor: 1_00n })).peerTransferId);
  return found;
}

async function inCart(market: TestPeers, { citizenId }: TestCitizen, listingId: string): Promise<string> {
  const item = { listingId, variantId: null, quantity: 1 };
  const { itemId } = await market.database.inTransaction((tx) =>
    addToCart(tx, { owner: { citizenId }, item, clock: market.clock, ids: systemIds }),
  );
  return itemId;
}

/** Of lists of several kinds, each with a position of its own. */
async function cursorsOf(market: TestPeers, seller: TestCitizen, buyer: TestCitizen): Promise<string[]> {
  const as = (citizen: TestCitizen) => createCaller(testContext(market, testPrincipal(citizen)));
  const pages = await Promise.all([
    as(buyer).orders.bought({ limit: 1 }),
    as(seller).listings.mine({ limit: 1 }),
    as(buyer).messages.list({ limit: 1 }),
    ...(['newest', 'price_asc', 'popularity'] as const).map((sort) => as(buyer).listings.search({ sort, limit: 1 })),
  ]);
  const cursors = pages.flatMap(({ nextCursor }) => (nextCursor === null ? [] : [nextCursor]));
  return cursors.length > 0 ? cursors : [randomUUID()];
}
