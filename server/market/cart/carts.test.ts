import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { pauseListing, updateListing } from '#server/market/catalogue/listings.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { browserCookieName } from '#server/platform/browser-cookie.ts';
import { systemIds } from '#server/platform/ids.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { cartRouter } from './cart-router.ts';
import { cartItemsMax } from './cart-schema.ts';

const makeCaller = createCallerFactory(router({ cart: cartRouter }));

let market: TestMarket;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
});

/** A browser, with whoever is signed in there. */
class Browser {
  browserId: string | null = null;
  citizen: TestCitizen | null = null;

  get cart() {
    const context = testContext(market, this.citizen === null ? null : testPrincipal(this.citizen));
    const setCookie = (line: string) => {
      const [pair = ''] = line.split(';');
      const [name, value = ''] = pair.split('=');
      expect(name).toBe(browserCookieName(context.appUrl));
      this.browserId = value;
    };
    return makeCaller({ ...context, setCookie, client: { ...context.client, browserId: this.browserId } }).cart;
  }
}

async function signedIn(ducatsMinor = 0n): Promise<Browser> {
  const browser = new Browser();
  browser.citizen = await market.citizen({ ducatsMinor });
  return browser;
}

async function listed(terms: Parameters<TestMarket['listing']>[1] = {}): Promise<string> {
  return (await market.listing(seller, terms)).listingId;
}

const one = (listingId: string, quantity = 1) => ({ listingId, variantId: null, quantity });

function problems(view: Awaited<ReturnType<Browser['cart']['get']>>) {
  return view.groups.flatMap(({ items }) => items.map(({ problem }) => problem));
}

const terms = {
  title: 'Goblet of cristallo',
  description: 'A wine goblet, blown thin on the Rio dei Vetrai.',
  category: 'glass',
} as const;

async function change(listingId: string, more: { priceMinor?: bigint; stock?: number; title?: string }): Promise<void> {
  const {
    version,
    stock: stockSeen,
    priceMinor,
  } = await market.database.client.listing.findUniqueOrThrow({
    where: { id: listingId },
    select: { version: true, stock: true, priceMinor: true },
  });
  const seen = { ...terms, priceMinor, stock: stockSeen, listingId, version, stockSeen };
  const listing = updateListingInput.parse({ ...seen, ...more });
  const tools = { clock: market.clock, ids: systemIds, sellerId: seller.citizenId };
  await market.database.inTransaction((tx) => updateListing(tx, { ...tools, listing }));
}

describe('a cart', () => {
  test('is kept for a browser before anybody signs in, and for no other browser', async () => {
    const listingId = await listed({ priceMinor: 500n });
    const browser = new Browser();
    expect(await browser.cart.get()).toMatchObject({ groups: [], count: 0 });
    expect(browser.browserId).toBeNull();
    await browser.cart.add(one(listingId, 2));
    expect(await browser.cart.get()).toMatchObject({
      count: 2,
      totalMinor: 1_000n,
      problems: 0,
      groups: [{ seller: { citizenId: seller.citizenId }, totalMinor: 1_000n, items: [{ listingId, quantity: 2 }] }],
    });
    expect(await new Browser().cart.count()).toBe(0);
  });

  test('adds up what is put in twice, also at once, to no more than can be bought', async () => {
    const listingId = await listed({ stock: null });
    const browser = await signedIn();
    await Promise.all(Array.from({ length: 16 }, () => browser.cart.add(one(listingId, 9))));
    const view = await browser.cart.get();
    expect(view.groups.flatMap(({ items }) => items.map(({ quantity }) => quantity))).toEqual([100]);
  });

  test('groups what one seller sells', async () => {
    const other = await market.citizen();
    const [first, second] = [await listed(), await listed()];
    const { listingId: third } = await market.listing(other);
    const browser = await signedIn();
    for (const listingId of [first, third, second]) await browser.cart.add(one(listingId));
    const { groups } = await browser.cart.get();
    expect(groups.map(({ seller: { citizenId }, items }) => [citizenId, items.length])).toEqual([
      [seller.citizenId, 2],
      [other.citizenId, 1],
    ]);
  });

  test('is changed by its owner only', async () => {
    const listingId = await listed();
    const [owner, stranger] = [await signedIn(), await signedIn()];
    const { itemId } = await owner.cart.add(one(listingId));
    await stranger.cart.add(one(listingId));
    await expect(stranger.cart.setQuantity({ itemId, quantity: 3 })).rejects.toMatchObject({
      cause: { code: 'cart_item_not_found' },
    });
    await expect(new Browser().cart.accept({ itemId })).rejects.toMatchObject({
      cause: { code: 'cart_item_not_found' },
    });
    await stranger.cart.remove({ itemId });
    expect(await owner.cart.count()).toBe(1);
    await owner.cart.setQuantity({ itemId, quantity: 3 });
    expect(await owner.cart.count()).toBe(3);
    await owner.cart.remove({ itemId });
    await owner.cart.remove({ itemId });
    expect(await owner.cart.count()).toBe(0);
  });

  test('refuses what is not on sale, what is one’s own, and one thing too many', async () => {
    const listingId = await listed();
    const browser = await signedIn();
    const unknown = browser.cart.add(one(randomUUID()));
    await expect(unknown).rejects.toMatchObject({ cause: { code: 'listing_not_found' } });
    const owner = new Browser();
    owner.citizen = seller;
    await expect(owner.cart.add(one(listingId))).rejects.toMatchObject({ cause: { code: 'own_listing' } });
    const variant = browser.cart.add({ listingId, variantId: randomUUID(), quantity: 1 });
    await expect(variant).rejects.toMatchObject({ cause: { code: 'variant_unavailable' } });
    for (let number = 0; number < cartItemsMax; number += 1) await browser.cart.add(one(await listed()));
    await expect(browser.cart.add(one(listingId))).rejects.toMatchObject({ cause: { code: 'cart_full' } });
  });
});

describe('signing in', () => {
  test('brings the browser’s cart to the citizen’s own, quantities added up, and leaves none behind', async () => {
    const [both, mine, theirs] = [await listed(), await listed(), await listed()];
    const home = await signedIn();
    await home.cart.add(one(both, 2));
    await home.cart.add(one(mine));
    const browser = new Browser();
    await browser.cart.add(one(both, 3));
    await browser.cart.add(one(theirs));
    browser.citizen = home.citizen;
    // The header and the page ask at the same time.
    await Promise.all([browser.cart.count(), browser.cart.get(), browser.cart.count()]);
    const { groups, count } = await browser.cart.get();
    const found = new Map(groups.flatMap(({ items }) => items.map((item) => [item.listingId, item.quantity])));
    expect(Object.fromEntries(found)).toEqual({ [both]: 5, [mine]: 1, [theirs]: 1 });
    expect(count).toBe(7);
    browser.citizen = null;
    expect(await browser.cart.count()).toBe(0);
  });

  test('with one’s own listing in the cart shows it as a problem', async () => {
    const listingId = await listed();
    const browser = new Browser();
    await browser.cart.add(one(listingId));
    browser.citizen = seller;
    expect(problems(await browser.cart.get())).toContainEqual({ code: 'own_listing', remedy: 'remove' });
  });
});

describe('what changed meanwhile', () => {
  test('is shown with what mends it', async () => {
    const browser = await signedIn();
    const names = ['gone', 'sold', 'few', 'dear', 'reworded'] as const;
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, await listed({ priceMinor: 500n, stock: 4 }));
    for (const name of names) await browser.cart.add(one(ids.get(name) ?? '', 3));
    expect(problems(await browser.cart.get())).toEqual([null, null, null, null, null]);
    const tools = { clock: market.clock, ids: systemIds, sellerId: seller.citizenId };
    const gone = { ...tools, listingId: ids.get('gone') ?? '' };
    await market.database.inTransaction((tx) => pauseListing(tx, gone));
    await change(ids.get('sold') ?? '', { stock: 0 });
    await change(ids.get('few') ?? '', { stock: 2 });
    await change(ids.get('dear') ?? '', { priceMinor: 600n });
    await change(ids.get('reworded') ?? '', { title: 'Goblet of lattimo' });
    expect(problems(await browser.cart.get())).toEqual([
      { code: 'not_on_sale', remedy: 'remove' },
      { code: 'sold_out', remedy: 'remove' },
      { code: 'insufficient_stock', remedy: 'reduce' },
      { code: 'price_changed', remedy: 'accept' },
      { code: 'terms_changed', remedy: 'accept' },
    ]);
  });

  test('says of a seller who blocked the buyer what it says of one who sells to nobody', async () => {
    const [browser, other] = [await signedIn(), await signedIn()];
    const listingId = await listed();
    for (const each of [browser, other]) await each.cart.add(one(listingId));
    const blocked = { by: seller.citizenId, citizenId: browser.citizen?.citizenId ?? '', kind: 'block' } as const;
    await market.database.inTransaction((tx) => setBlock(tx, { ...blocked, isOn: true, clock: market.clock }));
    expect(problems(await browser.cart.get())).toEqual([{ code: 'not_on_sale', remedy: 'remove' }]);
    expect(problems(await other.cart.get())).toEqual([null]);
  });

  test('is agreed to one by one, and costs what it costs now', async () => {
    const listingId = await listed({ priceMinor: 500n });
    const browser = await signedIn();
    const { itemId } = await browser.cart.add(one(listingId));
    await change(listingId, { priceMinor: 450n });
    expect(await browser.cart.get()).toMatchObject({ problems: 1, totalMinor: 450n });
    await browser.cart.accept({ itemId });
    expect(await browser.cart.get()).toMatchObject({ problems: 0, totalMinor: 450n });
  });
});
