import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { rememberCitizen } from '#server/citizens/service.ts';
import { marketClosing, marketData } from '#server/market/account.ts';
import { listingsRouter } from '#server/market/catalogue/listings-router.ts';
import { republishListing } from '#server/market/catalogue/listings.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { tellFollowers } from '#server/market/search/following.ts';
import { followNews, watchSavedSearches } from '#server/market/search/search-jobs.ts';
import { searchRouter, storefrontsRouter } from '#server/market/search/search-router.ts';
import { savedSearchesMax } from '#server/market/search/storefront-schema.ts';
import { slugOf } from '#server/market/search/storefronts.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { testSealing } from '#server/testing/sealing.ts';

const makeCaller = createCallerFactory(
  router({ search: searchRouter, storefronts: storefrontsRouter, listings: listingsRouter }),
);

once('log', () => pino({ enabled: false }));

let market: TestMarket;
let shop: TestCitizen;
let visitor: TestCitizen;

const as = (citizen: TestCitizen | null) =>
  makeCaller(testContext(market, citizen === null ? null : testPrincipal(citizen)));
const tools = () => ({ database: market.database, clock: market.clock, ids: systemIds });
const code = async (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => asRefusal((error as { cause?: unknown }).cause)?.code ?? 'invalid_input',
  );
const told = (citizen: TestCitizen, kind: string) =>
  market.database.client.notification.count({ where: { citizenId: citizen.citizenId, kind } });
const storefrontRow = (sellerId: string) => market.database.client.storefront.findUnique({ where: { sellerId } });

/** Until what was told by now is read: a transaction of another database may hold it back for a moment. */
async function until(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(
    async () => {
      await followNews(tools());
      await check();
    },
    { timeout: 20_000 },
  );
}

beforeAll(async () => {
  market = await testMarket();
  shop = await market.citizen({ tier: 'creator' });
  visitor = await market.citizen();
  await market.listing(shop);
  await until(async () => expect(await storefrontRow(shop.citizenId)).not.toBeNull());
});

describe('the banner of a storefront', () => {
  async function picture(owner: TestCitizen, facts: { isStored: boolean }): Promise<string> {
    const id = randomUUID();
    const at = market.clock.now();
    const row = { id, ownerId: owner.citizenId, sentHash: 'a'.repeat(64), width: 800, height: 200, createdAt: at };
    await market.database.client.picture.create({ data: { ...row, storedAt: facts.isStored ? at : null } });
    return id;
  }

  it('is hung with its words, taken down, and hung again', async () => {
    const pictureId = await picture(shop, { isStored: true });
    const seen = async () => {
      const { bannerPictureId, bannerAlt } = await as(null).storefronts.of({ seller: await shopSlug() });
      return [bannerPictureId, bannerAlt];
    };
    await as(shop).storefronts.setBanner({ pictureId, alt: 'The furnace at night' });
    expect(await seen()).toEqual([pictureId, 'The furnace at night']);
    const { attachedAt } = await market.database.client.picture.findUniqueOrThrow({ where: { id: pictureId } });
    expect(attachedAt).not.toBeNull();
    await as(shop).storefronts.setBanner({ pictureId: null, alt: 'of nothing' });
    expect(await seen()).toEqual([null, '']);
    await as(shop).storefronts.setBanner({ pictureId, alt: '' });
    expect(await seen()).toEqual([pictureId, '']);
  });

  it('is refused when it is somebody else’s, not whole or not there', async () => {
    const foreign = await picture(visitor, { isStored: true });
    const begun = await picture(shop, { isStored: false });
    for (const pictureId of [foreign, begun, randomUUID()])
      expect(await code(as(shop).storefronts.setBanner({ pictureId, alt: '' }))).toBe('unknown_picture');
    expect(await code(as(shop).storefronts.setBanner({ pictureId: null, alt: 'x'.repeat(201) }))).toBe('invalid_input');
  });
});

const shopSlug = async () => (await as(shop).storefronts.mine()).slug;

describe('a storefront', () => {
  it('opens with the first listing, under the name of its seller', async () => {
    const row = await storefrontRow(shop.citizenId);
    expect(row).toMatchObject({ tier: 'creator', slug: slugOf(row?.username ?? ''), title: '', about: '' });
    const view = await as(null).storefronts.of({ seller: row?.username ?? '' });
    expect(view).toMatchObject({
      slug: row?.slug,
      tier: 'creator',
      statistics: { listings: 1, rating: { reviews: 0, starsMilli: null } },
    });
  });

  it('shows the tier and the name that its citizen has now', async () => {
    const { username = '' } = (await storefrontRow(shop.citizenId)) ?? {};
    const profile = { username, displayName: 'Newly Named', socialClass: 'Nobili', isAi: false };
    market.clock.advance(1_000);
    await market.database.inTransaction((tx) => rememberCitizen(tx, { profile, clock: market.clock, ids: systemIds }));
    await until(async () =>
      expect(await storefrontRow(shop.citizenId)).toMatchObject({ tier: 'enterprise', displayName: 'Newly Named' }),
    );
  });

  it('is written by its seller, whose texts stay texts', async () => {
    const { version } = await as(shop).storefronts.mine();
    const about = '<script>alert(1)</script>\n\nTwo paragraphs.';
    await as(shop).storefronts.save({ slug: 'newly-named', title: '<b>Glass</b>', about, version });
    expect(await as(null).storefronts.of({ seller: 'newly-named' })).toMatchObject({ title: '<b>Glass</b>', about });
    expect(await code(as(shop).storefronts.save({ slug: 'newly-named', title: '', about: '', version }))).toBe(
      'storefront_changed',
    );
  });

  it('has an address of its own, which is nobody else’s address or name', async () => {
    const own = await as(visitor).storefronts.mine();
    expect(own.isOpen).toBe(false);
    const save = (slug: string) => code(as(visitor).storefronts.save({ slug, title: '', about: '', version: 1 }));
    const { username = '' } = (await storefrontRow(shop.citizenId)) ?? {};
    expect(await save(await shopSlug())).toBe('slug_taken');
    for (const slug of ['', 'ab', 'Capital', '-begins', 'ends-', 'two--hyphens', 'a/b', 'x'.repeat(41), 'è-vero'])
      expect(await save(slug), slug).toBe('invalid_input');
    expect(slugOf(username)).toMatch(/^[a-z0-9](-?[a-z0-9]){2,39}$/);
    expect(await code(as(null).storefronts.of({ seller: 'nobody-at-all' }))).toBe('storefront_not_found');
  });

  it('gets an address that the table takes from any name that Venice has', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/), (username) => {
        expect(slugOf(username)).toMatch(/^[a-z0-9](-?[a-z0-9]){2,39}$/);
      }),
    );
  });
});

describe('following', () => {
  it('is told of a new listing once a day at most', async () => {
    const slug = await shopSlug();
    expect(await as(visitor).storefronts.follow({ slug })).toEqual({ isFollowing: true });
    expect(await as(visitor).storefronts.follow({ slug })).toEqual({ isFollowing: true });
    expect(await as(visitor).storefronts.isFollowed({ slug })).toBe(true);
    expect((await as(visitor).storefronts.followed({})).items.map((seller) => seller.slug)).toEqual([slug]);
    await market.listing(shop);
    await until(async () => expect(await told(visitor, 'seller_published')).toBe(1));
    const tell = () =>
      market.database.inTransaction((tx) => tellFollowers(tx, tools(), { sellerId: shop.citizenId, limit: 500 }));
    expect(await tell()).toBe(0);
    market.clock.advance(86_400_001);
    expect(await tell()).toBe(1);
    expect(await told(visitor, 'seller_published')).toBe(2);
  });

  it.each([
    ['whom they muted', 'mute', 'visitor'],
    ['who blocked them', 'block', 'shop'],
  ] as const)('says nothing of a seller %s', async (_whom, kind, by) => {
    const follower = await market.citizen();
    await as(follower).storefronts.follow({ slug: await shopSlug() });
    const pair = by === 'shop' ? [shop.citizenId, follower.citizenId] : [follower.citizenId, shop.citizenId];
    const [from = '', citizenId = ''] = pair;
    const { clock } = market;
    await market.database.inTransaction((tx) => setBlock(tx, { by: from, citizenId, kind, isOn: true, clock }));
    market.clock.advance(86_400_001);
    const tell = (tx: Tx) => tellFollowers(tx, tools(), { sellerId: shop.citizenId, limit: 500 });
    await market.database.inTransaction(tell);
    expect(await told(follower, 'seller_published')).toBe(0);
  });

  it('oneself is refused, and ends when it is no longer wanted', async () => {
    const slug = await shopSlug();
    expect(await code(as(shop).storefronts.follow({ slug }))).toBe('own_storefront');
    expect(await code(as(visitor).storefronts.follow({ slug: 'nobody-at-all' }))).toBe('storefront_not_found');
    expect(await as(visitor).storefronts.unfollow({ slug })).toEqual({ isFollowing: false });
    expect(await as(visitor).storefronts.unfollow({ slug })).toEqual({ isFollowing: false });
    expect((await as(visitor).storefronts.followed({})).items).toEqual([]);
  });
});

describe('a search that is kept', () => {
  const keep = (citizen: TestCitizen, input: object = {}) =>
    as(citizen).search.save({ key: randomUUID(), name: 'Glass', filter: { category: 'glass' }, ...input });

  it('is kept once for one key, with its price as it was', async () => {
    const key = randomUUID();
    const filter = { text: 'goblet', priceMinorMax: 50_00n, tiers: ['creator' as const] };
    const first = await keep(visitor, { key, filter });
    expect(await keep(visitor, { key, filter })).toEqual(first);
    expect(await code(keep(visitor, { key, filter: { text: 'other' } }))).toBe('idempotency_key_reused');
    expect(await as(visitor).search.saved()).toMatchObject([{ name: 'Glass', filter }]);
    expect(await code(as(shop).search.forget({ savedSearchId: first.savedSearchId }))).toBe('saved_search_not_found');
    await as(visitor).search.forget(first);
    expect(await as(visitor).search.saved()).toEqual([]);
  });

  it('tells of what is new once a day at most, and never of the citizen’s own', async () => {
    await keep(visitor);
    const watch = async () => {
      market.clock.advance(3_600_001);
      return (await watchSavedSearches(tools())).told;
    };
    expect(await watch()).toBe(0);
    await market.listing(visitor);
    expect(await watch()).toBe(0);
    await market.listing(shop);
    expect(await watch()).toBe(1);
    await market.listing(shop);
    expect(await watch()).toBe(0);
    market.clock.advance(86_400_000);
    expect(await watch()).toBe(1);
    const rows = await market.database.client.notification.findMany({
      where: { citizenId: visitor.citizenId, kind: 'search_found' },
      select: { details: true },
    });
    expect(rows.map(({ details }) => details)).toEqual([
      { name: 'Glass', count: 1 },
      { name: 'Glass', count: 1 },
    ]);
  });

  const hour = 3_600_001;
  const heard = async (citizen: TestCitizen) => {
    market.clock.advance(hour);
    await watchSavedSearches(tools());
    return told(citizen, 'search_found');
  };

  it('tells of a draft from the day on that it is on sale, however old the draft is', async () => {
    const { listingId } = await market.listing(shop, { isDraft: true });
    market.clock.advance(hour);
    const reader = await market.citizen();
    await keep(reader);
    expect(await heard(reader)).toBe(0);
    const draft = { sellerId: shop.citizenId, listingId, ...tools() };
    await market.database.inTransaction((tx) => republishListing(tx, draft));
    const newest = await as(reader).listings.search({ sort: 'newest', limit: 1 });
    expect(newest.items.map(({ id }) => id)).toEqual([listingId]);
    expect(await heard(reader)).toBe(1);
  });

  it('says nothing of a seller who is muted', async () => {
    const reader = await market.citizen();
    await keep(reader);
    const muted = { by: reader.citizenId, citizenId: shop.citizenId, kind: 'mute', isOn: true } as const;
    await market.database.inTransaction((tx) => setBlock(tx, { ...muted, clock: market.clock }));
    const other = await market.citizen();
    await keep(other);
    market.clock.advance(1);
    await market.listing(shop);
    expect([await heard(reader), await told(other, 'search_found')]).toEqual([0, 1]);
  });

  it('that cannot be looked at holds up no other, and is looked at again an hour later', async () => {
    const [unlucky, other] = [await market.citizen(), await market.citizen()];
    const text = 'unreadable';
    const { savedSearchId: id } = await keep(unlucky, { filter: { text } });
    await keep(other);
    market.clock.advance(1);
    await market.listing(shop);
    market.clock.advance(hour);
    const { database } = market;
    const isBroken = (values: readonly unknown[]) => values.includes(text);
    const broken: Database = {
      ...database,
      runPlanned: (query) =>
        isBroken(query.values) ? Promise.reject(new Error('too slow')) : database.runPlanned(query),
      runPrepared: (query, values) =>
        isBroken(values) ? Promise.reject(new Error('too slow')) : database.runPrepared(query, values),
    };
    await watchSavedSearches({ ...tools(), database: broken });
    expect(await told(other, 'search_found')).toBe(1);
    const { nextCheckAt } = await database.client.savedSearch.findUniqueOrThrow({ where: { id } });
    expect(nextCheckAt > market.clock.now()).toBe(true);
  });

  it('is one of few', async () => {
    const collector = await market.citizen();
    for (let count = 0; count < savedSearchesMax; count += 1) await keep(collector);
    expect(await code(keep(collector))).toBe('saved_search_limit');
  });
});

describe('an account that closes', () => {
  it('takes its storefront, its followers and its searches with it, and hands them out before', async () => {
    const leaver = await market.citizen();
    await market.listing(leaver);
    await until(async () => expect(await storefrontRow(leaver.citizenId)).not.toBeNull());
    await as(visitor).storefronts.follow({ slug: (await as(leaver).storefronts.mine()).slug });
    await as(leaver).storefronts.follow({ slug: await shopSlug() });
    await as(leaver).search.save({ key: randomUUID(), name: 'Mine', filter: {} });
    const rowsOf = async (name: string) => {
      const part = marketData.parts.find((each) => each.name === name);
      const input = { citizenId: leaver.citizenId, sealing: testSealing, clock: market.clock };
      const rows: object[] = [];
      for await (const row of part?.rows(market.database.client, input) ?? []) rows.push(row);
      return rows;
    };
    expect(await rowsOf('storefront')).toMatchObject([{ followers: 1 }]);
    expect(await rowsOf('followedSellers')).toHaveLength(1);
    expect(await rowsOf('savedSearches')).toMatchObject([{ name: 'Mine' }]);
    await market.database.inTransaction((tx) => marketClosing.withdraw(tx, tools(), leaver.citizenId));
    for (const name of ['storefront', 'followedSellers', 'savedSearches']) expect(await rowsOf(name)).toEqual([]);
    expect((await as(visitor).storefronts.followed({})).items).toEqual([]);
  });
});

describe('input of any shape', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom('', '\u0000', '<script>', "'; --"),
  );
  const odd = fc.oneof(
    text,
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.constant(null),
    fc.array(text, { maxLength: 5 }),
  );
  const fields = ['text', 'category', 'seller', 'kind', 'tiers', 'priceMinorMin', 'priceMinorMax', 'ratingMin'];
  const others = ['inStock', 'tag', 'slug', 'title', 'about', 'version', 'key', 'name', 'filter', 'cursor', 'limit'];
  const input = fc.dictionary(fc.constantFrom(...fields, ...others, 'savedSearchId'), odd, { maxKeys: 8 });

  it.each(['search.facets', 'search.suggest', 'search.save', 'search.forget', 'storefronts.of'])(
    '%s refuses or answers, and never fails',
    (path) => neverFails(path),
  );
  it.each(['storefronts.save', 'storefronts.follow', 'storefronts.unfollow', 'storefronts.followed'])(
    '%s refuses or answers, and never fails',
    (path) => neverFails(path),
  );

  async function neverFails(path: string): Promise<void> {
    const [room = '', name = ''] = path.split('.');
    const caller = as(visitor) as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
    await fc.assert(
      fc.asyncProperty(input, async (given) => {
        const outcome = await caller[room]?.[name]?.(given).then(
          () => 'answered',
          (error: unknown) => (error as { code?: string }).code,
        );
        expect(['answered', 'BAD_REQUEST', 'NOT_FOUND', 'CONFLICT']).toContain(outcome);
      }),
      { numRuns: 40 },
    );
  }
});
