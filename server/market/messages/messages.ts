import { citizenTiers } from '#server/citizens/queries.ts';
import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { threadsADay } from '#server/market/messages/message-schema.ts';
import type { MessageReceipt, Words, WriteObstacle } from '#server/market/messages/message-schema.ts';
import { isBlocked, tell } from '#server/market/people/blocks.ts';
import { orderOfVisitor } from '#server/market/people/order-facts.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';

interface Writing {
  readonly authorId: string;
  readonly words: Words;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Asks a seller about a listing: goes on with the thread of the two about it, or begins one.
 * Refuses: `listing_not_found`, `own_listing`, `seller_unavailable`, `too_many_threads` and what `write` refuses.
 */
export async function ask(tx: Tx, input: Writing & { listingId: string }): Promise<MessageReceipt> {
  const { listingId, authorId: buyerId } = input;
  const known = await tx.thread.findUnique({
    where: { listingId_buyerId: { listingId, buyerId } },
    select: { id: true },
  });
  if (known !== null) return write(tx, { ...input, threadId: known.id });
  const { seller, title } = await listingById(tx, { listingId, visitorId: buyerId });
  const sellerId = seller.citizenId;
  if (sellerId === buyerId) throw refuse('conflict', 'own_listing', 'This listing is your own.');
  if (await isBlocked(tx, { by: sellerId, citizenId: buyerId }))
    throw refuse('conflict', 'seller_unavailable', 'This seller does not answer you.');
  await refuseOneTooMany(tx, { buyerId, now: input.clock.now() });
  const threadId = await openThread(tx, { listingId, buyerId, sellerId, title, tools: input });
  return write(tx, { ...input, threadId });
}

/** Writes within an order; the first message begins its thread. Refuses: `order_not_found` and what `write` refuses. */
export async function writeToOrder(tx: Tx, input: Writing & { orderId: string }): Promise<MessageReceipt> {
  const { orderId } = input;
  const visitor = { citizenId: input.authorId, role: 'citizen' } as const;
  const { order } = await orderOfVisitor(tx, { orderId, visitor });
  const { buyerId, sellerId, title } = order;
  const known = await tx.thread.findUnique({ where: { orderId }, select: { id: true } });
  const threadId = known?.id ?? (await openThread(tx, { orderId, buyerId, sellerId, title, tools: input }));
  return write(tx, { ...input, threadId });
}

/**
 * Adds a message to a thread, with the files that were brought before. The same key with the same words answers as it did
 * first. Refuses: `thread_not_found` (also to strangers), `conversation_closed`, `you_block_them`,
 * `attachment_not_found`, `idempotency_key_reused`.
 */
export async function write(tx: Tx, input: Writing & { threadId: string }): Promise<MessageReceipt> {
  const { authorId, words, threadId, clock, ids } = input;
  const thread = await lockThread(tx, threadId);
  if (thread === null || (thread.buyerId !== authorId && thread.sellerId !== authorId)) throw threadNotFound();
  const hash = inputHash({ threadId, text: words.text, attachments: words.attachmentIds.join() });
  const known = await tx.message.findUnique({
    where: { authorId_key: { authorId, key: words.key } },
    select: { id: true, threadId: true, sequence: true, inputHash: true },
  });
  if (known !== null) return repeatedReceipt(known, hash);

  const otherId = thread.buyerId === authorId ? thread.sellerId : thread.buyerId;
  const obstacle = await writeObstacle(tx, { authorId, otherId });
  if (obstacle !== null) throw obstacles[obstacle]();
  const [messageId, now, sequence] = [ids.uuid(), clock.now(), thread.lastSequence + 1];
  const row = { id: messageId, threadId, sequence, authorId, key: words.key, inputHash: hash, text: words.text };
  const { count } = await tx.message.createMany({ data: [{ ...row, createdAt: now }], skipDuplicates: true });
  // Attempts within one thread wait for its row, so whoever holds this key now wrote in another.
  if (count === 0) throw keyReused();
  await takeAlong(tx, { messageId, ownerId: authorId, attachmentIds: words.attachmentIds });
  await tx.thread.update({ where: { id: threadId }, data: { lastSequence: sequence }, select: { id: true } });
  await arrive(tx, { threadId, authorId, now });
  await announce(tx, { input, otherId, thread });
  return { threadId, messageId, sequence };
}

/** Why `authorId` cannot write to `otherId`; null when nothing is in the way. */
export async function writeObstacle(
  db: Db,
  { authorId, otherId }: { authorId: string; otherId: string },
): Promise<Exclude<WriteObstacle, 'not_a_party'> | null> {
  if (await isBlocked(db, { by: otherId, citizenId: authorId })) return 'conversation_closed';
  if ((await citizenTiers(db, otherId)) === null) return 'conversation_closed';
  return (await isBlocked(db, { by: authorId, citizenId: otherId })) ? 'you_block_them' : null;
}

const obstacles = {
  conversation_closed: () => refuse('conflict', 'conversation_closed', 'They do not take messages from you.'),
  you_block_them: () => refuse('conflict', 'you_block_them', 'You blocked them. Unblock them to write.'),
} as const;

export function threadNotFound(): Error {
  return refuse('not_found', 'thread_not_found', 'There is no such conversation.');
}

export interface LockedThread {
  buyerId: string;
  sellerId: string;
  title: string;
  isOfOrder: boolean;
  lastSequence: number;
}

/** Holds a thread until the transaction ends: its messages are numbered, and counted as read, one after the other. */
export async function lockThread(tx: Tx, threadId: string): Promise<LockedThread | null> {
  const rows = await tx.$queryRaw<LockedThread[]>`
    SELECT buyer_id AS "buyerId", seller_id AS "sellerId", title, order_id IS NOT NULL AS "isOfOrder",
           last_sequence AS "lastSequence"
      FROM thread WHERE id = ${threadId}::uuid FOR NO KEY UPDATE`;
  return rows[0] ?? null;
}

interface NewThread {
  listingId?: string;
  orderId?: string;
  buyerId: string;
  sellerId: string;
  title: string;
  tools: { clock: Clock; ids: Ids };
}

/** Begins a thread, or answers the one that somebody else began meanwhile. */
async function openThread(tx: Tx, { tools, ...about }: NewThread): Promise<string> {
  const [id, createdAt] = [tools.ids.uuid(), tools.clock.now()];
  const data = [{ ...about, id, lastSequence: 0, createdAt }];
  const { count } = await tx.thread.createMany({ data, skipDuplicates: true });
  if (count === 1) {
    const parties = [about.buyerId, about.sellerId];
    const party = { threadId: id, readSequence: 0, unreadCount: 0, lastMessageAt: createdAt };
    await tx.threadParty.createMany({ data: parties.map((citizenId) => ({ ...party, citizenId })) });
    return id;
  }
  const { listingId, orderId, buyerId } = about;
  const where = listingId === undefined ? { orderId: orderId ?? null } : { listingId, buyerId };
  return (await tx.thread.findFirstOrThrow({ where, select: { id: true } })).id;
}

/** One at a time begins a thread, so that many at once are no way around the limit. */
async function refuseOneTooMany(tx: Tx, { buyerId, now }: { buyerId: string; now: Date }): Promise<void> {
  await lockName(tx, `market.threads:${buyerId}`);
  const since = new Date(now.getTime() - 86_400_000);
  const begun = await tx.thread.count({ where: { buyerId, orderId: null, createdAt: { gt: since } } });
  if (begun >= threadsADay)
    throw refuse('rate_limited', 'too_many_threads', 'You began many conversations today. Go on tomorrow.');
}

/** Files belong to whoever brought them and go with one message. */
async function takeAlong(
  tx: Tx,
  { messageId, ownerId, attachmentIds }: { messageId: string; ownerId: string; attachmentIds: readonly string[] },
): Promise<void> {
  for (const [position, id] of attachmentIds.entries()) {
    const { count } = await tx.messageAttachment.updateMany({
      where: { id, ownerId, messageId: null, storedAt: { not: null } },
      data: { messageId, position },
    });
    if (count === 0) throw refuse('not_found', 'attachment_not_found', 'A file is not there any more. Add it again.');
  }
}

async function arrive(
  tx: Tx,
  { threadId, authorId, now }: { threadId: string; authorId: string; now: Date },
): Promise<void> {
  await tx.threadParty.updateMany({ where: { threadId }, data: { lastMessageAt: now } });
  const others = { threadId, citizenId: { not: authorId } };
  await tx.threadParty.updateMany({ where: others, data: { unreadCount: { increment: 1 } } });
}

/** Says so once until they have looked: whoever writes ten lines is told of once. */
async function announce(
  tx: Tx,
  { input, otherId, thread }: { input: Writing & { threadId: string }; otherId: string; thread: LockedThread },
): Promise<void> {
  const party = await tx.threadParty.findUniqueOrThrow({
    where: { threadId_citizenId: { threadId: input.threadId, citizenId: otherId } },
    select: { unreadCount: true },
  });
  if (party.unreadCount > 1) return;
  const isQuestion = !thread.isOfOrder && otherId === thread.sellerId;
  const kind = isQuestion ? 'question_received' : 'message_received';
  const details = { title: thread.title, thread: input.threadId };
  await tell(tx, input, { citizenId: otherId, from: input.authorId, kind, details });
}

interface KnownMessage {
  id: string;
  threadId: string;
  sequence: number;
  inputHash: string;
}

function repeatedReceipt({ id, threadId, sequence, inputHash: known }: KnownMessage, hash: string): MessageReceipt {
  if (known !== hash) throw keyReused();
  return { threadId, messageId: id, sequence };
}
