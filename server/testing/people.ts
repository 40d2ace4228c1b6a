import { randomUUID } from 'node:crypto';
import { notificationKinds, notificationTopicOf } from '#server/citizens/schema.ts';
import type { Words } from '#server/market/messages/message-schema.ts';
import { ask, write, writeToOrder } from '#server/market/messages/messages.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { decide } from '#server/market/people/moderation.ts';
import type { BlockKind, DecideInput, ReportInput } from '#server/market/people/people-schema.ts';
import { report } from '#server/market/people/reports.ts';
import { answerReview, writeReview } from '#server/market/reviews/reviews.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { TestCitizen, TestMarket } from './market.ts';

type Said = Partial<Words>;

/** What people do with each other, by the real services. */
export function testPeople(market: TestMarket) {
  const tools = { clock: market.clock, ids: systemIds };
  const words = (said: Said): Words => ({ text: 'Is it still there?', attachmentIds: [], key: randomUUID(), ...said });
  const { database } = market;
  return {
    ask: (author: TestCitizen, listingId: string, said: Said = {}) =>
      database.inTransaction((tx) => ask(tx, { ...tools, authorId: author.citizenId, listingId, words: words(said) })),
    write: (author: TestCitizen, threadId: string, said: Said = {}) =>
      database.inTransaction((tx) => write(tx, { ...tools, authorId: author.citizenId, threadId, words: words(said) })),
    writeToOrder: (author: TestCitizen, orderId: string, said: Said = {}) =>
      database.inTransaction((tx) =>
        writeToOrder(tx, { ...tools, authorId: author.citizenId, orderId, words: words(said) }),
      ),
    block: (by: TestCitizen, other: TestCitizen, change: { kind?: BlockKind; isOn?: boolean } = {}) =>
      database.inTransaction((tx) =>
        setBlock(tx, {
          by: by.citizenId,
          citizenId: other.citizenId,
          kind: 'block',
          isOn: true,
          clock: market.clock,
          ...change,
        }),
      ),
    review: (author: TestCitizen, orderId: string, said: { stars?: number; text?: string } = {}) =>
      database.inTransaction((tx) =>
        writeReview(tx, { ...tools, authorId: author.citizenId, orderId, stars: 5, text: 'As described.', ...said }),
      ),
    answer: (by: TestCitizen, reviewId: string, text: string) =>
      database.inTransaction((tx) => answerReview(tx, { ...tools, citizenId: by.citizenId, reviewId, text })),
    report: (reporter: TestCitizen, about: Pick<ReportInput, 'subjectKind' | 'subjectId'>) =>
      database.inTransaction((tx) =>
        report(tx, {
          ...tools,
          reporterId: reporter.citizenId,
          report: { reason: 'abuse', text: 'Nobody should have to read this.', ...about },
        }),
      ),
    decide: (operator: TestCitizen, decision: Omit<DecideInput, 'reason'>) =>
      database.inTransaction((tx) =>
        decide(tx, {
          ...tools,
          operatorId: operator.citizenId,
          decision: { reason: 'By the rules of the house.', ...decision },
        }),
      ),
    /** A purchase of a listing that went well. */
    completedOrder: async (seller: TestCitizen, buyer: TestCitizen, listingId: string) => {
      const { orderId } = await market.buy(buyer, { listingId });
      await market.step({ orderId, visitor: seller, action: 'deliver' });
      await market.step({ orderId, visitor: buyer, action: 'confirm' });
      return orderId;
    },
    /** Kinds of what somebody was told of others, the latest last. */
    told: async (citizen: TestCitizen) => {
      const rows = await database.client.notification.findMany({
        where: { citizenId: citizen.citizenId },
        orderBy: { id: 'asc' },
        select: { kind: true },
      });
      const ofPeople: readonly string[] = notificationKinds.filter((kind) => notificationTopicOf[kind] === 'people');
      return rows.map(({ kind }) => kind).filter((kind) => ofPeople.includes(kind));
    },
  };
}
