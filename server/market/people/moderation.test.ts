import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decisions, reportQueue } from './moderation-queries.ts';
import { undoDecision } from './moderation.ts';
import { reportsADay, type SubjectKind } from './people-schema.ts';
import { republishListing } from '#server/market/catalogue/listings.ts';
import { conversationById, shownQuestions } from '#server/market/messages/conversation-queries.ts';
import { reviewsOfListing, reviewsOfOrder } from '#server/market/reviews/review-queries.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPeople } from '#server/testing/people.ts';

let market: TestMarket;
let people: ReturnType<typeof testPeople>;
let seller: TestCitizen;
let buyer: TestCitizen;
let operator: TestCitizen;
let listingId: string;

beforeAll(async () => {
  market = await testMarket();
  people = testPeople(market);
});

beforeEach(async () => {
  seller = await market.citizen();
  buyer = await market.citizen({ ducatsMinor: 100_00n });
  operator = await market.citizen({ role: 'operator' });
  ({ listingId } = await market.listing(seller));
});

const about = (subjectKind: SubjectKind, subjectId: string) => ({ subjectKind, subjectId });
const undo = (by: TestCitizen, decisionId: string) =>
  market.database.inTransaction((tx) =>
    undoDecision(tx, {
      operatorId: by.citizenId,
      decisionId,
      reason: 'It was a mistake.',
      clock: market.clock,
      ids: systemIds,
    }),
  );
const waiting = async () => {
  const queue = await reportQueue(market.database.client, { limit: 100 });
  return queue.items.map(({ subject }) => subject.subjectId);
};

describe('a report', () => {
  it('is heard once from each citizen, about what they can see', async () => {
    await Promise.all([
      people.report(buyer, about('listing', listingId)),
      people.report(buyer, about('listing', listingId)),
    ]);
    await people.report(await market.citizen(), about('listing', listingId));
    const queue = await reportQueue(market.database.client, { limit: 100 });
    const [item] = queue.items.filter(({ subject }) => subject.subjectId === listingId);
    expect(item).toMatchObject({ reports: [{}, {}], actions: ['dismiss', 'warn', 'pause'] });
    const { messageId } = await people.ask(buyer, listingId);
    const missing = { kind: 'not_found', code: 'message_not_found' };
    await expect(people.report(await market.citizen(), about('message', messageId))).rejects.toMatchObject(missing);
    await people.report(seller, about('message', messageId));
  });

  it('is shown to the operator however often something else was reported before', async () => {
    const [often, once] = [await market.listing(seller), await market.listing(seller)];
    const reporters = await Promise.all(Array.from({ length: 21 }, () => market.citizen()));
    for (const reporter of reporters) await people.report(reporter, about('listing', often.listingId));
    await people.report(buyer, about('listing', once.listingId));
    const { items } = await reportQueue(market.database.client, { limit: 100 });
    const reportsOf = (id: string) => items.find(({ subject }) => subject.subjectId === id)?.reports.length;
    expect([reportsOf(often.listingId), reportsOf(once.listingId)]).toEqual([20, 1]);
  });

  it('is refused about one’s own, about nothing, and about a review that only its author reads', async () => {
    const orderId = await people.completedOrder(seller, buyer, listingId);
    const { reviewId } = await people.review(buyer, orderId);
    await expect(people.report(seller, about('review', reviewId))).rejects.toMatchObject({ code: 'review_not_found' });
    await expect(people.report(seller, about('listing', listingId))).rejects.toMatchObject({ code: 'own_thing' });
    await expect(people.report(seller, about('listing', randomUUID()))).rejects.toMatchObject({
      code: 'listing_not_found',
    });
  });

  it(`is taken ${String(reportsADay)} times a day from one citizen`, async () => {
    for (let made = 0; made < reportsADay; made += 1)
      await people.report(buyer, about('listing', (await market.listing(seller)).listingId));
    const more = people.report(buyer, about('listing', listingId));
    await expect(more).rejects.toMatchObject({ kind: 'rate_limited', code: 'too_many_reports' });
  });
});

describe('a decision', () => {
  it('that hides words leaves them to their author, tells both, and may be taken back', async () => {
    const { threadId, messageId } = await people.ask(buyer, listingId, { text: 'An insult.' });
    const texts = async (visitor: TestCitizen) =>
      (await conversationById(market.database.client, { threadId, visitor })).messages.map(({ text, isHidden }) => [
        text,
        isHidden,
      ]);
    await people.report(seller, about('message', messageId));
    const { decisionId } = await people.decide(operator, { ...about('message', messageId), action: 'hide' });
    expect(await texts(seller)).toEqual([[null, true]]);
    expect(await texts(buyer)).toEqual([['An insult.', true]]);
    expect(await waiting()).not.toContain(messageId);
    expect(await people.told(seller)).toContain('report_decided');
    expect(await people.told(buyer)).toContain('content_moderated');
    await undo(operator, decisionId);
    expect(await texts(seller)).toEqual([['An insult.', false]]);
    expect(await waiting()).toContain(messageId);
    expect(await people.told(buyer)).toContain('moderation_undone');
    await expect(undo(operator, decisionId)).rejects.toMatchObject({ code: 'decision_undone' });
    const kept = await decisions(market.database.client, { limit: 10 });
    expect(kept.items.find(({ id }) => id === decisionId)).toMatchObject({
      action: 'hide',
      undoReason: 'It was a mistake.',
    });
  });

  it('takes a hidden question off the page of its listing', async () => {
    const { threadId, messageId } = await people.ask(buyer, listingId);
    const answer = await people.write(seller, threadId);
    const row = { answerId: answer.messageId, questionId: messageId, listingId, shownAt: market.clock.now() };
    await market.database.client.shownAnswer.create({ data: row });
    const shown = async () => (await shownQuestions(market.database.client, { listingId, limit: 5 })).items.length;
    expect(await shown()).toBe(1);
    await people.report(await market.citizen(), about('message', messageId));
    await people.decide(operator, { ...about('message', messageId), action: 'hide' });
    expect(await shown()).toBe(0);
  });

  it('that pauses a listing keeps it off the market whatever its seller does, until it is taken back', async () => {
    const publish = () =>
      market.database.inTransaction((tx) =>
        republishListing(tx, { sellerId: seller.citizenId, listingId, clock: market.clock, ids: systemIds }),
      );
    await people.report(buyer, about('listing', listingId));
    const { decisionId } = await people.decide(operator, { ...about('listing', listingId), action: 'pause' });
    await expect(market.buy(buyer, { listingId })).rejects.toMatchObject({ code: 'listing_withdrawn' });
    await expect(publish()).rejects.toMatchObject({ kind: 'conflict', code: 'listing_held' });
    await undo(operator, decisionId);
    await publish();
    await market.buy(buyer, { listingId });
  });

  it('that hides a review takes it out of the rating, and undoing puts it back', async () => {
    const orderId = await people.completedOrder(seller, buyer, listingId);
    const { reviewId } = await people.review(buyer, orderId, { stars: 1 });
    await people.review(seller, orderId);
    const count = async () => (await reviewsOfListing(market.database.client, { listingId, limit: 5 })).items.length;
    await people.report(seller, about('review', reviewId));
    const { decisionId } = await people.decide(operator, { ...about('review', reviewId), action: 'hide' });
    expect(await count()).toBe(0);
    await undo(operator, decisionId);
    expect(await count()).toBe(1);
  });

  it('that hides the answer to a review leaves it to whoever gave it, until it is taken back', async () => {
    const orderId = await people.completedOrder(seller, buyer, listingId);
    const { reviewId } = await people.review(buyer, orderId, { stars: 1 });
    const missing = { code: 'review_not_found' };
    await expect(people.report(buyer, about('review_answer', reviewId))).rejects.toMatchObject(missing);
    await people.review(seller, orderId);
    await people.answer(seller, reviewId, 'They are a thief.');
    const answers = async () => {
      const { client } = market.database;
      const read = async ({ citizenId }: TestCitizen) =>
        reviewsOfOrder(client, { orderId, visitor: { citizenId, role: 'citizen' }, now: market.clock.now() });
      const [{ items }, bought, sold] = [
        await reviewsOfListing(client, { listingId, limit: 5 }),
        await read(buyer),
        await read(seller),
      ];
      return [items[0]?.answer, bought.own?.answer, sold.other?.answer];
    };
    const words = 'They are a thief.';
    expect(await answers()).toEqual([words, words, words]);
    await expect(people.report(seller, about('review_answer', reviewId))).rejects.toMatchObject({ code: 'own_thing' });
    await people.report(buyer, about('review_answer', reviewId));
    const { decisionId } = await people.decide(operator, { ...about('review_answer', reviewId), action: 'hide' });
    expect(await answers()).toEqual([null, null, words]);
    await expect(people.report(await market.citizen(), about('review_answer', reviewId))).rejects.toMatchObject(
      missing,
    );
    await undo(operator, decisionId);
    expect(await answers()).toEqual([words, words, words]);
  });

  it('is made by one of two operators at once; the other is told that it was decided', async () => {
    const second = await market.citizen({ role: 'operator' });
    const { messageId } = await people.ask(buyer, listingId);
    await people.report(seller, about('message', messageId));
    const answers = await Promise.allSettled([
      people.decide(operator, { ...about('message', messageId), action: 'hide' }),
      people.decide(second, { ...about('message', messageId), action: 'dismiss' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'report_decided' } });
    expect(await market.database.client.moderationDecision.count({ where: { subjectId: messageId } })).toBe(1);
    expect((await people.told(seller)).filter((kind) => kind === 'report_decided')).toHaveLength(1);
  });

  it('is made by nobody about what is theirs or what they reported, nor taken back by its author', async () => {
    const { listingId: own } = await market.listing(operator);
    const second = await market.citizen({ role: 'operator' });
    await people.report(second, about('listing', own));
    for (const judge of [operator, second])
      await expect(people.decide(judge, { ...about('listing', own), action: 'dismiss' })).rejects.toMatchObject({
        kind: 'forbidden',
        code: 'own_report',
      });
    const third = await market.citizen({ role: 'operator' });
    const { decisionId } = await people.decide(third, { ...about('listing', own), action: 'warn' });
    expect(await people.told(operator)).toContain('content_moderated');
    await expect(undo(operator, decisionId)).rejects.toMatchObject({ code: 'own_report' });
    await expect(undo(third, randomUUID())).rejects.toMatchObject({ code: 'decision_not_found' });
  });

  it('is refused where it makes no sense: nothing was reported, a listing is not hidden, words are not paused', async () => {
    const action = 'dismiss' as const;
    const nothing = people.decide(operator, { ...about('listing', listingId), action });
    await expect(nothing).rejects.toMatchObject({ code: 'report_decided' });
    await people.report(buyer, about('listing', listingId));
    const unavailable = { code: 'action_unavailable' };
    await expect(people.decide(operator, { ...about('listing', listingId), action: 'hide' })).rejects.toMatchObject(
      unavailable,
    );
    const { messageId } = await people.ask(buyer, listingId);
    await people.report(seller, about('message', messageId));
    await expect(people.decide(operator, { ...about('message', messageId), action: 'pause' })).rejects.toMatchObject(
      unavailable,
    );
  });

  it('dismissed and taken back waits again, and the queue goes on page by page', async () => {
    const { messageId } = await people.ask(buyer, listingId);
    await people.report(seller, about('message', messageId));
    const { decisionId } = await people.decide(operator, { ...about('message', messageId), action: 'dismiss' });
    expect(await people.told(buyer)).not.toContain('content_moderated');
    await undo(operator, decisionId);
    const all = await waiting();
    expect(all).toContain(messageId);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await reportQueue(market.database.client, { limit: 2, cursor });
      paged.push(...page.items.map(({ subject }) => subject.subjectId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
  });
});
