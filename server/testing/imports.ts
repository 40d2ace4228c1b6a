import { randomUUID } from 'node:crypto';
import { updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { updateListing } from '#server/market/catalogue/listings.ts';
import { exportCatalogue } from '#server/market/imports/export-queries.ts';
import { uploadImport } from '#server/market/imports/import-flows.ts';
import { workOnImports } from '#server/market/imports/import-jobs.ts';
import { importById } from '#server/market/imports/import-queries.ts';
import type { ImportFormat, ImportRule, ImportView } from '#server/market/imports/import-schema.ts';
import { cancelImport, startApplying, startUndo } from '#server/market/imports/imports.ts';
import type { Database } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { TestCitizen, TestMarket } from './market.ts';

/** Sends, applies and takes back imports as a seller and the worker do. */
export interface TestImports {
  /** Answers the import as it is once the worker has read the file. */
  send(seller: TestCitizen, text: string): Promise<ImportView>;
  start(seller: TestCitizen, importId: string, rule?: ImportRule): Promise<void>;
  cancel(seller: TestCitizen, importId: string): Promise<void>;
  startUndo(seller: TestCitizen, importId: string): Promise<void>;
  /** The worker, until it has nothing to do. */
  work(): Promise<void>;
  see(seller: TestCitizen, importId: string): Promise<ImportView>;
  /** How many transactions wait for a lock of another one. */
  waiting(): Promise<number>;
  /** Sends, applies and waits. */
  apply(seller: TestCitizen, text: string, rule?: ImportRule): Promise<ImportView>;
  undo(seller: TestCitizen, importId: string): Promise<ImportView>;
  /** Changes something of a listing by the form, as its seller sees it now. */
  edit(seller: TestCitizen, listingId: string, change: object): Promise<void>;
  export(seller: TestCitizen, options?: { format?: ImportFormat; hasContent?: boolean }): Promise<string>;
}

export function testImports(market: TestMarket, batchRows = 100): TestImports {
  const { database, clock } = market;
  const deps = { database, clock, ids: systemIds };
  const own = (seller: TestCitizen, importId: string) => ({ sellerId: seller.citizenId, importId, clock });
  const see: TestImports['see'] = (seller, importId) => importById(database.client, own(seller, importId));
  const work = async () => {
    while ((await workOnImports(deps, { batchRows })).claimed > 0);
  };
  const start: TestImports['start'] = (seller, importId, rule = 'update') =>
    database.inTransaction((tx) => startApplying(tx, { ...own(seller, importId), rule }));
  const send: TestImports['send'] = async (seller, text) => {
    const bytes = new TextEncoder().encode(text);
    const importId = randomUUID();
    await uploadImport(deps, { importId, sellerId: seller.citizenId, name: 'catalogue.csv', bytes });
    await work();
    return see(seller, importId);
  };
  return {
    send,
    start,
    work,
    see,
    waiting: () => waitingOnes(database),
    cancel: (seller, importId) => database.inTransaction((tx) => cancelImport(tx, own(seller, importId))),
    startUndo: (seller, importId) => database.inTransaction((tx) => startUndo(tx, own(seller, importId))),
    apply: async (seller, text, rule) => {
      const { id } = await send(seller, text);
      await start(seller, id, rule);
      await work();
      return see(seller, id);
    },
    undo: async (seller, importId) => {
      await database.inTransaction((tx) => startUndo(tx, own(seller, importId)));
      await work();
      return see(seller, importId);
    },
    edit: async ({ citizenId: sellerId }, listingId, change) => {
      const seen = await listingById(database.client, { listingId, visitorId: sellerId });
      const listing = updateListingInput.parse({
        ...{ ...seen, listingId, category: seen.categorySlug, stockSeen: seen.stock },
        ...change,
      });
      await database.inTransaction((tx) => updateListing(tx, { sellerId, clock, ids: systemIds, listing }));
    },
    export: async ({ citizenId: sellerId }, { format = 'csv', hasContent = false } = {}) => {
      let text = '';
      for await (const piece of exportCatalogue(database.client, { sellerId, format, hasContent })) text += piece;
      return text;
    },
  };
}

async function waitingOnes({ client }: Database): Promise<number> {
  const [row] = await client.$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::integer AS waiting FROM pg_locks
     WHERE NOT granted AND pid IN (
       SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;
  return row?.waiting ?? 0;
}

/** A file of so many goods, each with a key, the price in ducats. */
export function goodsFile(rows: number, { price = '12.50', first = 1, stock = '5' } = {}): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const number = String(first + index);
    return `G-${number.padStart(5, '0')},Goblet number ${number},"A goblet, blown thin, number ${number}.",glass,"red, wine",${price},${stock}`;
  });
  return ['sku,title,description,category,tags,price,stock', ...lines].join('\n');
}
