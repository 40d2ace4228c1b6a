import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { marketData } from '#server/market/account.ts';
import { fileForVisitor, orderContent, ownContent } from '#server/market/catalogue/content-queries.ts';
import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { contentName, pictureNames, uploadFile, uploadPicture } from '#server/market/uploads/upload-flows.ts';
import { sweepUploads } from '#server/market/uploads/upload-jobs.ts';
import { folderStorage, type Storage } from '#server/platform/storage.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';

const folder = mkdtempSync(join(tmpdir(), 'cascade-uploads-'));
const storage = folderStorage(folder);
let market: TestMarket;
let seller: TestCitizen;
let bytes: Uint8Array;

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
  bytes = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const deps = (kept: Storage = storage) => ({ database: market.database, clock: market.clock, storage: kept });
/** The same a day later. */
const later = (kept: Storage = storage) => ({
  ...deps(kept),
  clock: { now: () => new Date(market.clock.now().getTime() + dayMs + 1) },
});
const picture = (id: string = randomUUID(), owner = seller) =>
  uploadPicture(deps(), { id, ownerId: owner.citizenId, bytes });
const file = (id: string = randomUUID(), owner = seller) =>
  uploadFile(deps(), { id, ownerId: owner.citizenId, bytes, name: 'plan.pdf' });
const isStored = async (name: string) => (await storage.get(name)) !== null;
const dayMs = 24 * 3_600_000;

describe('pictures on a listing', () => {
  it('are kept in their order with their alternative texts, the first on its card', async () => {
    const [first, second] = [await picture(), await picture()];
    const pictures = [
      { id: second.id, alt: 'From above' },
      { id: first.id, alt: '' },
    ];
    const { listingId } = await market.listing(seller, { pictures });
    const seen = await listingById(market.database.client, { listingId, visitorId: null });
    expect(seen).toMatchObject({ pictures, picture: pictures[0] });
    const kept = await market.database.client.listingVersion.findFirstOrThrow({ where: { listingId } });
    expect(kept.pictures).toEqual(pictures);
  });

  it("somebody else's, a half sent one and one that was swept are refused", async () => {
    const { id: foreign } = await picture(randomUUID(), await market.citizen());
    const half: string = randomUUID();
    const broken: Storage = { ...storage, put: () => Promise.reject(new Error('disk full')) };
    const interrupted = uploadPicture(deps(broken), { id: half, ownerId: seller.citizenId, bytes });
    await expect(interrupted).rejects.toThrow('disk full');
    for (const id of [foreign, half, randomUUID()])
      await expect(market.listing(seller, { pictures: [{ id, alt: '' }] })).rejects.toMatchObject({
        code: 'unknown_picture',
      });
    await picture(half);
    expect(await market.listing(seller, { pictures: [{ id: half, alt: '' }] })).toMatchObject({ version: 1 });
  });
});

describe('the sweep', () => {
  it('takes away what no listing ever held after a day, and nothing else', async () => {
    const owner = await market.citizen();
    const [loose, held, looseFile] = [
      await picture(randomUUID(), owner),
      await picture(randomUUID(), owner),
      await file(randomUUID(), owner),
    ];
    await market.listing(owner, { pictures: [{ id: held.id, alt: '' }] });
    const brought = { id: randomUUID(), ownerId: owner.citizenId, bytes };
    const young = await uploadPicture(later(), brought);
    expect((await sweepUploads(later())).swept).toBeGreaterThanOrEqual(2);
    const where = { ownerId: owner.citizenId };
    const left = await market.database.client.picture.findMany({ where, select: { id: true } });
    expect(left.map(({ id }) => id).sort()).toEqual([held.id, young.id].sort());
    expect(await market.database.client.contentFile.count({ where })).toBe(0);
    for (const name of [...pictureNames(loose.id), contentName(looseFile.id)]) expect(await isStored(name)).toBe(false);
    for (const name of [...pictureNames(held.id), ...pictureNames(young.id)]) expect(await isStored(name)).toBe(true);
    expect(await sweepUploads(later())).toEqual({ swept: 0 });
  });

  it('goes on where it was interrupted, and what it began on cannot be taken up any more', async () => {
    const { id } = await picture();
    const broken: Storage = { ...storage, remove: () => Promise.reject(new Error('disk gone')) };
    await expect(sweepUploads(later(broken))).rejects.toThrow('disk gone');
    await expect(market.listing(seller, { pictures: [{ id, alt: '' }] })).rejects.toMatchObject({
      code: 'unknown_picture',
    });
    await expect(uploadPicture(later(), { id, ownerId: seller.citizenId, bytes })).rejects.toMatchObject({
      code: 'upload_exists',
    });
    await sweepUploads(later());
    expect(await market.database.client.picture.count({ where: { id } })).toBe(0);
    expect(await isStored(pictureNames(id)[0] ?? '')).toBe(false);
  });

  it('and a listing that takes a picture up at the same moment never end with a picture that is gone', async () => {
    const owner = await market.citizen();
    const made = await Promise.all(Array.from({ length: 8 }, () => picture(randomUUID(), owner)));
    const listings = made.map(({ id }) => market.listing(owner, { pictures: [{ id, alt: '' }] }));
    const [published] = await Promise.all([Promise.allSettled(listings), sweepUploads(later()), sweepUploads(later())]);
    for (const [index, { status }] of published.entries())
      expect(await isStored(pictureNames(made[index]?.id ?? '')[0] ?? ''), status).toBe(status === 'fulfilled');
  });
});

describe('uploads of one citizen', () => {
  it('are not taken without end while no listing holds them', async () => {
    const owner = await market.citizen();
    const rows = Array.from({ length: 60 }, () => ({
      id: randomUUID(),
      ownerId: owner.citizenId,
      sentHash: '0'.repeat(64),
      width: 1,
      height: 1,
      createdAt: market.clock.now(),
    }));
    await market.database.client.picture.createMany({ data: rows });
    await expect(picture(randomUUID(), owner)).rejects.toMatchObject({ code: 'upload_limit' });
    await expect(file(randomUUID(), owner)).rejects.toMatchObject({ code: 'upload_limit' });
  });
});

describe('content that is revealed', () => {
  it('is seen by the buyer at once, as it was bought, and by nobody else, nor by whoever has all of it back', async () => {
    const { client } = market.database;
    const [buyer, other] = [
      await market.citizen({ ducatsMinor: 100_00n }),
      await market.citizen({ ducatsMinor: 100_00n }),
    ];
    const { id } = await file();
    const digital = { kind: 'digital', category: 'patterns', stock: null } as const;
    const { listingId } = await market.listing(seller, {
      ...digital,
      content: { text: 'Fold **here**.', fileIds: [id] },
    });
    const { orderId } = await market.buy(buyer, { listingId });
    const { orderId: foreign } = await market.buy(other, { listingId });
    const hidden = { kind: 'not_found', code: 'content_not_found' };
    const asked = (by: TestCitizen, order = orderId) =>
      orderContent(client, { orderId: order, readerId: by.citizenId });
    await market.step({ orderId: foreign, visitor: seller, action: 'refund_all' });
    const revealed = { text: 'Fold **here**.', files: [{ id, name: 'plan.pdf', bytes: bytes.byteLength }] };
    expect(await asked(buyer)).toMatchObject([revealed]);
    expect(await fileForVisitor(client, { fileId: id, visitorId: buyer.citizenId })).toMatchObject({
      name: 'plan.pdf',
    });
    await market.step({ orderId, visitor: buyer, action: 'confirm' });
    expect(await asked(buyer)).toMatchObject([revealed]);
    const strangers = [asked(other), asked(other, foreign), asked(seller)];
    await Promise.all(strangers.map((attempt) => expect(attempt).rejects.toMatchObject(hidden)));
    await expect(fileForVisitor(client, { fileId: id, visitorId: other.citizenId })).rejects.toMatchObject({
      code: 'file_not_found',
    });
    expect(await ownContent(client, { listingId, sellerId: seller.citizenId })).toMatchObject(revealed);
    await expect(ownContent(client, { listingId, sellerId: other.citizenId })).rejects.toMatchObject(hidden);
  });

  it('is among what its seller may download of themselves', async () => {
    const author = await market.citizen();
    const content = { text: 'Words of the author.', fileIds: [] };
    await market.listing(author, { kind: 'digital', category: 'patterns', stock: null, content });
    const listings = marketData.parts.find(({ name }) => name === 'listings');
    const rows: object[] = [];
    const input = { citizenId: author.citizenId, sealing: testSealing, clock: market.clock };
    for await (const row of listings?.rows(market.database.client, input) ?? []) rows.push(row);
    expect(rows).toMatchObject([{ kind: 'digital', content: { text: 'Words of the author.' } }]);
  });

  it("cannot be another's file", async () => {
    const { id } = await file(randomUUID(), await market.citizen());
    const stolen = market.listing(seller, { kind: 'digital', stock: null, content: { text: null, fileIds: [id] } });
    await expect(stolen).rejects.toMatchObject({ code: 'unknown_file' });
  });
});

describe('the storage', () => {
  it('keeps a name whole or not at all, and leads nowhere else', async () => {
    await storage.put('pictures/kept/whole', bytes);
    expect(await storage.get('pictures/kept/whole')).toEqual(Buffer.from(bytes));
    expect(readdirSync(join(folder, 'pictures', 'kept'))).toEqual(['whole']);
    for (const name of ['../outside', 'pictures/../../outside', '/etc/passwd', 'a/./b', 'A', 'a//b', 'a\u0000b'])
      await expect(async () => storage.put(name, bytes)).rejects.toThrow(/leads to its place/);
    await storage.remove('pictures/kept/whole');
    await storage.remove('pictures/kept/whole');
    expect(await storage.get('pictures/kept/whole')).toBeNull();
  });
});
