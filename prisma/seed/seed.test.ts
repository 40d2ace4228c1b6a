import { beforeAll, describe, expect, it } from 'vitest';
import { citizenByUsername } from '#server/citizens/queries.ts';
import { findAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { monitorsOf } from '#server/ledger/monitors.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { featuredNow } from '#server/market/featured/featured-queries.ts';
import { orderCounts } from '#server/market/orders/order-queries.ts';
import { categorySlugs, listingTerms, topCategory } from '#server/market/catalogue/catalogue-schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { testMarket, testSecret } from '#server/testing/market.ts';
import { seedCitizens } from './citizens.ts';
import { seedOrders } from './orders.ts';
import { listingDetails } from './listing-details.ts';
import { plantListings, seedListings } from './plant-listings.ts';
import { plantPeople } from './plant-people.ts';
import { plantSeed, seedState } from './plant.ts';

const now = new Date();

/** Everything the seed decides, without the ledger's own times. */
async function contents(database: TestDatabase) {
  const { client } = database;
  const purchases = await client.purchase.findMany({ orderBy: { key: 'asc' } });
  const orders = await client.marketOrder.findMany({
    orderBy: { purchase: { key: 'asc' } },
    omit: { escrowAccountId: true },
  });
  const listings = await client.listing.findMany({ orderBy: { key: 'asc' } });
  const citizens = await client.citizen.findMany({ orderBy: { username: 'asc' }, omit: { refreshedAt: true } });
  return { purchases, orders, listings, citizens };
}

async function walletOf(database: TestDatabase, username: string) {
  const citizen = await citizenByUsername(database.client, username);
  const account =
    citizen && (await findAccount(database.client, { owner: citizen.id, kind: 'wallet', asset: 'DUCAT' }));
  return account === null ? 0n : (await accountBalance(database.client, account)).balanceMinor;
}

describe('the seed', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    expect(await seedState(database.client)).toBe('empty');
    await plantSeed({ database, now, secret: testSecret, sealing: testSealing });
  });

  it('features four listings on the home page', async () => {
    const { client } = database;
    expect(await client.featuredListing.count()).toBe(4);
    const shown = await featuredNow(client, now);
    expect(shown.map(({ title }) => title)[0]).toBe('Mirror with bevelled edge, framed in pearwood');
  });

  it('holds 64 listings, eight in every category, from six sellers, each as a form would accept it', () => {
    expect(seedListings).toHaveLength(64);
    for (const slug of categorySlugs)
      expect(seedListings.filter(({ category }) => topCategory(category) === slug)).toHaveLength(8);
    expect(new Set(seedListings.map(({ seller }) => seller)).size).toBe(6);
    expect(new Set(seedListings.map(({ title }) => title)).size).toBe(64);
    for (const { name: _name, seller: _seller, ...terms } of seedListings) {
      expect(listingTerms.parse(terms)).toMatchObject(terms);
      expect(terms.priceMinor >= 2_00n && terms.priceMinor <= 900_00n).toBe(true);
    }
  });

  it('has services, something digital with its content, variants, and details known to their trades', async () => {
    const { client } = database;
    const kinds = await client.listing.groupBy({ by: ['kind'], _count: true, orderBy: { kind: 'asc' } });
    expect(kinds.map(({ kind, _count }) => [kind, _count])).toEqual([
      ['digital', 1],
      ['goods', 55],
      ['service', 8],
    ]);
    expect(await client.listingVersion.count({ where: { contentText: { not: null } } })).toBe(1);
    expect(await client.listingVariant.count()).toBe(10);
    expect(
      Object.keys(listingDetails).filter((name) => seedListings.every((listing) => listing.name !== name)),
    ).toEqual([]);
  });

  it('leaves orders in the states that most orders are in', async () => {
    const counts = Object.fromEntries((await orderCounts(database.client)).map(({ state, orders }) => [state, orders]));
    expect(counts).toEqual({ accepted: 2, cancelled: 1, completed: 9, delivered: 3, disputed: 2, refunded: 1 });
  });

  it("leaves the books in order, the treasury full and the newcomer's wallet empty", async () => {
    expect(await checkLedger(database.client)).toMatchObject({ ok: true });
    const treasury = await accountBalance(database.client, systemAccountId('treasury', 'DUCAT'));
    expect(treasury.balanceMinor).toBe(3_900_000_00n);
    expect(await walletOf(database, 'PescatoreNuovo')).toBe(0n);
    expect((await walletOf(database, 'NLR')) > 10_000_00n).toBe(true);
    expect((await walletOf(database, 'SpiceMerchant7')) > 0n).toBe(true);
  });

  it('watches the treasury, and a top-up sold out of it is a crossing', async () => {
    const treasury = systemAccountId('treasury', 'DUCAT');
    const monitors = await monitorsOf(database.client, treasury);
    expect(monitors).toMatchObject([{ measure: 'balance', comparison: 'below', thresholdMinor: 3_900_000_00n }]);
    expect(await database.client.ledgerMonitorEvent.count()).toBe(0);
    await books(database).post([
      move({ from: treasury, to: systemAccountId('issuance', 'DUCAT'), amountMinor: 1n, kind: 'adjustment' }),
    ]);
    expect(await database.client.ledgerMonitorEvent.findMany()).toMatchObject([{ figure: 3_899_999_99n }]);
  });

  it('dates every order after its listing and every event after the one before', async () => {
    const orders = await database.client.marketOrder.findMany({
      select: { createdAt: true, listing: { select: { createdAt: true } }, events: { orderBy: { sequence: 'asc' } } },
    });
    for (const { createdAt, listing, events } of orders) {
      expect(listing.createdAt < createdAt).toBe(true);
      const times = events.map((event) => event.at.getTime());
      expect(times).toEqual([...times].sort((left, right) => left - right));
      expect(Math.max(...times)).toBeLessThanOrEqual(now.getTime());
    }
  });

  it('planted again, also at another time, changes nothing', async () => {
    expect(await seedState(database.client)).toBe('complete');
    const before = await contents(database);
    const outbox = await database.client.outboxEvent.count();
    const wallet = await walletOf(database, 'NLR');
    await plantSeed({ database, now, secret: testSecret, sealing: testSealing });
    expect(await contents(database)).toEqual(before);
    await plantSeed({ database, now: new Date(now.getTime() + 3_600_000), secret: testSecret, sealing: testSealing });
    expect((await contents(database)).orders).toEqual(before.orders);
    expect(await database.client.outboxEvent.count()).toBe(outbox);
    expect(await walletOf(database, 'NLR')).toBe(wallet);
  });

  it('interrupted after any part continues to the same result', async () => {
    const interrupted = await testDatabase();
    const input = { database: interrupted, now, secret: testSecret, sealing: testSealing };
    await plantListings(input, await plantPeople(input));
    expect(await seedState(interrupted.client)).toBe('begun');
    const half = new Error('power cut');
    let transactions = 0;
    const failing: TestDatabase = {
      ...interrupted,
      inTransaction: (work) => {
        transactions += 1;
        return transactions > 20 ? Promise.reject(half) : interrupted.inTransaction(work);
      },
    };
    await expect(plantSeed({ ...input, database: failing })).rejects.toBe(half);
    await plantSeed(input);
    expect(await contents(interrupted)).toEqual(await contents(database));
    expect(await checkLedger(interrupted.client)).toMatchObject({ ok: true });
  });

  it("recognises a database with other people's listings", async () => {
    const market = await testMarket();
    await market.listing(await market.citizen());
    expect(await seedState(market.database.client)).toBe('foreign');
  });

  it('names only citizens and listings it has', () => {
    const citizens = new Set<string>(seedCitizens.map(({ username }) => username));
    const listings = new Set(seedListings.map(({ name }) => name));
    for (const { seller } of seedListings) expect(citizens.has(seller)).toBe(true);
    for (const { buyer, listing } of seedOrders) expect(citizens.has(buyer) && listings.has(listing)).toBe(true);
    expect(listings.size).toBe(64);
  });
});
