import { createdCursor, cutPage, readTimeCursor, timeCursor, type PageInput } from '#server/market/cursors.ts';
import type {
  AttachmentType,
  ConversationSummary,
  ConversationView,
  MessageView,
  ShownQuestionView,
} from '#server/market/messages/message-schema.ts';
import { threadNotFound, writeObstacle } from '#server/market/messages/messages.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { partiesOf } from '#server/market/parties.ts';
import { orderFacts, orderOfVisitor } from '#server/market/people/order-facts.ts';
import type { Page } from '#server/market/schema.ts';
import type { Db, Prisma } from '#server/platform/db.ts';

/** Messages of one reading. */
const shownMax = 50;
const excerptLength = 120;

type Viewer = ConversationView['viewer'];
interface Subject {
  threadId: string | null;
  listingId: string | null;
  orderId: string | null;
  title: string;
  buyerId: string;
  sellerId: string;
  questionThreadIds: string[];
}

/** One conversation, for its parties, and for operators while they have its order to decide. Refuses `thread_not_found`. */
export async function conversationById(
  db: Db,
  input: { threadId: string; before?: number | undefined; visitor: OrderVisitor },
): Promise<ConversationView> {
  const { visitor, threadId } = input;
  const thread = await db.thread.findUnique({
    where: { id: threadId },
    select: { listingId: true, orderId: true, title: true, buyerId: true, sellerId: true },
  });
  const orderId = thread?.orderId ?? null;
  const order = orderId === null ? null : await orderFacts(db, orderId);
  const viewer = thread === null ? null : partOf(thread, visitor, order?.waitsForOperator === true);
  if (thread === null || viewer === null) throw threadNotFound();
  const questionThreadIds = order === null ? [] : await questionThreads(db, order);
  return conversation(db, { ...input, viewer, subject: { ...thread, threadId, questionThreadIds } });
}

/** What was said within an order, and about its listings before. Refuses `order_not_found`. */
export async function conversationOfOrder(
  db: Db,
  input: { orderId: string; visitor: OrderVisitor },
): Promise<ConversationView> {
  const { order, viewer } = await orderOfVisitor(db, input);
  const { orderId, title, buyerId, sellerId } = order;
  const thread = await db.thread.findUnique({ where: { orderId }, select: { id: true } });
  const questionThreadIds = await questionThreads(db, order);
  const subject = {
    orderId,
    title,
    buyerId,
    sellerId,
    listingId: null,
    threadId: thread?.id ?? null,
    questionThreadIds,
  };
  return conversation(db, { visitor: input.visitor, viewer, subject });
}

function partOf(
  thread: { buyerId: string; sellerId: string },
  visitor: OrderVisitor,
  waitsForOperator: boolean,
): Viewer | null {
  if (thread.buyerId === visitor.citizenId) return 'buyer';
  if (thread.sellerId === visitor.citizenId) return 'seller';
  return visitor.role === 'operator' && waitsForOperator ? 'operator' : null;
}

async function questionThreads(
  db: Db,
  order: { buyerId: string; sellerId: string; listingIds: readonly string[] },
): Promise<string[]> {
  const rows = await db.thread.findMany({
    where: { buyerId: order.buyerId, sellerId: order.sellerId, listingId: { in: [...order.listingIds] } },
    orderBy: { id: 'asc' },
    take: shownMax,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

async function conversation(
  db: Db,
  input: { subject: Subject; viewer: Viewer; visitor: OrderVisitor; before?: number | undefined },
): Promise<ConversationView> {
  const { subject, viewer, before } = input;
  const { questionThreadIds, buyerId, sellerId, ...rest } = subject;
  const { citizenId } = input.visitor;
  const look = { buyerId, viewerId: citizenId };
  const upTo = before === undefined ? {} : { sequence: { lt: before } };
  const [parties, questions, rows, party, obstacle] = await Promise.all([
    partiesOf(db, [buyerId, sellerId]),
    latest(db, { threadId: { in: questionThreadIds } }),
    rest.threadId === null ? [] : latest(db, { threadId: rest.threadId, ...upTo }),
    rest.threadId === null ? null : partyOf(db, { threadId: rest.threadId, citizenId }),
    viewer === 'operator'
      ? null
      : writeObstacle(db, { authorId: citizenId, otherId: viewer === 'buyer' ? sellerId : buyerId }),
  ]);
  const messages = rows.slice(0, shownMax);
  return {
    ...rest,
    viewer,
    buyer: parties(buyerId),
    seller: parties(sellerId),
    questions: questions
      .slice(0, shownMax)
      .reverse()
      .map((row) => messageOf(row, look)),
    messages: messages.map((row) => messageOf(row, look)).reverse(),
    before: rows.length > shownMax ? (messages.at(-1)?.sequence ?? null) : null,
    unread: party?.unreadCount ?? 0,
    obstacle: viewer === 'operator' ? 'not_a_party' : obstacle,
  };
}

function partyOf(db: Db, key: { threadId: string; citizenId: string }) {
  return db.threadParty.findUnique({ where: { threadId_citizenId: key }, select: { unreadCount: true } });
}

const messageSelected = {
  id: true,
  sequence: true,
  authorId: true,
  text: true,
  createdAt: true,
  hiddenAt: true,
  attachments: { select: { id: true, name: true, contentType: true, sizeBytes: true }, orderBy: { position: 'asc' } },
  shownAs: { select: { answerId: true } },
} satisfies Prisma.MessageSelect;

type MessageRow = Prisma.MessageGetPayload<{ select: typeof messageSelected }>;

/** The latest first, one more than are shown. */
function latest(db: Db, where: Prisma.MessageWhereInput): Promise<MessageRow[]> {
  return db.message.findMany({
    where,
    orderBy: [{ createdAt: 'desc' }, { sequence: 'desc' }],
    take: shownMax + 1,
    select: messageSelected,
  });
}

function messageOf(row: MessageRow, { buyerId, viewerId }: { buyerId: string; viewerId: string }): MessageView {
  const isOwn = row.authorId === viewerId;
  const isHidden = row.hiddenAt !== null;
  const isReadable = isOwn || !isHidden;
  return {
    id: row.id,
    sequence: row.sequence,
    author: row.authorId === buyerId ? 'buyer' : 'seller',
    isOwn,
    isHidden,
    text: isReadable ? row.text : null,
    createdAt: row.createdAt,
    // The table's checks allow no other types.
    attachments: isReadable
      ? row.attachments.map((file) => ({ ...file, contentType: file.contentType as AttachmentType }))
      : [],
    isShown: row.shownAs !== null,
  };
}

/** A citizen's conversations, that with the latest message first. Refuses: `invalid_cursor`. */
export async function conversationsOf(
  db: Db,
  input: PageInput & { citizenId: string },
): Promise<Page<ConversationSummary>> {
  const { citizenId, limit } = input;
  const rows = await db.threadParty.findMany({
    where: { citizenId, ...behind(input.cursor) },
    orderBy: [{ lastMessageAt: 'desc' }, { threadId: 'desc' }],
    take: limit + 1,
    select: {
      threadId: true,
      unreadCount: true,
      lastMessageAt: true,
      thread: {
        select: {
          listingId: true,
          orderId: true,
          title: true,
          buyerId: true,
          sellerId: true,
          lastSequence: true,
        },
      },
    },
  });
  const cursorOf = (row: (typeof rows)[number]) => timeCursor({ time: row.lastMessageAt, id: row.threadId });
  const page = cutPage(rows, { limit, cursorOf });
  const others = page.items.map(({ thread }) => (thread.buyerId === citizenId ? thread.sellerId : thread.buyerId));
  const [parties, lastMessages] = await Promise.all([partiesOf(db, others), lastMessagesOf(db, page.items)]);
  const items = page.items.map(({ threadId, unreadCount, lastMessageAt, thread }) => {
    const { listingId, orderId, title, buyerId, sellerId } = thread;
    const last = lastMessages.get(threadId);
    const isReadable = last !== undefined && (last.hiddenAt === null || last.authorId === citizenId);
    return {
      threadId,
      listingId,
      orderId,
      title,
      other: parties(buyerId === citizenId ? sellerId : buyerId),
      unread: unreadCount,
      lastMessageAt,
      excerpt: isReadable ? last.text.slice(0, excerptLength) : null,
    };
  });
  return { items, nextCursor: page.nextCursor };
}

/** The last message of each thread; asked for by its number, so that a long thread costs no more than a short one. */
async function lastMessagesOf(db: Db, rows: readonly { threadId: string; thread: { lastSequence: number } }[]) {
  const places = rows.map(({ threadId, thread }) => ({ threadId, sequence: thread.lastSequence }));
  const messages = await db.message.findMany({
    where: { OR: places },
    take: places.length,
    select: { threadId: true, text: true, hiddenAt: true, authorId: true },
  });
  return new Map(messages.map((message) => [message.threadId, message]));
}

function behind(cursor: string | undefined): Prisma.ThreadPartyWhereInput {
  if (cursor === undefined) return {};
  const { time, id } = readTimeCursor(cursor);
  return { lastMessageAt: { lte: time }, OR: [{ lastMessageAt: { lt: time } }, { threadId: { lt: id } }] };
}

/** How many messages a citizen has not read; counted over at most 100 conversations. */
export async function unreadMessages(db: Db, citizenId: string): Promise<number> {
  const rows = await db.threadParty.findMany({
    where: { citizenId, unreadCount: { gt: 0 } },
    take: 100,
    select: { unreadCount: true },
  });
  return rows.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
}

/** The number of a conversation's last message. Refuses `thread_not_found`, also to strangers. */
export async function newestSequence(db: Db, input: { threadId: string; citizenId: string }): Promise<number> {
  const { threadId: id, citizenId } = input;
  const where = { id, OR: [{ buyerId: citizenId }, { sellerId: citizenId }] };
  const thread = await db.thread.findFirst({ where, select: { lastSequence: true } });
  if (thread === null) throw threadNotFound();
  return thread.lastSequence;
}

/** Questions with their answers that the seller shows to everybody, the latest first. Refuses: `invalid_cursor`. */
export async function shownQuestions(
  db: Db,
  input: PageInput & { listingId: string },
): Promise<Page<ShownQuestionView>> {
  const { listingId, cursor, limit } = input;
  const position = cursor === undefined ? null : readTimeCursor(cursor);
  const older =
    position === null
      ? {}
      : { OR: [{ shownAt: { lt: position.time } }, { shownAt: position.time, answerId: { lt: position.id } }] };
  const rows = await db.shownAnswer.findMany({
    where: { listingId, answer: { hiddenAt: null }, question: { hiddenAt: null }, ...older },
    orderBy: [{ shownAt: 'desc' }, { answerId: 'desc' }],
    take: limit + 1,
    select: {
      answerId: true,
      questionId: true,
      shownAt: true,
      answer: { select: { text: true } },
      question: { select: { text: true } },
    },
  });
  const cursorOf = (row: (typeof rows)[number]) => createdCursor({ createdAt: row.shownAt, id: row.answerId });
  const page = cutPage(rows, { limit, cursorOf });
  const items = page.items.map(({ question, answer, ...row }) => ({
    ...row,
    question: question.text,
    answer: answer.text,
  }));
  return { items, nextCursor: page.nextCursor };
}
