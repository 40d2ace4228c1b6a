import { beforeAll, describe, expect, it } from 'vitest';
import { pauseListing } from '#server/market/catalogue/listings.ts';
import { featuredDeskRouter, featuredRouter } from '#server/market/featured/featured-router.ts';
import { featuredMax } from '#server/market/featured/featured-schema.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';

const makeCaller = createCallerFactory(router({ featured: featuredRouter, desk: featuredDeskRouter }));

let market: TestMarket;
let seller: TestCitizen;
let operator: ReturnType<typeof makeCaller>['desk'];

const always = { fromAt: null, untilAt: null };
const shown = async () => {
  const listings = await makeCaller(testContext(market, null)).featured.now();
  return listings.map(({ id }) => id);
};
const ids = async () => (await operator.list()).map(({ listing }) => listing.id);
const code = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => asRefusal((error as { cause?: unknown }).cause)?.code ?? 'invalid_input',
  );

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
  const person = await market.citizen({ role: 'operator' });
  const facts = {
    ...person,
    operatorRole: 'support',
    hasSecondFactor: true,
    secondFactorAt: market.clock.now(),
  } as const;
  operator = makeCaller(testContext(market, testPrincipal(facts))).desk;
});

describe('featured listings', () => {
  it('stand in the order of the operators, and are refused to everybody else', async () => {
    const [first, second, third] = [
      await market.listing(seller),
      await market.listing(seller),
      await market.listing(seller),
    ].map(({ listingId }) => listingId) as [string, string, string];
    for (const listingId of [first, second, third]) await operator.put({ listingId, ...always });
    expect(await shown()).toEqual([first, second, third]);
    await operator.move({ listingId: third, direction: 'up' });
    await operator.move({ listingId: first, direction: 'up' });
    expect(await shown()).toEqual([first, third, second]);
    await Promise.all([
      operator.move({ listingId: first, direction: 'down' }),
      operator.move({ listingId: second, direction: 'up' }),
    ]);
    expect([...(await ids())].sort()).toEqual([first, second, third].sort());
    const citizen = makeCaller(testContext(market, testPrincipal(seller))).desk;
    expect(await code(citizen.put({ listingId: first, ...always }))).toBe('operators_only');
    for (const listingId of await ids()) await operator.remove({ listingId });
    expect(await shown()).toEqual([]);
  });

  it('are shown within their time, while they can be bought', async () => {
    const now = market.clock.now().getTime();
    const { listingId } = await market.listing(seller, { stock: 1 });
    const standing = async () => (await operator.list()).map((each) => each.standing);
    await operator.put({ listingId, fromAt: new Date(now + 1_000), untilAt: new Date(now + 2_000) });
    expect([await standing(), await shown()]).toEqual([['waiting'], []]);
    market.clock.advance(1_000);
    expect([await standing(), await shown()]).toEqual([['shown'], [listingId]]);
    market.clock.advance(1_000);
    expect([await standing(), await shown()]).toEqual([['over'], []]);
    await operator.put({ listingId, ...always });
    expect(await shown()).toEqual([listingId]);
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    await market.buy(buyer, { listingId });
    expect([await standing(), await shown()]).toEqual([['sold_out'], []]);
    const input = { clock: market.clock, ids: systemIds, sellerId: seller.citizenId, listingId };
    await market.database.inTransaction((tx) => pauseListing(tx, input));
    expect([await standing(), await shown()]).toEqual([['not_on_sale'], []]);
    await operator.remove({ listingId });
    expect(await code(operator.put({ listingId, ...always }))).toBe('listing_not_found');
  });

  it('refuse a time that ends before it begins, an unknown listing and one too many', async () => {
    const { listingId } = await market.listing(seller);
    const at = market.clock.now();
    expect(await code(operator.put({ listingId, fromAt: at, untilAt: at }))).toBe('invalid_input');
    expect(await code(operator.put({ listingId: systemIds.uuid(), ...always }))).toBe('listing_not_found');
    expect(await code(operator.move({ listingId, direction: 'up' }))).toBe('listing_not_found');
    for (let number = 0; number < featuredMax; number += 1) {
      const more = await market.listing(await market.citizen());
      await operator.put({ listingId: more.listingId, ...always });
    }
    expect(await code(operator.put({ listingId, ...always }))).toBe('featured_full');
  });
});
