import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { moderationRouter, reportsRouter } from './reports-router.ts';
import { blocksRouter } from './blocks-router.ts';
import { messagesRouter } from '#server/market/messages/messages-router.ts';
import { reviewsRouter } from '#server/market/reviews/reviews-router.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPeople } from '#server/testing/people.ts';
import { procedureTable } from '#server/testing/procedures.ts';
import { testPrincipal } from '#server/testing/principal.ts';

const people = router({
  messages: messagesRouter,
  reviews: reviewsRouter,
  reports: reportsRouter,
  blocks: blocksRouter,
  moderation: moderationRouter,
});
const makeCaller = createCallerFactory(people);
const unlimited = {
  take: () => Promise.resolve({ limit: 1, remaining: 1, resetSeconds: 1 }),
  isShared: () => false,
  close: () => Promise.resolve(),
};

let market: TestMarket;
const callerOf = (citizen: TestCitizen | null) =>
  makeCaller({
    ...testContext(market, citizen === null ? null : testPrincipal({ ...citizen })),
    limits: unlimited,
  });

beforeAll(async () => {
  market = await testMarket();
});

describe('the procedures', () => {
  it('carry a question to its answer for all, an order, its messages and both reviews', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 100_00n })];
    const { listingId } = await market.listing(seller);
    const { threadId } = await callerOf(buyer).messages.ask({ listingId, text: 'Does it ring?', key: randomUUID() });
    const answer = await callerOf(seller).messages.write({ threadId, text: 'Like a bell.', key: randomUUID() });
    await callerOf(seller).messages.showAnswer({ messageId: answer.messageId, isShown: true });
    expect((await callerOf(null).messages.shownQuestions({ listingId })).items).toHaveLength(1);
    const orderId = await testPeople(market).completedOrder(seller, buyer, listingId);
    await callerOf(buyer).messages.writeToOrder({ orderId, text: 'It came.', key: randomUUID() });
    expect(await callerOf(seller).messages.unread()).toBe(2);
    expect(await callerOf(buyer).reviews.waiting()).toMatchObject([{ orderId }]);
    await callerOf(buyer).reviews.write({ orderId, stars: 5, text: 'It rings.' });
    await callerOf(seller).reviews.write({ orderId, stars: 4, text: 'Paid at once.' });
    expect((await callerOf(null).reviews.ofListing({ listingId })).items).toMatchObject([{ text: 'It rings.' }]);
    expect(await callerOf(null).reviews.ofSeller({ citizenId: seller.citizenId })).toMatchObject({ starsMilli: 5_000 });
    expect((await callerOf(seller).reviews.received({})).items).toHaveLength(1);
  });

  it('keep words as they were written, markup included, and refuse what no text holds', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen()];
    const { listingId } = await market.listing(seller);
    const ask = (text: string) => callerOf(buyer).messages.ask({ listingId, text, key: randomUUID() });
    const { threadId } = await ask('<script>alert(1)</script>\r\n\r\n\r\n<b>bold</b>');
    const { messages } = await callerOf(seller).messages.byId({ threadId });
    expect(messages.map(({ text }) => text)).toEqual(['<script>alert(1)</script>\n\n<b>bold</b>']);
    for (const text of ['', '   \n ', 'a\u0000b', '\u202Eesrever', 'x'.repeat(4_001)])
      await expect(ask(text)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('input of any shape', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom('', '\u0000', '<script>', "'; --"),
  );
  const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 2 ** 31, 2 ** 53));
  const id = fc.oneof(fc.uuid(), text);
  const odd = <Value>(usual: fc.Arbitrary<Value>) =>
    fc.oneof(
      { weight: 5, arbitrary: usual },
      { weight: 1, arbitrary: fc.oneof(text, number, fc.bigInt(), fc.constant(null)) },
    );
  const oddFields = fc.record({
    listingId: odd(id),
    orderId: odd(id),
    threadId: odd(id),
    messageId: odd(id),
    reviewId: odd(id),
    citizenId: odd(id),
    subjectId: odd(id),
    decisionId: odd(id),
    key: odd(id),
    attachmentIds: odd(fc.array(id, { maxLength: 5 })),
    text: odd(text),
    reason: odd(text),
    stars: odd(number),
    sequence: odd(number),
    before: odd(number),
    isShown: odd(fc.boolean()),
    isOn: odd(fc.boolean()),
    kind: odd(fc.constantFrom('block', 'mute', 'kick')),
    subjectKind: odd(fc.constantFrom('listing', 'message', 'review', 'citizen')),
    action: odd(fc.constantFrom('dismiss', 'hide', 'pause', 'warn', 'burn')),
    cursor: odd(text),
    limit: odd(number),
  });

  /** Good input but for some fields, one in six, left to chance. */
  const inputFrom = (good: object) =>
    fc.tuple(oddFields, fc.func(fc.nat(5))).map(([fields, die]) => ({
      ...good,
      ...Object.fromEntries(Object.entries(fields).filter(([name]) => die(name) === 0)),
    }));

  const paths = procedureTable(people).map(({ path }) => path);

  let operator: TestCitizen;
  let good: object;

  beforeAll(async () => {
    operator = await market.citizen({ role: 'operator', ducatsMinor: 100_00n });
    const other = await market.citizen();
    const acts = testPeople(market);
    const { listingId } = await market.listing(other);
    const orderId = await acts.completedOrder(other, operator, listingId);
    const { threadId, messageId } = await acts.ask(operator, listingId);
    const { reviewId } = await acts.review(other, orderId);
    const ids = { listingId, orderId, threadId, messageId, reviewId, citizenId: other.citizenId, subjectId: listingId };
    const words = { text: 'Words that are long enough.', reason: 'abuse', kind: 'mute', subjectKind: 'listing' };
    const rest = {
      stars: 3,
      sequence: 1,
      isShown: true,
      isOn: true,
      action: 'warn',
      limit: 5,
      decisionId: randomUUID(),
    };
    good = { ...ids, ...words, ...rest };
  });

  it.each(paths)('%s answers or refuses, and never fails as a defect', async (path) => {
    const caller = callerOf(operator);
    const call = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller);
    await fc.assert(
      fc.asyncProperty(inputFrom({ ...good, key: randomUUID() }), async (input) => {
        await (call as (input: unknown) => Promise<unknown>)(input).catch((error: unknown) => {
          const { code, cause } = error as { code?: unknown; cause?: unknown };
          expect(isDomainError(cause) || code === 'BAD_REQUEST', String(cause)).toBe(true);
        });
      }),
      { numRuns: 40 },
    );
  });
});
