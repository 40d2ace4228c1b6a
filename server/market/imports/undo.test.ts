import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { archiveListing } from '#server/market/catalogue/listings.ts';
import { workOnImports } from '#server/market/imports/import-jobs.ts';
import { importReport } from '#server/market/imports/import-queries.ts';
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

const fresh = async (level: 0 | 3 = 3) => (seller = await market.citizen({ level }));
const listings = () =>
  market.database.client.listing.findMany({ where: { sellerId: seller.citizenId }, orderBy: { title: 'asc' } });
const leftOf = async (importId: string) => {
  const query = { importId, sellerId: seller.citizenId, kind: 'undo_left', after: 0 } as const;
  return (await importReport(market.database.client, query)).lines.map(({ rowNumber, code }) => [rowNumber, code]);
};
const variants = '[{"values":["S"],"price":"10","stock":2},{"values":["L"],"price":"12","stock":3}]';
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const edit = (listingId: string, change: object) => imports.edit(seller, listingId, change);

describe('undoing an import', () => {
  it('gives back every word, price, stock, variant and state that it changed, and archives what it made', async () => {
    await fresh();
    const options = cell('[{"name":"Size","values":["S","L"]}]');
    const first = [
      'sku,title,description,category,price,stock,state,quantity_steps,accepts_itself,options,variants',
      `A,First of all,The very first of them.,glass,10,4,draft,${cell('[{"fromQuantity":5,"percentBps":250}]')},yes,,`,
      `B,Second of all,The very second of them.,glass,10,,published,,,${options},${cell(variants)}`,
    ].join('\n');
    await imports.apply(seller, first);
    const before = await imports.export(seller);
    const second = [
      'sku,title,description,category,price,stock,state,quantity_steps,accepts_itself,options,variants',
      `A,First renamed,The very first of them.,glass,11,9,published,,no,,`,
      `B,Second renamed,The very second of them.,textiles,20,7,paused,${cell('[{"fromQuantity":3,"percentBps":5000}]')},,,`,
      `C,Third of all,The very third of them.,glass,1,1,published,,,,`,
    ].join('\n');
    const { id, outcomes } = await imports.apply(seller, second);
    expect(outcomes).toMatchObject({ created: 1, updated: 2 });
    expect(await imports.export(seller)).not.toBe(before);
    expect(await imports.undo(seller, id)).toMatchObject({
      state: 'undone',
      undone: { archived: 1, restored: 2, left: 0 },
    });
    expect(await imports.export(seller)).toBe(before);
    await imports.startUndo(seller, id);
    expect((await listings()).map(({ version, state }) => [version, state])).toEqual([
      [3, 'draft'],
      [3, 'published'],
      [1, 'archived'],
    ]);
    // The key of what was archived is free again.
    expect(await imports.apply(seller, second)).toMatchObject({ outcomes: { created: 1, updated: 2 } });
  });

  it('leaves what was changed, sold or archived since, and says so', async () => {
    await fresh();
    await imports.apply(seller, goodsFile(5));
    const { id } = await imports.apply(seller, goodsFile(5, { price: '20' }));
    const [edited, sold, archived, kept] = await listings();
    await edit(edited?.id ?? '', { title: 'Goblet number 0, edited' });
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    await market.buy(buyer, { listingId: sold?.id ?? '', listingVersion: 2 });
    await market.database.inTransaction((tx) =>
      archiveListing(tx, {
        sellerId: seller.citizenId,
        listingId: archived?.id ?? '',
        clock: market.clock,
        ids: systemIds,
      }),
    );
    expect(await imports.undo(seller, id)).toMatchObject({ undone: { archived: 0, restored: 2, left: 3 } });
    expect(await leftOf(id)).toEqual([
      [2, 'listing_changed'],
      [3, 'stock_changed'],
      [4, 'listing_archived'],
    ]);
    expect(await market.database.client.listing.findUnique({ where: { id: kept?.id ?? '' } })).toMatchObject({
      priceMinor: 12_50n,
      version: 3,
    });
  });

  it('puts nothing on sale beyond the trust level, or against the house', async () => {
    await fresh(0);
    await imports.apply(seller, goodsFile(2));
    const { id } = await imports.apply(seller, 'sku,state\nG-00001,paused\nG-00002,paused');
    const [held] = await listings();
    const { client } = market.database;
    const decision = { subjectKind: 'listing', subjectId: held?.id ?? '', authorId: seller.citizenId, action: 'pause' };
    await client.moderationDecision.create({
      data: {
        id: randomUUID(),
        ...decision,
        reason: 'Not to be sold.',
        decidedBy: randomUUID(),
        decidedAt: market.clock.now(),
      },
    });
    for (let number = 0; number < 3; number += 1) await market.listing(seller);
    expect(await imports.undo(seller, id)).toMatchObject({ undone: { restored: 0, left: 2 } });
    expect(await leftOf(id)).toEqual([
      [2, 'listing_held'],
      [3, 'listing_limit'],
    ]);
  });

  it('is killed and goes on: each row once', async () => {
    await fresh();
    const { id } = await imports.apply(seller, goodsFile(30));
    await imports.startUndo(seller, id);
    await workOnImports({ ...market, ids: systemIds }, { batchRows: 10 });
    let calls = 0;
    const ids = {
      uuid: () => {
        calls += 1;
        if (calls > 5) throw new Error('killed');
        return systemIds.uuid();
      },
    };
    await expect(workOnImports({ ...market, ids }, { batchRows: 10 })).rejects.toThrow('killed');
    expect(await imports.see(seller, id)).toMatchObject({ state: 'undoing', done: 10, toDo: 30 });
    await Promise.all([imports.work(), imports.work()]);
    expect(await imports.see(seller, id)).toMatchObject({ state: 'undone', undone: { archived: 30 } });
    const events = { type: 'listing.archived', subject: { in: (await listings()).map((listing) => listing.id) } };
    expect(await market.database.client.outboxEvent.count({ where: events })).toBe(30);
  });
});

describe('an export', () => {
  /** One of everything that a seller can say. */
  async function everything(): Promise<void> {
    const content = { text: 'The secret,\nis "sand"; from the Ticino.', fileIds: [] };
    await market.listing(seller, {
      ...{
        title: "=cmd|' /C calc'!A0",
        description: '@first line\n\n"quoted"; <b>bold</b>',
        tags: ['red', 'wine-glass'],
      },
      attributes: { technique: 'blown', height: 21.5, colour: "'=Ruby" },
      acceptsItself: false,
      takesOffers: false,
      quantitySteps: [
        { fromQuantity: 5, percentBps: 250 },
        { fromQuantity: 10, percentBps: 1_000 },
      ],
    });
    await market.listing(seller, {
      ...{ options: [{ name: 'Size', values: ['S', 'L'] }], stock: null },
      variants: [
        { values: ['S'], priceMinor: 10_00n, stock: 2 },
        { values: ['L'], priceMinor: 12_05n, stock: null },
      ],
      quantitySteps: [{ fromQuantity: 10, percentBps: 1_250 }],
    });
    await market.listing(seller, {
      ...{
        kind: 'service',
        category: 'services',
        stock: null,
        availability: '-Weekdays',
        deliveryDays: 0,
        isDraft: true,
      },
    });
    await market.listing(seller, { kind: 'digital', category: 'patterns', stock: null, content });
    const { listingId } = await market.listing(seller);
    await market.database.client.listing.update({ where: { id: listingId }, data: { state: 'paused' } });
  }

  it.each(['csv', 'json'] as const)(
    'as %s, imported into an empty account, is the same export again',
    async (format) => {
      await fresh();
      await everything();
      const text = await imports.export(seller, { format, hasContent: true });
      expect(text).toContain('Ticino');
      const other = await market.citizen();
      const done = await imports.apply(other, text);
      expect(done).toMatchObject({ state: 'applied', problemCount: 0, outcomes: { created: 5 } });
      expect(await imports.export(other, { format, hasContent: true })).toBe(text);
      const again = await imports.send(seller, text);
      expect(again.previews[0]).toMatchObject({ unchanged: 5, updated: 0, created: 0 });
    },
  );

  it('keeps what buyers pay for to itself unless it is asked for, and neutralises formulas', async () => {
    await fresh();
    await everything();
    const text = await imports.export(seller);
    expect(text).not.toContain('Ticino');
    expect(text).toContain(`"'=cmd|' /C calc'!A0"`);
    expect(text).not.toMatch(/(^|,)"?[=@+]/mu);
    const again = await imports.send(seller, text);
    expect(again.previews[0]).toMatchObject({ unchanged: 5 });
  });

  it('refuses pictures of others, naming the row', async () => {
    await fresh();
    const pictures = [{ id: randomUUID(), alt: '' }];
    const row = {
      title: 'A goblet',
      description: 'With a picture of others.',
      category: 'glass',
      price: '1',
      stock: 1,
    };
    const { id } = await imports.send(seller, JSON.stringify([row, { ...row, pictures }]));
    const query = { importId: id, sellerId: seller.citizenId, kind: 'problems', after: 0 } as const;
    const { lines } = await importReport(market.database.client, query);
    expect(lines).toMatchObject([{ rowNumber: 2, columnName: 'pictures', code: 'unknown_picture' }]);
  });
});
