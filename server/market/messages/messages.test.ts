import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  conversationById,
  conversationOfOrder,
  conversationsOf,
  shownQuestions,
  unreadMessages,
} from './conversation-queries.ts';
import { threadsADay } from './message-schema.ts';
import { markThreadRead, showAnswer } from './reading.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPeople } from '#server/testing/people.ts';

let market: TestMarket;
let people: ReturnType<typeof testPeople>;
let [seller, buyer]: TestCitizen[] = [];
let listingId: string;

beforeAll(async () => {
  market = await testMarket();
  people = testPeople(market);
});

beforeEach(async () => {
  seller = await market.citizen();
  buyer = await market.citizen({ ducatsMinor: 100_00n });
  ({ listingId } = await market.listing(seller));
});

const some = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('made before each test');
  return value;
};
const parties = () => ({ s: some(seller), b: some(buyer) });
const look = (citizen: TestCitizen, threadId: string) =>
  conversationById(market.database.client, { threadId, visitor: citizen });
const read = (citizen: TestCitizen, threadId: string, sequence: number) =>
  market.database.inTransaction((tx) => markThreadRead(tx, { citizenId: citizen.citizenId, threadId, sequence }));
const show = (citizen: TestCitizen, messageId: string, isShown = true) =>
  market.database.inTransaction((tx) =>
    showAnswer(tx, { sellerId: citizen.citizenId, messageId, isShown, clock: market.clock, ids: systemIds }),
  );
const shown = async () => (await shownQuestions(market.database.client, { listingId, limit: 10 })).items;

describe('a question', () => {
  it('is read by the two of them and by nobody else, an operator included', async () => {
    const { s, b } = parties();
    const { threadId } = await people.ask(b, listingId, { text: 'Does it ring?' });
    await people.write(s, threadId, { text: 'Like a bell.' });
    expect((await look(b, threadId)).messages.map(({ author, text }) => [author, text])).toEqual([
      ['buyer', 'Does it ring?'],
      ['seller', 'Like a bell.'],
    ]);
    for (const stranger of [await market.citizen(), await market.citizen({ role: 'operator' })]) {
      await expect(look(stranger, threadId)).rejects.toMatchObject({ kind: 'not_found', code: 'thread_not_found' });
      await expect(people.write(stranger, threadId)).rejects.toMatchObject({ code: 'thread_not_found' });
    }
  });

  it('goes on with the thread that the two have about that listing', async () => {
    const { b } = parties();
    const first = await people.ask(b, listingId);
    const second = await people.ask(b, listingId, { text: 'And the other one?' });
    expect(second).toMatchObject({ threadId: first.threadId, sequence: 2 });
  });

  it('is refused about a listing of one’s own and about none', async () => {
    const { s, b } = parties();
    await expect(people.ask(s, listingId)).rejects.toMatchObject({ code: 'own_listing' });
    await expect(people.ask(b, randomUUID())).rejects.toMatchObject({ code: 'listing_not_found' });
  });

  it('asked twice at once with one key is one message, and with two keys two in one thread', async () => {
    const { b } = parties();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => people.ask(b, listingId, { key })));
    expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(1);
    const more = await Promise.all([people.ask(b, listingId), people.ask(b, listingId)]);
    expect(more.map(({ sequence }) => sequence).sort()).toEqual([2, 3]);
  });

  it('with a key that stood for other words is refused, in the same thread and in another', async () => {
    const { b, s } = parties();
    const key = randomUUID();
    await people.ask(b, listingId, { key });
    const reused = { kind: 'conflict', code: 'idempotency_key_reused' };
    await expect(people.ask(b, listingId, { key, text: 'Another' })).rejects.toMatchObject(reused);
    const other = await market.listing(s);
    await expect(people.ask(b, other.listingId, { key })).rejects.toMatchObject(reused);
    expect(await market.database.client.message.count({ where: { authorId: b.citizenId } })).toBe(1);
  });

  it(`begins at most ${String(threadsADay)} threads a day, also at once; the next day there is room again`, async () => {
    const { b } = parties();
    const many = await Promise.all(
      Array.from({ length: threadsADay + 2 }, async () => market.listing(await market.citizen())),
    );
    const answers = await Promise.allSettled(many.map((listing) => people.ask(b, listing.listingId)));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.map(({ reason }: { reason: unknown }) => reason)).toMatchObject([
      { code: 'too_many_threads' },
      { code: 'too_many_threads' },
    ]);
    market.clock.advance(86_400_000);
    const { sequence } = await people.ask(b, listingId);
    market.clock.advance(-86_400_000);
    expect(sequence).toBe(1);
  });
});

describe('what is unread', () => {
  it('is counted for the other one, until they have read so far; marks never go back', async () => {
    const { s, b } = parties();
    const { threadId } = await people.ask(b, listingId);
    await people.write(b, threadId);
    expect(await unreadMessages(market.database.client, s.citizenId)).toBe(2);
    expect(await unreadMessages(market.database.client, b.citizenId)).toBe(0);
    await read(s, threadId, 1);
    expect((await look(s, threadId)).unread).toBe(1);
    await read(s, threadId, 99);
    await read(s, threadId, 1);
    expect(await unreadMessages(market.database.client, s.citizenId)).toBe(0);
    await people.write(b, threadId);
    expect((await look(s, threadId)).unread).toBe(1);
    await expect(read(await market.citizen(), threadId, 1)).rejects.toMatchObject({ code: 'thread_not_found' });
  });

  it('agrees with the messages when both write and read at once', async () => {
    const { s, b } = parties();
    const { threadId } = await people.ask(b, listingId);
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        index % 3 === 0 ? read(s, threadId, index) : people.write(index % 2 === 0 ? s : b, threadId),
      ),
    );
    for (const { citizenId } of [s, b]) {
      const key = { threadId_citizenId: { threadId, citizenId } };
      const party = await market.database.client.threadParty.findUniqueOrThrow({ where: key });
      const where = { threadId, sequence: { gt: party.readSequence }, authorId: { not: citizenId } };
      expect(party.unreadCount).toBe(await market.database.client.message.count({ where }));
    }
  });

  it('is told once until it is looked at, and not by whoever is muted', async () => {
    const { s, b } = parties();
    const { threadId } = await people.ask(b, listingId);
    await people.write(b, threadId);
    expect(await people.told(s)).toEqual(['question_received']);
    await read(s, threadId, 2);
    await people.write(s, threadId);
    expect(await people.told(b)).toEqual(['message_received']);
    await people.block(s, b, { kind: 'mute' });
    await people.write(b, threadId);
    expect(await people.told(s)).toEqual(['question_received']);
    expect((await look(s, threadId)).unread).toBe(1);
  });
});

describe('an answer', () => {
  it('stands on the page of the listing with its question, without a name, when the seller says so, until they do not', async () => {
    const { s, b } = parties();
    const { threadId } = await people.ask(b, listingId, { text: 'Does it ring?' });
    const { messageId } = await people.write(s, threadId, { text: 'Like a bell.' });
    expect(await shown()).toEqual([]);
    await Promise.all([show(s, messageId), show(s, messageId)]);
    expect(await shown()).toMatchObject([{ question: 'Does it ring?', answer: 'Like a bell.' }]);
    expect(JSON.stringify(await shown())).not.toContain(b.citizenId);
    expect((await people.told(b)).filter((kind) => kind === 'question_shown')).toHaveLength(1);
    await show(s, messageId, false);
    expect(await shown()).toEqual([]);
  });

  it('is shown by nobody but its seller, and not without a question', async () => {
    const { s, b } = parties();
    const { threadId, messageId: question } = await people.ask(b, listingId);
    const { messageId } = await people.write(s, threadId);
    const missing = { code: 'message_not_found' };
    await expect(show(b, messageId)).rejects.toMatchObject(missing);
    await expect(show(s, question)).rejects.toMatchObject(missing);
    await expect(show(await market.citizen(), messageId)).rejects.toMatchObject(missing);
    await market.database.client.message.update({ where: { id: question }, data: { hiddenAt: market.clock.now() } });
    await expect(show(s, messageId)).rejects.toMatchObject({ code: 'question_missing' });
  });
});

describe('the conversation of an order', () => {
  it('begins with what the two said about the listing before, and is one however many begin it', async () => {
    const { s, b } = parties();
    const { threadId } = await people.ask(b, listingId, { text: 'Does it ring?' });
    await people.write(s, threadId, { text: 'Like a bell.' });
    const { orderId } = await market.buy(b, { listingId });
    const visitor = b;
    const before = await conversationOfOrder(market.database.client, { orderId, visitor });
    expect(before).toMatchObject({ threadId: null, messages: [], obstacle: null });
    expect(before.questions.map(({ text }) => text)).toEqual(['Does it ring?', 'Like a bell.']);
    const first = await Promise.all([people.writeToOrder(b, orderId), people.writeToOrder(s, orderId)]);
    expect(new Set(first.map((receipt) => receipt.threadId)).size).toBe(1);
    const after = await conversationOfOrder(market.database.client, { orderId, visitor: s });
    expect(after.messages).toHaveLength(2);
    expect(after.questions).toHaveLength(2);
    const list = await conversationsOf(market.database.client, { citizenId: b.citizenId, limit: 1 });
    expect(list.items).toMatchObject([{ orderId, unread: 1 }]);
    const cursor = list.nextCursor ?? undefined;
    const rest = await conversationsOf(market.database.client, { citizenId: b.citizenId, limit: 1, cursor });
    expect(rest.items).toMatchObject([{ listingId, threadId }]);
  });

  it('is read by operators only while the order waits for their decision, and never written', async () => {
    const { b, s } = parties();
    const { orderId } = await market.buy(b, { listingId });
    const { threadId } = await people.writeToOrder(b, orderId, { text: 'It is cracked.' });
    const operator = await market.citizen({ role: 'operator' });
    const seen = () => conversationOfOrder(market.database.client, { orderId, visitor: operator });
    await expect(seen()).rejects.toMatchObject({ code: 'order_not_found' });
    await expect(look(operator, threadId)).rejects.toMatchObject({ code: 'thread_not_found' });
    await market.step({ orderId, visitor: b, action: 'dispute' });
    expect(await seen()).toMatchObject({ viewer: 'operator', obstacle: 'not_a_party', messages: [{ isOwn: false }] });
    expect((await look(operator, threadId)).messages).toHaveLength(1);
    await expect(people.write(operator, threadId)).rejects.toMatchObject({ code: 'thread_not_found' });
    await expect(people.writeToOrder(operator, orderId)).rejects.toMatchObject({ code: 'order_not_found' });
    await expect(people.writeToOrder(await market.citizen(), orderId)).rejects.toMatchObject({
      code: 'order_not_found',
    });
    await people.writeToOrder(s, orderId);
  });

  it('gives its latest messages first and the earlier ones when asked', async () => {
    const { b } = parties();
    const { threadId } = await people.ask(b, listingId, { text: '1' });
    for (let number = 2; number <= 53; number += 1) await people.write(b, threadId, { text: String(number) });
    const latest = await look(b, threadId);
    expect([latest.messages.at(0)?.text, latest.messages.at(-1)?.text, latest.before]).toEqual(['4', '53', 4]);
    const earlier = await conversationById(market.database.client, { threadId, before: 4, visitor: b });
    expect(earlier.messages.map(({ text }) => text)).toEqual(['1', '2', '3']);
    expect(earlier.before).toBeNull();
  });
});

describe('a message', () => {
  it('is never changed or deleted by the application’s own database role', async () => {
    const { b } = parties();
    const { messageId: id } = await people.ask(b, listingId);
    const { message } = market.database.client;
    await expect(message.update({ where: { id }, data: { text: 'Other words' } })).rejects.toThrow();
    await expect(message.delete({ where: { id } })).rejects.toThrow();
  });

  it('does not reach whoever closed their account', async () => {
    const { s, b } = parties();
    const { threadId } = await people.ask(b, listingId);
    await market.database.client.citizen.update({ where: { id: s.citizenId }, data: { closedAt: market.clock.now() } });
    await expect(people.write(b, threadId)).rejects.toMatchObject({ code: 'conversation_closed' });
    expect((await look(b, threadId)).obstacle).toBe('conversation_closed');
  });
});
