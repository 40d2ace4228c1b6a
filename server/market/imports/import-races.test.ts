import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { updateListing } from '#server/market/catalogue/listings.ts';
import { importReport } from '#server/market/imports/import-queries.ts';
import type { ReportKind } from '#server/market/imports/import-schema.ts';
import type { Tx } from '#server/platform/db.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { goodsFile, testImports, type TestImports } from '#server/testing/imports.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let imports: TestImports;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  imports = testImports(market);
});

beforeEach(async () => {
  seller = await market.citizen({ level: 3 });
});

const listing = () => market.database.client.listing.findFirstOrThrow({ where: { sellerId: seller.citizenId } });
const codes = async (importId: string, kind: ReportKind) => {
  const query = { importId, sellerId: seller.citizenId, kind, after: 0 } as const;
  return (await importReport(market.database.client, query)).lines.map(({ code }) => code);
};

/** The form of a listing, as it was filled before anything else happened. */
async function formOf(listingId: string, change: object): Promise<(tx: Tx) => Promise<unknown>> {
  const sellerId = seller.citizenId;
  const seen = await listingById(market.database.client, { listingId, visitorId: sellerId });
  const filled = { ...seen, listingId, category: seen.categorySlug, stockSeen: seen.stock };
  const wanted = updateListingInput.parse({ ...filled, ...change });
  return (tx) => updateListing(tx, { sellerId, listing: wanted, clock: market.clock, ids: systemIds });
}

/** Begins `second` while the transaction of `first` still holds what both want, and ends when both are over. */
async function behind(first: (tx: Tx) => Promise<unknown>, second: () => Promise<unknown>): Promise<unknown> {
  const { waiting } = await market.database.inTransaction(async (tx) => {
    await first(tx);
    const begun = second().catch((error: unknown) => asRefusal(error)?.code ?? error);
    while ((await imports.waiting()) === 0);
    return { waiting: begun };
  });
  return waiting;
}

describe('at the same moment', () => {
  it('a listing is edited and a file changes it: the row waits, and leaves what was saved', async () => {
    await imports.apply(seller, goodsFile(1));
    const { id } = await imports.send(seller, goodsFile(1, { price: '20' }));
    const save = await formOf((await listing()).id, { title: 'Saved in the form' });
    await imports.start(seller, id);
    await behind(save, () => imports.work());
    expect(await listing()).toMatchObject({ title: 'Saved in the form', priceMinor: 12_50n, version: 2 });
    expect(await codes(id, 'left')).toEqual(['listing_changed']);
  });

  it('a file changes a listing and its form is saved: the form is told that it is not what it was filled from', async () => {
    await imports.apply(seller, goodsFile(1));
    const { id } = await imports.send(seller, goodsFile(1, { price: '20' }));
    const save = await formOf((await listing()).id, { title: 'Saved in the form' });
    await imports.start(seller, id);
    const working = imports.work();
    const saved = await market.database.inTransaction(save).catch((error: unknown) => asRefusal(error)?.code ?? error);
    await working;
    const { title, priceMinor, version } = await listing();
    const [left] = await codes(id, 'left');
    // Whoever came first is whole, and the other heard of it.
    const isSaved = saved !== 'listing_changed';
    expect([title, priceMinor, version, left]).toEqual(
      isSaved ? ['Saved in the form', 12_50n, 2, 'listing_changed'] : ['Goblet number 1', 20_00n, 2, undefined],
    );
  });

  it('a listing is edited and an import is taken back: what was saved stays, and its seller is told', async () => {
    await imports.apply(seller, goodsFile(1));
    const { id } = await imports.apply(seller, goodsFile(1, { price: '20' }));
    const save = await formOf((await listing()).id, { title: 'Saved in the form' });
    await imports.startUndo(seller, id);
    await behind(save, () => imports.work());
    expect(await listing()).toMatchObject({ title: 'Saved in the form', priceMinor: 20_00n });
    expect(await codes(id, 'undo_left')).toEqual(['listing_changed']);
  });

  it('two imports are taken back: one of them is, and the other waits for its turn', async () => {
    const [first, second] = [
      await imports.apply(seller, goodsFile(1)),
      await imports.apply(seller, goodsFile(1, { price: '20' })),
    ];
    const asked = await Promise.allSettled([first, second].map(({ id }) => imports.startUndo(seller, id)));
    const refusals = asked.flatMap((each) => (each.status === 'rejected' ? [asRefusal(each.reason)?.code] : []));
    expect(refusals).toEqual(['import_running']);
  });
});

describe('an import that made what was bought since', () => {
  it('takes it off the market, and the order goes on', async () => {
    const { id } = await imports.apply(seller, goodsFile(1));
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { orderId } = await market.buy(buyer, { listingId: (await listing()).id });
    expect(await imports.undo(seller, id)).toMatchObject({ undone: { archived: 1, left: 0 } });
    expect(await listing()).toMatchObject({ state: 'archived', stock: 4 });
    await market.step({ orderId, visitor: seller, action: 'deliver' });
    await market.step({ orderId, visitor: buyer, action: 'confirm' });
    expect(await market.balance(orderId, 'escrow')).toBe(0n);
  });
});
