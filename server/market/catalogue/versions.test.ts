import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { categoryTree } from '#server/market/catalogue/category-queries.ts';
import { categorySlugs, listingTerms, updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { categories, listingById } from '#server/market/catalogue/listing-queries.ts';
import { canonical } from '#server/market/catalogue/listing-rules.ts';
import { archiveListing, pauseListing, republishListing, updateListing } from '#server/market/catalogue/listings.ts';
import { searchListings } from '#server/market/search/search.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { z } from '#server/platform/zod.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
});

const see = (listingId: string, visitorId: string | null = seller.citizenId) =>
  listingById(market.database.client, { listingId, visitorId });
const versionsOf = (listingId: string) =>
  market.database.client.listingVersion.findMany({ where: { listingId }, orderBy: { version: 'asc' } });

async function edit(listingId: string, change: Partial<z.input<typeof updateListingInput>>) {
  const seen = await see(listingId);
  const listing = updateListingInput.parse({
    ...{ ...seen, listingId, category: seen.categorySlug, stockSeen: seen.stock },
    ...change,
  });
  return market.database.inTransaction((tx) =>
    updateListing(tx, { sellerId: seller.citizenId, clock: market.clock, ids: systemIds, listing }),
  );
}

const move = (service: typeof pauseListing, listingId: string) =>
  market.database.inTransaction((tx) =>
    service(tx, { sellerId: seller.citizenId, listingId, clock: market.clock, ids: systemIds }),
  );

const digital = { kind: 'digital', category: 'patterns', stock: null } as const;
const content = { text: 'The secret is sand from the Ticino.', fileIds: [] };

describe('versions of a listing', () => {
  it('keep all that a buyer saw, one row for every change of terms and none for the stock', async () => {
    const told = { tags: ['red', 'wine'], attributes: { technique: 'blown', height: 21.5 } };
    const { listingId } = await market.listing(seller, { title: 'The first words', ...told });
    await edit(listingId, { title: 'The second words', attributes: { colour: 'Ruby' }, priceMinor: 50_00n });
    await edit(listingId, { stock: 4 });
    await edit(listingId, { tags: ['wine', 'red'] });
    expect(await versionsOf(listingId)).toMatchObject([
      { version: 1, title: 'The first words', priceMinor: 34_00n, ...told },
      { version: 2, title: 'The second words', priceMinor: 50_00n, attributes: { colour: 'Ruby' } },
      { version: 3, tags: ['wine', 'red'] },
    ]);
  });

  it('are the same again when a form says the same in another order of attributes', async () => {
    const { listingId } = await market.listing(seller, { attributes: { height: 20, colour: 'Ruby' } });
    expect(await edit(listingId, { attributes: { colour: 'Ruby', height: 20 } })).toMatchObject({ version: 1 });
  });

  it('cannot be rewritten or taken away by the application', async () => {
    const { listingId } = await market.listing(seller);
    const { client } = market.database;
    await expect(client.$executeRaw`UPDATE listing_version SET title = 'x'`).rejects.toThrow(/permission denied/);
    await expect(client.$executeRaw`DELETE FROM listing_version`).rejects.toThrow(/permission denied/);
    expect(await versionsOf(listingId)).toHaveLength(1);
  });

  it('keep the content that their buyers bought, and a form that does not send it leaves it as it is', async () => {
    const { listingId } = await market.listing(seller, { ...digital, content });
    await edit(listingId, { title: 'Another title' });
    await edit(listingId, { content: { text: 'Sand from elsewhere.', fileIds: [] } });
    expect(await versionsOf(listingId)).toMatchObject([
      { contentText: content.text },
      { contentText: content.text },
      { contentText: 'Sand from elsewhere.' },
    ]);
    expect(canonical(await see(listingId))).not.toMatch(/Sand|sand/);
  });
});

describe('the states of a listing', () => {
  it('a draft is whole and seen by its seller only, until it is put on sale', async () => {
    const { listingId, state } = await market.listing(seller, { isDraft: true, title: 'Not yet for anybody' });
    expect(state).toBe('draft');
    await expect(see(listingId, null)).rejects.toMatchObject({ code: 'listing_not_found' });
    const found = () =>
      searchListings(
        { ...market, db: market.database.client },
        { text: 'Not yet for anybody', sort: 'newest', limit: 5 },
      );
    expect((await found()).items).toEqual([]);
    await expect(move(pauseListing, listingId)).rejects.toMatchObject({ code: 'listing_not_on_sale' });
    await move(republishListing, listingId);
    expect((await found()).items).toMatchObject([{ id: listingId }]);
    expect(await see(listingId, null)).toMatchObject({ state: 'published', version: 1 });
  });

  it('nobody buys a draft, a paused or an archived listing', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { isDraft: true });
    const refused = () => expect(market.buy(buyer, { listingId })).rejects.toMatchObject({ code: 'listing_withdrawn' });
    await refused();
    await move(republishListing, listingId);
    await market.buy(buyer, { listingId });
    await move(pauseListing, listingId);
    await refused();
    await move(archiveListing, listingId);
    await refused();
  });

  it('archived is the end: nothing is changed or sold any more, and its orders stay', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller);
    const { orderId } = await market.buy(buyer, { listingId });
    expect(await move(archiveListing, listingId)).toMatchObject({ state: 'archived' });
    expect(await move(archiveListing, listingId)).toMatchObject({ state: 'archived' });
    const archived = { code: 'listing_archived' };
    await expect(move(republishListing, listingId)).rejects.toMatchObject(archived);
    await expect(move(pauseListing, listingId)).rejects.toMatchObject(archived);
    await expect(edit(listingId, { title: 'Too late' })).rejects.toMatchObject(archived);
    await market.step({ orderId, visitor: seller, action: 'cancel' });
    expect(await see(listingId)).toMatchObject({ state: 'archived', stock: 5 });
  });

  it('drafts do not count as on sale, and are not kept without end', async () => {
    const busy = await market.citizen({ level: 0 });
    const listing = await market.listing(busy, { isDraft: true });
    await market.database.client.$executeRaw`
      INSERT INTO listing (id, key, title, seller_id, input_hash, description, category_slug, kind, price_minor, stock,
                           state, version, created_at, updated_at)
      SELECT gen_random_uuid(), gen_random_uuid(), title, seller_id, input_hash, description, category_slug, kind,
             price_minor, stock, state, version, created_at, updated_at
        FROM listing, generate_series(2, 100)
       WHERE id = ${listing.listingId}::uuid`;
    await expect(market.listing(busy, { isDraft: true })).rejects.toMatchObject({ code: 'draft_limit' });
    expect(await market.listing(busy)).toMatchObject({ state: 'published' });
  });
});

describe('something digital', () => {
  it('is not put on sale without anything to reveal', async () => {
    const missing = { kind: 'conflict', code: 'content_missing' };
    await expect(market.listing(seller, digital)).rejects.toMatchObject(missing);
    const { listingId } = await market.listing(seller, { ...digital, isDraft: true });
    await expect(move(republishListing, listingId)).rejects.toMatchObject(missing);
    await edit(listingId, { content });
    await move(republishListing, listingId);
    await expect(edit(listingId, { content: null })).rejects.toMatchObject(missing);
  });
});

describe('categories', () => {
  it('form a tree: every category after its parent, asking what the parent asks and more', async () => {
    const tree = await categoryTree(market.database.client);
    const seen = new Set<string>();
    for (const { slug, parentSlug } of tree) {
      expect(parentSlug === null ? categorySlugs : [...seen]).toContain(parentSlug ?? slug);
      seen.add(slug);
    }
    expect(tree.filter(({ parentSlug }) => parentSlug === null).map(({ slug }) => slug)).toEqual([...categorySlugs]);
    expect(tree.find(({ slug }) => slug === 'glass-goblets')?.attributes.map(({ key }) => key)).toEqual([
      ...['technique', 'colour', 'height'],
      'capacity',
    ]);
  });

  it('a listing of a branch counts for its top, is found there, and bears its drawing', async () => {
    const count = async () =>
      (await categories(market.database.client)).find(({ slug }) => slug === 'maps')?.listings ?? 0;
    const before = await count();
    const { listingId } = await market.listing(seller, { category: 'maps-charts' });
    expect(await count()).toBe(before + 1);
    const found = await searchListings(
      { ...market, db: market.database.client },
      { category: 'maps', sort: 'newest', limit: 5 },
    );
    expect(found.items).toMatchObject([{ id: listingId, category: 'maps' }]);
    expect(await see(listingId)).toMatchObject({ categorySlug: 'maps-charts', category: 'maps' });
  });

  it.each([
    ['a trade that is not there', { category: 'weapons' }, 'unknown_category'],
    ['a branch that is not there', { category: 'glass-weapons' }, 'unknown_category'],
    ['an attribute of another trade', { attributes: { fibre: 'silk' } }, 'unknown_attribute'],
    ['an attribute of a branch below', { attributes: { capacity: 200 } }, 'unknown_attribute'],
    ['a number where a text belongs', { attributes: { colour: 7 } }, 'invalid_attribute'],
    ['a text where a number belongs', { attributes: { height: 'tall' } }, 'invalid_attribute'],
    ['a choice that is none', { attributes: { technique: 'printed' } }, 'invalid_attribute'],
    ['a picture that nobody brought', { pictures: [{ id: randomUUID(), alt: '' }] }, 'unknown_picture'],
    ['a file that nobody brought', { ...digital, content: { text: null, fileIds: [randomUUID()] } }, 'unknown_file'],
  ])('%s is refused, and nothing is written', async (_what, change, code) => {
    const before = await market.database.client.listing.count();
    await expect(market.listing(seller, change)).rejects.toMatchObject({ kind: 'invalid', code });
    expect(await market.database.client.listing.count()).toBe(before);
  });
});

describe('what a listing says of itself', () => {
  const fine = { title: 'A goblet', description: 'Blown thin on Murano.', category: 'glass', priceMinor: 1n, stock: 1 };
  const picture = { id: randomUUID(), alt: 'From the left' };

  it('has tags of one form, each once', () => {
    const { tags } = listingTerms.parse({ ...fine, tags: ['#Red  Glass', 'red_glass', ' Perle è ', 'MURANO'] });
    expect(tags).toEqual(['red-glass', 'perle-è', 'murano']);
  });

  it.each([
    ['thirteen tags', { tags: Array.from({ length: 13 }, (_, index) => `tag ${String(index)}`) }],
    ['a tag with markup', { tags: ['<b>red</b>'] }],
    ['a tag of one letter', { tags: ['a'] }],
    ['a tag of nothing', { tags: ['--'] }],
    ['a tag that is too long', { tags: ['a'.repeat(31)] }],
    ['nine pictures', { pictures: Array.from({ length: 9 }, () => ({ ...picture, id: randomUUID() })) }],
    ['a picture twice', { pictures: [picture, picture] }],
    ['a picture of no id', { pictures: [{ id: '../../etc/passwd', alt: '' }] }],
    ['an alternative text with an escape character', { pictures: [{ ...picture, alt: '\u001b[31m' }] }],
    ['an attribute with an odd key', { attributes: { '__proto__ ': 'x' } }],
    ['an attribute that is an object', { attributes: { colour: { $ne: null } } }],
    ['an attribute that is no finite number', { attributes: { height: Number.POSITIVE_INFINITY } }],
    [
      'twenty-one attributes',
      { attributes: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`a${String(index)}`, 1])) },
    ],
    ['a kind that is none', { kind: 'auction' }],
    ['delivery in half a day', { kind: 'service', deliveryDays: 0.5 }],
    ['delivery next year', { kind: 'service', deliveryDays: 365 }],
    ['content that is empty', { kind: 'digital', stock: null, content: { text: null, fileIds: [] } }],
    ['content that is too long', { kind: 'digital', stock: null, content: { text: 'a'.repeat(20_001), fileIds: [] } }],
  ])('%s is refused', (_what, change) => {
    expect(listingTerms.safeParse({ ...fine, ...change }).success).toBe(false);
  });
});
