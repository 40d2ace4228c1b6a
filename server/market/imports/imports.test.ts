import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { pauseListing } from '#server/market/catalogue/listings.ts';
import { applyBatch } from '#server/market/imports/import-batches.ts';
import { uploadImport } from '#server/market/imports/import-flows.ts';
import { trimImports, workOnImports } from '#server/market/imports/import-jobs.ts';
import { importReport, importsOf } from '#server/market/imports/import-queries.ts';
import type { ReportKind } from '#server/market/imports/import-schema.ts';
import { startApplying } from '#server/market/imports/imports.ts';
import { searchListings } from '#server/market/search/search.ts';
import type { Database } from '#server/platform/db.ts';
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

const fresh = async (level: 0 | 1 | 2 | 3 = 3) => (seller = await market.citizen({ level }));
const listings = () =>
  market.database.client.listing.findMany({
    where: { sellerId: seller.citizenId },
    orderBy: { title: 'asc' },
    include: { variants: true, versions: true, sku: true },
  });
const lines = async (importId: string, kind: ReportKind) =>
  (await importReport(market.database.client, { importId, sellerId: seller.citizenId, kind, after: 0 })).lines;
/** The ends of an import that its seller was told of. */
const told = async (importId: string) => {
  const where = { citizenId: seller.citizenId, kind: 'import_ended', details: { path: ['import'], equals: importId } };
  const rows = await market.database.client.notification.findMany({ where, orderBy: { id: 'asc' } });
  return rows.map(({ details }) => (details as { to: string }).to);
};

const small = (row: string) => `sku,title,description,category,price,stock\n${row}`;
const goblet = (price: string, stock = '5') =>
  small(`A,Goblet of cristallo,A wine goblet blown thin.,glass,${price},${stock}`);
const edit = (listingId: string, change: object) => imports.edit(seller, listingId, change);

describe('an import', () => {
  it('writes nothing before its seller decides, and then each row as the form would have', async () => {
    await fresh();
    const sent = await imports.send(seller, goodsFile(300));
    expect(sent).toMatchObject({ state: 'checked', rowCount: 300, problemCount: 0, conflictCount: 0 });
    expect(sent.previews).toContainEqual(
      expect.objectContaining({ rule: 'update', created: 300, updated: 0, unchanged: 0, skipped: 0, refusal: null }),
    );
    expect(await listings()).toHaveLength(0);
    await imports.start(seller, sent.id);
    await imports.start(seller, sent.id);
    await imports.work();
    expect(await imports.see(seller, sent.id)).toMatchObject({
      state: 'applied',
      done: 300,
      outcomes: { created: 300 },
    });
    const rows = await listings();
    expect(rows).toHaveLength(300);
    expect(rows[0]).toMatchObject({
      state: 'published',
      version: 1,
      priceMinor: 12_50n,
      stock: 5,
      tags: ['red', 'wine'],
    });
    expect(rows.every(({ versions, sku }) => versions.length === 1 && sku !== null)).toBe(true);
    const events = await market.database.client.outboxEvent.count({
      where: { type: 'listing.published', subject: { in: rows.map(({ id }) => id) } },
    });
    expect(events).toBe(300);
    const reading = { ...market, db: market.database.client };
    const { items } = await searchListings(reading, { text: 'goblet number 217', sort: 'newest', limit: 5 });
    expect(items.map(({ title }) => title)).toContain('Goblet number 217');
  });

  it('with one wrong row is told row by row, and cannot be applied', async () => {
    await fresh();
    const sent = await imports.send(
      seller,
      `${goodsFile(2)}\nX,Y,,dragons,,"1,5",many\nZ,Fine goblet,So fine a goblet.,glass,,3,1`,
    );
    expect(sent).toMatchObject({ rowCount: 4, wrongCount: 1, problemCount: 4 });
    expect(sent.previews[0]).toMatchObject({ created: 3, refusal: 'import_has_problems' });
    expect((await lines(sent.id, 'problems')).map(({ rowNumber, columnName }) => [rowNumber, columnName])).toEqual([
      [4, 'price'],
      [4, 'stock'],
      [4, 'title'],
      [4, 'description'],
    ]);
    await expect(imports.start(seller, sent.id)).rejects.toMatchObject({ code: 'import_has_problems' });
    expect(await listings()).toHaveLength(0);
  });

  it('beyond what the trust level allows is refused before anything is written, and says how many fit', async () => {
    await fresh(0);
    await market.listing(seller);
    const sent = await imports.send(seller, goodsFile(3));
    expect(sent.previews[0]).toMatchObject({ created: 3, refusal: 'listing_limit', fits: 2 });
    await expect(imports.start(seller, sent.id)).rejects.toMatchObject({ code: 'listing_limit', details: { fits: 2 } });
    expect(await imports.apply(seller, goodsFile(2))).toMatchObject({ outcomes: { created: 2 } });
    await market.database.client.listing.updateMany({
      where: { sellerId: seller.citizenId },
      data: { state: 'archived' },
    });
    const { id } = await imports.send(seller, goodsFile(3));
    await imports.start(seller, id);
    await market.listing(seller);
    await imports.work();
    expect((await imports.see(seller, id)).outcomes).toMatchObject({ created: 2, left: 1 });
    expect(await lines(id, 'left')).toMatchObject([{ rowNumber: 4, code: 'listing_limit' }]);
  });

  it('is one at a time of a seller, also when two are sent at once, and sent again is the same', async () => {
    await fresh();
    const send = (importId: string, text = 'title\nGoblet') =>
      uploadImport(market, {
        importId,
        sellerId: seller.citizenId,
        name: 'a.csv',
        bytes: new TextEncoder().encode(text),
      });
    const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const sent = await Promise.allSettled(ids.map((id) => send(id)));
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const running = expect.objectContaining({ code: 'import_running' }) as unknown;
    for (const each of sent) if (each.status === 'rejected') expect(each.reason).toEqual(running);
    const [first = ''] = ids.filter((_, index) => sent[index]?.status === 'fulfilled');
    expect(await send(first)).toEqual({ id: first });
    await expect(send(first, 'title\nOther')).rejects.toMatchObject({ code: 'import_exists' });
    await imports.work();
    const next = await imports.send(seller, goodsFile(150));
    expect(await imports.see(seller, first)).toMatchObject({ state: 'discarded' });
    await imports.start(seller, next.id);
    await expect(send(randomUUID())).rejects.toMatchObject({ code: 'import_running' });
    await imports.work();
  });

  it('that is applied while its seller sends the next file can still be undone', async () => {
    await fresh();
    const { id: importId } = await imports.send(seller, goodsFile(3));
    const own = { importId, sellerId: seller.citizenId, ...market, ids: systemIds };
    const next = { importId: randomUUID(), sellerId: seller.citizenId, name: 'next.csv', bytes: Buffer.from('title') };
    const { sending } = await market.database.inTransaction(async (tx) => {
      await startApplying(tx, { ...own, rule: 'update' });
      // It has seen the import as it was before, and waits for it.
      const uploading = uploadImport(market, next);
      while ((await imports.waiting()) === 0);
      await applyBatch(tx, { ...own, batchRows: 10 });
      return { sending: uploading };
    });
    expect(await sending).toEqual({ id: next.importId });
    expect(await imports.see(seller, importId)).toMatchObject({ state: 'applied', outcomes: { created: 3 } });
    await imports.work();
    expect(await imports.undo(seller, importId)).toMatchObject({ undone: { archived: 3 } });
  });

  it('whose JSON names what no text of the database can hold is told so', async () => {
    await fresh();
    const { id, state } = await imports.send(
      seller,
      '[{"co\\u0000lour":"red"},{"title":"A","attributes":{"a\\u0000":1}}]',
    );
    expect(state).toBe('checked');
    expect((await lines(id, 'problems')).map(({ columnName }) => columnName)).toContain('co lour');
  });

  it('is nobody else’s, and is told with the data of its citizen', async () => {
    await fresh();
    const { id } = await imports.send(seller, goodsFile(1));
    const stranger = await market.citizen();
    const missing = { code: 'import_not_found' };
    await expect(imports.see(stranger, id)).rejects.toMatchObject(missing);
    await expect(imports.start(stranger, id)).rejects.toMatchObject(missing);
    await expect(imports.cancel(stranger, id)).rejects.toMatchObject(missing);
    await expect(imports.startUndo(stranger, id)).rejects.toMatchObject(missing);
    const own = await importsOf(market.database.client, { sellerId: seller.citizenId, limit: 5 });
    expect(own.items).toMatchObject([{ id, fileName: 'catalogue.csv', state: 'checked' }]);
  });
});

describe('keys that are taken', () => {
  const before = async () => {
    await fresh();
    await imports.apply(seller, goblet('10.00'));
  };

  it('update: the listing says what the row says, a column that is not there stays, and the same again is nothing', async () => {
    await before();
    const done = await imports.apply(seller, 'sku,price\nA,11.00');
    expect(done).toMatchObject({ conflictCount: 1, outcomes: { updated: 1, created: 0 } });
    expect(await listings()).toMatchObject([
      { priceMinor: 11_00n, stock: 5, version: 2, title: 'Goblet of cristallo' },
    ]);
    expect((await imports.apply(seller, 'sku,price\nA,11.00')).outcomes).toMatchObject({ updated: 0, kept: 1 });
    expect(await listings()).toMatchObject([{ version: 2 }]);
  });

  it('update: a draft that a file puts on sale is as new as what came on sale that day', async () => {
    await fresh();
    await imports.apply(
      seller,
      'sku,title,description,category,price,stock,state\nD,A late goblet,Waited for long.,glass,1,1,draft',
    );
    market.clock.advance(86_400_000);
    await imports.apply(seller, 'sku,price\nD,2');
    expect(await listings()).toMatchObject([{ createdAt: new Date(market.clock.now().getTime() - 86_400_000) }]);
    await imports.apply(seller, 'sku,state\nD,published');
    expect(await listings()).toMatchObject([{ state: 'published', createdAt: market.clock.now() }]);
    market.clock.advance(-86_400_000);
  });

  it('skip: the listing stays as it is', async () => {
    await before();
    expect((await imports.apply(seller, goblet('11.00'), 'skip')).outcomes).toMatchObject({ skipped: 1, created: 0 });
    expect(await listings()).toMatchObject([{ priceMinor: 10_00n }]);
  });

  it('create: the row is a listing of its own, without the key', async () => {
    await before();
    expect((await imports.apply(seller, goblet('11.00'), 'create')).outcomes).toMatchObject({ created: 1 });
    const rows = await listings();
    expect(rows.map(({ priceMinor }) => priceMinor).sort()).toEqual([10_00n, 11_00n]);
    expect(rows.map(({ sku }) => sku?.sku ?? null).filter(Boolean)).toEqual(['A']);
  });

  it.each([
    ['skip', [1_00n]],
    ['update', [3_00n]],
    ['create', [1_00n, 2_00n, 3_00n]],
  ] as const)('within one file, by the rule %s', async (rule, prices) => {
    await fresh();
    const row = (price: string) => `K,Goblet of cristallo,A wine goblet blown thin.,glass,${price},1`;
    const { id, conflictCount } = await imports.apply(seller, small([row('1'), row('2'), row('3')].join('\n')), rule);
    expect(conflictCount).toBe(3);
    expect((await lines(id, 'conflicts')).map(({ rowNumber }) => rowNumber)).toEqual([2, 3, 4]);
    const rows = await listings();
    expect(rows.map(({ priceMinor }) => priceMinor).sort()).toEqual(prices);
    expect(rows.filter(({ sku }) => sku !== null)).toHaveLength(1);
  });

  it('a key given to another listing since the file was looked at stays there, and the row is left and told', async () => {
    await fresh();
    const { id } = await imports.send(seller, goblet('10.00'));
    const { listingId } = await market.listing(seller, { sellerKey: 'A' });
    await imports.start(seller, id);
    await imports.work();
    expect((await imports.see(seller, id)).outcomes).toMatchObject({ created: 0, left: 1 });
    expect(await lines(id, 'left')).toMatchObject([{ code: 'seller_key_taken' }]);
    expect(await listings()).toMatchObject([{ id: listingId, sku: { sku: 'A' } }]);
    expect(await imports.export(seller)).toContain('\nA,');
  });

  it('a listing’s id is its key until it has one, and another seller’s id is a word like any other', async () => {
    const other = await market.citizen();
    const { listingId: theirs } = await market.listing(other);
    await fresh();
    const { listingId: own } = await market.listing(seller);
    const row = (key: string) => small(`${key},Renamed by a file,A wine goblet blown thin.,glass,9,5`);
    expect((await imports.apply(seller, row(own))).outcomes).toMatchObject({ updated: 1 });
    expect((await imports.apply(seller, row(theirs))).outcomes).toMatchObject({ created: 1 });
    const theirListing = await market.database.client.listing.findUniqueOrThrow({ where: { id: theirs } });
    expect(theirListing).toMatchObject({ title: 'Goblet of cristallo', version: 1, sellerId: other.citizenId });
  });

  it('leaves what was changed or sold between the preview and its batch, and says so', async () => {
    await fresh();
    await imports.apply(seller, goodsFile(4));
    const { id } = await imports.send(seller, goodsFile(4, { price: '20', stock: '9' }));
    const [edited, sold, paused] = await listings();
    await edit(edited?.id ?? '', { title: 'Edited meanwhile' });
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    await market.buy(buyer, { listingId: sold?.id ?? '' });
    await market.database.inTransaction((tx) =>
      pauseListing(tx, {
        sellerId: seller.citizenId,
        listingId: paused?.id ?? '',
        clock: market.clock,
        ids: systemIds,
      }),
    );
    await imports.start(seller, id);
    await imports.work();
    expect((await imports.see(seller, id)).outcomes).toMatchObject({ updated: 1, left: 3 });
    expect((await lines(id, 'left')).map(({ rowNumber, code }) => [rowNumber, code])).toEqual([
      [2, 'listing_changed'],
      [3, 'stock_changed'],
      [4, 'listing_changed'],
    ]);
  });
});

describe('a worker that is killed', () => {
  /** Dies behind the commit of its n-th transaction, so that nobody hears that it was written. */
  function mortal(database: Database, survives: number): Database {
    let left = survives;
    return {
      ...database,
      inTransaction: async (work) => {
        const result = await database.inTransaction(work);
        left -= 1;
        if (left < 0) throw new Error('killed');
        return result;
      },
    };
  }

  it('half-way leaves whole batches, and another goes on behind them: each row once', async () => {
    await fresh();
    const { id } = await imports.send(seller, goodsFile(300));
    await imports.start(seller, id);
    const deps = { ...market, ids: systemIds };
    const dying = { ...deps, database: mortal(market.database, 1) };
    await workOnImports(dying, { batchRows: 100 });
    await expect(workOnImports(dying, { batchRows: 100 })).rejects.toThrow('killed');
    expect(await listings()).toHaveLength(200);
    expect(await imports.see(seller, id)).toMatchObject({ state: 'applying', done: 200, toDo: 300 });
    let calls = 0;
    const ids = {
      uuid: () => {
        calls += 1;
        if (calls === 150) throw new Error('killed');
        return systemIds.uuid();
      },
    };
    await expect(workOnImports({ ...deps, ids }, { batchRows: 100 })).rejects.toThrow('killed');
    expect(await listings()).toHaveLength(200);
    await Promise.all([imports.work(), imports.work()]);
    expect(await imports.see(seller, id)).toMatchObject({ state: 'applied', outcomes: { created: 300 } });
    expect(new Set((await listings()).map(({ title }) => title)).size).toBe(300);
    expect(await listings()).toHaveLength(300);
  });

  it('again and again at one batch stops the import, tells its seller, and it may still be undone', async () => {
    await fresh();
    const { id } = await imports.send(seller, goodsFile(3));
    await imports.start(seller, id);
    let isBroken = true;
    const ids = {
      uuid: () => {
        if (!isBroken) return systemIds.uuid();
        isBroken = false;
        throw new Error('broken');
      },
    };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      isBroken = true;
      await expect(workOnImports({ ...market, ids })).rejects.toThrow('broken');
    }
    expect(await told(id)).toEqual(['stopped']);
    expect(await imports.see(seller, id)).toMatchObject({ state: 'stopped', refusal: 'import_failed' });
    expect(await imports.undo(seller, id)).toMatchObject({ state: 'undone' });
    expect(await told(id)).toEqual(['stopped', 'undone']);
  });

  it('is not needed to stop: cancelling keeps the batches that were written', async () => {
    await fresh();
    const { id } = await imports.send(seller, goodsFile(30));
    await imports.start(seller, id);
    await workOnImports({ ...market, ids: systemIds }, { batchRows: 10 });
    await imports.cancel(seller, id);
    await imports.work();
    expect(await imports.see(seller, id)).toMatchObject({ state: 'cancelled', done: 10 });
    expect(await listings()).toHaveLength(10);
    expect(await imports.undo(seller, id)).toMatchObject({ state: 'undone', undone: { archived: 10 } });
  });
});

describe('old imports', () => {
  it('lose their rows after the time to undo them, and are forgotten after three months', async () => {
    await fresh();
    const { id } = await imports.apply(seller, goodsFile(2));
    const count = () => market.database.client.listingImportRow.count({ where: { importId: id } });
    await trimImports(market);
    expect(await count()).toBe(2);
    market.clock.advance(9 * 86_400_000);
    await expect(imports.undo(seller, id)).rejects.toMatchObject({ code: 'undo_too_late' });
    await trimImports(market);
    expect(await count()).toBe(0);
    market.clock.advance(90 * 86_400_000);
    await trimImports(market);
    await expect(imports.see(seller, id)).rejects.toMatchObject({ code: 'import_not_found' });
  });
});
