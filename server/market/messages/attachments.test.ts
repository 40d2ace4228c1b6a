import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachmentAt } from './attachment-router.ts';
import { attachmentDisposition, attachmentTypeOf } from './attachment-rules.ts';
import { sweepAttachments } from './message-jobs.ts';
import { conversationById } from './conversation-queries.ts';
import { attachmentBytesMax } from './message-schema.ts';
import { folderStorage, type Storage } from '#server/platform/storage.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPeople } from '#server/testing/people.ts';
import { testPrincipal } from '#server/testing/principal.ts';

let market: TestMarket;
let people: ReturnType<typeof testPeople>;
let folder: string;
let store: Storage;
let seller: TestCitizen;
let buyer: TestCitizen;
let threadId: string;
let listingId: string;

const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
  Buffer.from('IHDR and so on'),
]);

beforeAll(async () => {
  market = await testMarket();
  people = testPeople(market);
  folder = await mkdtemp(join(tmpdir(), 'attachments-'));
  store = folderStorage(folder);
  seller = await market.citizen();
  buyer = await market.citizen({ ducatsMinor: 1_000_00n });
  ({ listingId } = await market.listing(seller));
  ({ threadId } = await people.ask(buyer, listingId));
});

afterAll(() => rm(folder, { recursive: true }));

async function ask(
  citizen: TestCitizen | null,
  request: { method: string; id: string; name?: string; bytes?: Uint8Array },
) {
  const { method, id, name = 'crack.png', bytes } = request;
  const principal = citizen === null ? null : testPrincipal({ ...citizen });
  const headers = method === 'PUT' ? { 'x-file-name': encodeURIComponent(name) } : undefined;
  const body = bytes === undefined ? null : new Uint8Array(bytes);
  const init = { method, ...(headers === undefined ? {} : { headers }), body };
  const url = `http://127.0.0.1/api/message-attachments/${id}`;
  return attachmentAt(new Request(url, init), { ...market, principal }, store).catch((error: unknown) => {
    if (isDomainError(error)) return error.code;
    throw error;
  });
}

async function bring(owner: TestCitizen, file: { name?: string; bytes?: Uint8Array; id?: string } = {}) {
  const id = file.id ?? randomUUID();
  const answer = await ask(owner, { method: 'PUT', bytes: png, ...file, id });
  expect(answer).toMatchObject({ status: 204 });
  return id;
}

const give = async (citizen: TestCitizen | null, id: string) => {
  const answer = await ask(citizen, { method: 'GET', id });
  return typeof answer === 'string' ? answer : answer.status;
};

describe('what a file is', () => {
  it.each([
    ['a JPEG', [0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
    ['a PNG', [...png], 'image/png'],
    ['a WebP', [...Buffer.from('RIFF\0\0\0\0WEBPVP8 ')], 'image/webp'],
    ['a PDF', [...Buffer.from('%PDF-1.7')], 'application/pdf'],
    ['a zip', [0x50, 0x4b, 3, 4, 0, 0], null],
    ['an SVG', [...Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x()">')], null],
    ['a page', [...Buffer.from('<!doctype html><script>')], null],
    ['a RIFF that is music', [...Buffer.from('RIFF\0\0\0\0WAVEfmt ')], null],
    ['the signature of a PNG and no more', [...png.subarray(0, 8)], null],
    ['nothing', [], null],
  ])('is told by its first bytes: %s', (_title, bytes, type) => {
    expect(attachmentTypeOf(new Uint8Array(bytes))).toBe(type);
  });

  it('has a name that cannot break out of its header', () => {
    const header = attachmentDisposition('a"\r\nset-cookie: x=1; ’è.png');
    expect(header).not.toMatch(/[\r\n]/);
    expect(header.match(/"/g)).toHaveLength(2);
    expect(new Headers({ 'content-disposition': header }).get('content-disposition')).toContain('attachment');
  });
});

describe('a file', () => {
  it('goes with one message, and is given to the two parties as a download, and to nobody else', async () => {
    const id = await bring(buyer, { name: 'Crack of the “glass”.png' });
    expect(await give(seller, id)).toBe('attachment_not_found');
    await people.write(buyer, threadId, { attachmentIds: [id] });
    const answer = await ask(seller, { method: 'GET', id });
    if (typeof answer === 'string') throw new Error(answer);
    expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': expect.stringMatching(/^attachment; /) as string,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    const seen = await conversationById(market.database.client, { threadId, visitor: seller });
    expect(seen.messages.at(-1)?.attachments).toMatchObject([
      { id, name: 'Crack of the “glass”.png', sizeBytes: png.length },
    ]);
    for (const stranger of [await market.citizen(), await market.citizen({ role: 'operator' })])
      expect(await give(stranger, id)).toBe('attachment_not_found');
    expect(await give(null, id)).toBe('sign_in_required');
    const again = people.write(buyer, threadId, { attachmentIds: [id] });
    await expect(again).rejects.toMatchObject({ code: 'attachment_not_found' });
  });

  it('of an order is given to operators while they have it to decide, and hidden with its message', async () => {
    const { orderId } = await market.buy(buyer, { listingId });
    const id = await bring(buyer);
    const { messageId } = await people.writeToOrder(buyer, orderId, { attachmentIds: [id] });
    const operator = await market.citizen({ role: 'operator' });
    const desk = { method: 'GET', id };
    const principal = testPrincipal({ ...operator });
    const asOperator = () =>
      attachmentAt(
        new Request(`http://127.0.0.1/api/message-attachments/${id}`, desk),
        { ...market, principal },
        store,
      );
    await expect(asOperator()).rejects.toMatchObject({ code: 'attachment_not_found' });
    await market.step({ orderId, visitor: buyer, action: 'dispute' });
    expect((await asOperator()).status).toBe(200);
    await people.report(seller, { subjectKind: 'message', subjectId: messageId });
    await people.decide(operator, { subjectKind: 'message', subjectId: messageId, action: 'hide' });
    expect(await give(seller, id)).toBe('attachment_not_found');
    expect(await give(buyer, id)).toBe(200);
  });

  it('is refused when it is of another kind, too large, empty, without a name or at another’s id', async () => {
    const put = (file: { bytes: Uint8Array; name?: string; id?: string }) =>
      ask(buyer, { method: 'PUT', id: randomUUID(), ...file });
    expect(await put({ bytes: Buffer.from('PK\u0003\u0004 named .png') })).toBe('attachment_type');
    expect(await put({ bytes: new Uint8Array(0) })).toBe('attachment_empty');
    expect(await put({ bytes: Buffer.concat([png, Buffer.alloc(attachmentBytesMax)]) })).toBe('body_too_large');
    expect(await put({ bytes: png, name: '\u0000' })).toBe('attachment_name');
    expect(await put({ bytes: png, name: 'x'.repeat(121) })).toBe('attachment_name');
    expect(await put({ bytes: png, id: '../../etc/passwd' })).toBe('attachment_not_found');
    expect(await put({ bytes: png, id: await bring(seller) })).toBe('attachment_exists');
    expect(await ask(buyer, { method: 'DELETE', id: randomUUID() })).toMatchObject({ status: 405 });
  });

  it('brought again under its id stays the bytes that came first, also at once', async () => {
    const id = randomUUID();
    await Promise.all([bring(buyer, { id }), bring(buyer, { id })]);
    await people.write(buyer, threadId, { attachmentIds: [id] });
    const other = Buffer.from(png).fill(1, 16);
    expect(await ask(buyer, { method: 'PUT', id, bytes: other })).toBe('attachment_exists');
    const fresh = await bring(buyer);
    expect(await ask(buyer, { method: 'PUT', id: fresh, bytes: other })).toBe('attachment_exists');
    expect((await store.get(`attachments/${fresh}`))?.equals(png)).toBe(true);
  });

  it('of somebody else, or one whose bytes never came, goes with no message, which then is not sent', async () => {
    const foreign = await bring(seller);
    const missing = { code: 'attachment_not_found' };
    await expect(people.write(buyer, threadId, { attachmentIds: [foreign] })).rejects.toMatchObject(missing);
    const id = randomUUID();
    const row = {
      id,
      ownerId: buyer.citizenId,
      position: 0,
      name: 'a.png',
      contentType: 'image/png',
      sizeBytes: 3,
      sha256: '0'.repeat(64),
    };
    await market.database.client.messageAttachment.create({ data: { ...row, createdAt: market.clock.now() } });
    await expect(people.write(buyer, threadId, { attachmentIds: [id] })).rejects.toMatchObject(missing);
  });

  it('taken by two messages at once goes with one of them', async () => {
    const id = await bring(buyer);
    const { threadId: second } = await people.ask(buyer, (await market.listing(seller)).listingId);
    const answers = await Promise.allSettled(
      [threadId, second].map((each) => people.write(buyer, each, { attachmentIds: [id] })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('that nothing was sent with is swept away after a day, and so many wait at most', async () => {
    const owner = await market.citizen();
    const kept = await bring(owner);
    for (let more = 1; more < 12; more += 1) await bring(owner);
    expect(await ask(owner, { method: 'PUT', id: randomUUID(), bytes: png })).toBe('attachment_limit');
    const { threadId: thread } = await people.ask(owner, listingId, { attachmentIds: [kept] });
    expect(thread).toBeDefined();
    const deps = { ...market, storage: store };
    expect(await sweepAttachments(deps)).toBe(0);
    market.clock.advance(86_400_001);
    expect(await sweepAttachments(deps)).toBeGreaterThanOrEqual(11);
    market.clock.advance(-86_400_001);
    expect(await give(owner, kept)).toBe(200);
    const left = await market.database.client.messageAttachment.findMany({
      where: { storedAt: { not: null } },
      select: { id: true },
    });
    expect((await readdir(join(folder, 'attachments'))).sort()).toEqual(left.map((file) => file.id).sort());
  });
});
