import { notify } from '#server/citizens/notifications.ts';
import { lockThread, threadNotFound } from '#server/market/messages/messages.ts';
import { isUnheard } from '#server/market/people/blocks.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';

/**
 * Marks a thread as read up to a message; a mark never goes back. Refuses `thread_not_found`, also to strangers.
 */
export async function markThreadRead(
  tx: Tx,
  input: { citizenId: string; threadId: string; sequence: number },
): Promise<void> {
  const { citizenId, threadId, sequence } = input;
  const thread = await lockThread(tx, threadId);
  const key = { threadId, citizenId };
  const party = await tx.threadParty.findUnique({ where: { threadId_citizenId: key }, select: { readSequence: true } });
  if (thread === null || party === null) throw threadNotFound();
  const readSequence = Math.max(party.readSequence, Math.min(sequence, thread.lastSequence));
  const unread = { threadId, sequence: { gt: readSequence }, authorId: { not: citizenId } };
  const unreadCount = await tx.message.count({ where: unread });
  await tx.threadParty.update({
    where: { threadId_citizenId: key },
    data: { readSequence, unreadCount },
    select: { threadId: true },
  });
}

/**
 * Shows a seller's answer, and the question before it, to everybody on the page of the listing, or takes it away again.
 * Nobody is named there. Doing it twice changes nothing. Refuses: `message_not_found` (also when it is not one's own
 * answer to a question about a listing), `question_missing`.
 */
export async function showAnswer(
  tx: Tx,
  input: { sellerId: string; messageId: string; isShown: boolean; clock: Clock; ids: Ids },
): Promise<void> {
  const { sellerId, messageId, isShown, clock } = input;
  const answer = await tx.message.findUnique({
    where: { id: messageId, authorId: sellerId, hiddenAt: null },
    select: {
      sequence: true,
      thread: { select: { id: true, listingId: true, sellerId: true, buyerId: true, title: true } },
    },
  });
  const listingId = answer?.thread.listingId ?? null;
  if (answer === null || listingId === null || answer.thread.sellerId !== sellerId)
    throw refuse('not_found', 'message_not_found', 'There is no such answer of yours.');
  const { sequence, thread } = answer;
  await lockThread(tx, thread.id);
  if (!isShown) {
    await tx.shownAnswer.deleteMany({ where: { answerId: messageId } });
    return;
  }
  const question = await tx.message.findFirst({
    where: { threadId: thread.id, authorId: thread.buyerId, sequence: { lt: sequence }, hiddenAt: null },
    orderBy: { sequence: 'desc' },
    select: { id: true },
  });
  if (question === null) throw refuse('conflict', 'question_missing', 'There is no question before this answer.');
  const row = { answerId: messageId, questionId: question.id, listingId, shownAt: clock.now() };
  const { count } = await tx.shownAnswer.createMany({ data: [row], skipDuplicates: true });
  if (count === 0 || (await isUnheard(tx, { by: thread.buyerId, citizenId: sellerId }))) return;
  const details = { title: thread.title, listing: listingId };
  await notify(tx, input, { citizenId: thread.buyerId, kind: 'question_shown', details });
}
