import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeAccount } from '#server/citizens/closing.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { marketClosing, marketData } from '#server/market/account.ts';
import { fileForVisitor, orderContent } from '#server/market/catalogue/content-queries.ts';
import { openOrders } from '#server/market/dashboards/open-orders.ts';
import { giftForRecipient, giftsReceived } from '#server/market/gifts/gift-queries.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { orderOfVisitor } from '#server/market/people/order-facts.ts';
import { orderForParty } from '#server/market/orders/order-queries.ts';
import { placeOrderInput } from '#server/market/orders/order-schema.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { testOffers } from '#server/testing/offers.ts';
import { digitalTerms } from '#server/testing/order-walks.ts';

const note = 'For <b>your</b> name day';
let market: TestMarket;

beforeAll(async () => {
  market = await testMarket();
});

interface Scene {
  seller: TestCitizen;
  giver: TestCitizen;
  recipient: TestCitizen;
  listingId: string;
}

async function scene(terms: Parameters<TestMarket['listing']>[1] = {}): Promise<Scene> {
  const [seller, giver, recipient] = [
    await market.citizen(),
    await market.citizen({ ducatsMinor: 500_00n }),
    await market.citizen(),
  ];
  const { listingId } = await market.listing(seller, { priceMinor: 34_00n, ...terms });
  return { seller, giver, recipient, listingId };
}

const nameOf = async ({ citizenId: id }: TestCitizen) =>
  (await market.database.client.citizen.findUniqueOrThrow({ where: { id } })).username;

async function give({ giver, recipient, listingId }: Scene, other: object = {}): Promise<string> {
  const gift = { username: await nameOf(recipient), note };
  return (await market.buy(giver, { listingId, gift, ...other })).orderId;
}

const seenBy = ({ citizenId: recipientId }: TestCitizen, orderId: string) =>
  giftForRecipient(market.database.client, { orderId, recipientId });
const orderSeenBy = (visitor: TestCitizen, orderId: string) =>
  orderForParty(market.database.client, { orderId, visitor });
const told = (citizen: TestCitizen) => testOffers(market).told(citizen);
const refusal = (code: string) => ({ code });

/** Everything that a value says, however deep, as one text. */
const wordsOf = (value: unknown) =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${String(part)}n` : part));

describe('a gift', () => {
  it('is paid by its giver and read by its recipient, with the note and the giver, and without what it cost', async () => {
    const all = await scene();
    const orderId = await give(all, { quantity: 2 });
    expect(await market.balance(all.giver.citizenId, 'wallet')).toBe(432_00n);
    const gift = await seenBy(all.recipient, orderId);
    expect(gift).toMatchObject({ note, quantity: 2, state: 'accepted', mayConfirm: false });
    expect(gift.giver.citizenId).toBe(all.giver.citizenId);
    const { items } = await giftsReceived(market.database.client, { recipientId: all.recipient.citizenId, limit: 10 });
    expect(items.map((item) => item.orderId)).toEqual([orderId]);
    for (const read of [gift, items]) expect(wordsOf(read)).not.toMatch(/Minor|3400|6800|\dn/u);
    expect(await told(all.recipient)).toEqual(['gift_given']);
  });

  it('says to the seller for whom it is, and its note to the giver alone', async () => {
    const all = await scene();
    const orderId = await give(all);
    const [bought, sold] = [await orderSeenBy(all.giver, orderId), await orderSeenBy(all.seller, orderId)];
    expect([bought.recipient?.citizenId, sold.recipient?.citizenId]).toEqual(
      Array.from({ length: 2 }, () => all.recipient.citizenId),
    );
    expect([bought.giftNote, sold.giftNote]).toEqual([note, null]);
    expect(sold.next.some(({ actor }) => actor === 'recipient')).toBe(false);
    const plain = await market.buy(all.giver, { listingId: all.listingId });
    const view = await orderSeenBy(all.giver, plain.orderId);
    expect([view.recipient, view.giftNote]).toEqual([null, null]);
  });

  it('stands on the lists of open orders of both sides, with whom it is for', async () => {
    const all = await scene();
    const orderId = await give(all);
    const gift = { items: [{ id: orderId, recipient: { citizenId: all.recipient.citizenId } }] };
    for (const [side, { citizenId }] of [['buyer', all.giver] as const, ['seller', all.seller] as const])
      expect(await openOrders(market.database.client, { citizenId, side })).toMatchObject(gift);
  });

  it('is confirmed by its recipient once, which pays the seller; both are told', async () => {
    const all = await scene();
    const orderId = await give(all);
    const confirm = () => market.step({ orderId, visitor: all.recipient, action: 'confirm' });
    await expect(confirm()).rejects.toMatchObject(refusal('order_step_unavailable'));
    await market.step({ orderId, visitor: all.seller, action: 'deliver' });
    expect(await seenBy(all.recipient, orderId)).toMatchObject({ mayConfirm: true });
    const answers = await Promise.all(Array.from({ length: 16 }, confirm));
    for (const answer of answers) expect(answer).toEqual({ orderId, state: 'completed' });
    expect(await market.balance(all.seller.citizenId, 'wallet')).toBe(33_49n);
    expect((await orderSeenBy(all.giver, orderId)).events.at(-1)).toMatchObject({ actor: 'recipient' });
    expect(await told(all.recipient)).toEqual(['gift_given', 'gift_moved']);
    for (const { citizenId } of [all.giver, all.seller]) {
      const where = { citizenId, kind: 'order_moved', details: { path: ['to'], equals: 'completed' } };
      expect(await market.database.client.notification.count({ where })).toBe(1);
    }
    expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  });

  it('is nobody else’s to read as a gift, and its order nothing to its recipient, not even as an operator', async () => {
    const all = await scene();
    const orderId = await give(all);
    const judge = { ...all.recipient, role: 'operator' } as const;
    for (const other of [all.giver, all.seller, await market.citizen()])
      await expect(seenBy(other, orderId)).rejects.toMatchObject(refusal('gift_not_found'));
    for (const visitor of [all.recipient, judge]) {
      await expect(orderSeenBy(visitor, orderId)).rejects.toMatchObject(refusal('order_not_found'));
      const reading = orderOfVisitor(market.database.client, { orderId, visitor });
      await expect(reading).rejects.toMatchObject(refusal('order_not_found'));
    }
    await market.step({ orderId, visitor: all.giver, action: 'dispute' });
    for (const action of ['resolve_release', 'resolve_refund', 'dispute', 'deliver', 'refund_all'] as const)
      await expect(market.step({ orderId, visitor: judge, action })).rejects.toMatchObject(
        refusal('order_step_forbidden'),
      );
    for (const action of ['propose', 'agree', 'resolve_split'] as const)
      await expect(market.step({ orderId, visitor: judge, action })).rejects.toMatchObject(refusal('order_not_found'));
    await expect(market.refundPart({ orderId, visitor: judge, amountMinor: 1_00n })).rejects.toMatchObject(
      refusal('order_not_found'),
    );
  });

  it('that does not come goes back to the giver, and its recipient is told', async () => {
    const all = await scene();
    const orderId = await give(all);
    await market.step({ orderId, visitor: all.seller, action: 'cancel' });
    expect(await market.balance(all.giver.citizenId, 'wallet')).toBe(500_00n);
    expect(await told(all.recipient)).toEqual(['gift_given', 'gift_moved']);
  });
});

describe('what a digital gift reveals', () => {
  it('is read by its recipient and not by its giver, its files too, until all was given back', async () => {
    const all = await scene();
    const fileId = randomUUID();
    const file = {
      id: fileId,
      ownerId: all.seller.citizenId,
      name: 'pattern.pdf',
      bytes: 3,
      createdAt: market.clock.now(),
    };
    await market.database.client.contentFile.create({
      data: { ...file, storedAt: market.clock.now(), sentHash: '0'.repeat(64) },
    });
    const content = { text: 'Fold it twice.', fileIds: [fileId] };
    const { listingId } = await market.listing(all.seller, { ...digitalTerms, stock: null, content });
    const orderId = await give({ ...all, listingId });
    const read = ({ citizenId: readerId }: TestCitizen) => orderContent(market.database.client, { orderId, readerId });
    const load = ({ citizenId: visitorId }: TestCitizen) =>
      fileForVisitor(market.database.client, { fileId, visitorId });
    expect(await read(all.recipient)).toMatchObject([{ text: 'Fold it twice.' }]);
    expect(await load(all.recipient)).toMatchObject({ name: 'pattern.pdf' });
    await expect(read(all.giver)).rejects.toMatchObject(refusal('content_not_found'));
    await expect(load(all.giver)).rejects.toMatchObject(refusal('file_not_found'));
    await market.step({ orderId, visitor: all.seller, action: 'refund_all' });
    await expect(read(all.recipient)).rejects.toMatchObject(refusal('content_not_found'));
    await expect(load(all.recipient)).rejects.toMatchObject(refusal('file_not_found'));
    const own = await market.buy(all.giver, { listingId });
    expect(
      await orderContent(market.database.client, { orderId: own.orderId, readerId: all.giver.citizenId }),
    ).toHaveLength(1);
  });
});

describe('who may be given something', () => {
  it('is neither the buyer, nor the seller, nor nobody', async () => {
    const all = await scene();
    const to = (recipient: TestCitizen) => give({ ...all, recipient });
    await expect(to(all.giver)).rejects.toMatchObject(refusal('gift_to_yourself'));
    await expect(to(all.seller)).rejects.toMatchObject(refusal('gift_to_seller'));
    const nobody = { username: 'nobody_is_called_that', note: null };
    await expect(market.buy(all.giver, { listingId: all.listingId, gift: nobody })).rejects.toMatchObject(
      refusal('recipient_not_found'),
    );
    expect(await market.balance(all.giver.citizenId, 'wallet')).toBe(500_00n);
  });

  it.each(['giver', 'recipient'] as const)('is nobody where the %s blocked the other', async (by) => {
    const all = await scene();
    const other = by === 'giver' ? all.recipient : all.giver;
    const block = { by: all[by].citizenId, citizenId: other.citizenId, kind: 'block', isOn: true } as const;
    await market.database.inTransaction((tx) => setBlock(tx, { ...block, clock: market.clock }));
    await expect(give(all)).rejects.toMatchObject(refusal('gift_unavailable'));
  });

  it('is nobody whose account is closed, while a gift that is on its way goes on, and its key answers as before', async () => {
    const all = await scene();
    const key = randomUUID();
    const gift = { username: await nameOf(all.recipient), note };
    const buy = () => market.buy(all.giver, { listingId: all.listingId, gift, key });
    const { orderId } = await buy();
    const { citizenId } = all.recipient;
    const closing = { clock: market.clock, ids: systemIds, secret: testSecret, parts: [marketClosing] };
    await market.database.inTransaction((tx) => closeAccount(tx, closing, { citizenId, confirmation: gift.username }));
    expect((await buy()).orderId).toBe(orderId);
    for (const username of [gift.username, await nameOf(all.recipient)])
      await expect(market.buy(all.giver, { listingId: all.listingId, gift: { username, note } })).rejects.toMatchObject(
        refusal('recipient_not_found'),
      );
    await market.step({ orderId, visitor: all.seller, action: 'deliver' });
    await market.step({ orderId, visitor: all.giver, action: 'confirm' });
    expect(await market.balance(all.seller.citizenId, 'wallet')).toBe(33_49n);
  });

  it('is part of what a key stands for, and of what is told of a citizen', async () => {
    const all = await scene();
    const key = randomUUID();
    const orderId = await give(all, { key });
    const plain = market.buy(all.giver, { listingId: all.listingId, key });
    await expect(plain).rejects.toMatchObject(refusal('idempotency_key_reused'));
    const rows: unknown[] = [];
    const input = { citizenId: all.recipient.citizenId, clock: market.clock, sealing: testSealing };
    for (const part of marketData.parts.filter(({ name }) => name === 'giftsReceived'))
      for await (const row of part.rows(market.database.client, input)) rows.push(row);
    expect(rows).toMatchObject([{ orderId, note }]);
  });

  it.each([
    ['a line break', 'one\ntwo', 'one two'],
    ['a control character', 'a\u0000b', null],
    ['no end', 'x'.repeat(201), null],
  ])('gets one line: %s', (_, written, read) => {
    const order = { listingId: randomUUID(), listingVersion: 1, quantity: 1, key: randomUUID() };
    const parsed = placeOrderInput.safeParse({ ...order, gift: { username: 'Somebody', note: written } });
    expect(parsed.success ? parsed.data.gift?.note : null).toBe(read);
    expect(placeOrderInput.safeParse({ ...order, gift: { username: '../etc', note: null } }).success).toBe(false);
  });
});
