import type { AttachmentType } from '#server/market/messages/message-schema.ts';
import { orderFacts } from '#server/market/people/order-facts.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** Files that somebody brought within an hour and sent with nothing yet. */
const waitingMax = 12;
const waitingHours = 24;

/**
 * Notes that a file is being brought; its bytes follow. Once more with the same id and the same bytes is the same file.
 * Refuses: `attachment_limit`, `attachment_exists`.
 */
export async function beginAttachment(
  tx: Tx,
  file: {
    id: string;
    ownerId: string;
    name: string;
    contentType: AttachmentType;
    sizeBytes: number;
    sha256: string;
    now: Date;
  },
): Promise<void> {
  const { now, ...row } = file;
  await lockName(tx, `market.attachments:${file.ownerId}`);
  const known = await tx.messageAttachment.findUnique({
    where: { id: file.id },
    select: { ownerId: true, messageId: true, sha256: true },
  });
  if (known !== null) {
    const isSame = known.ownerId === file.ownerId && known.messageId === null && known.sha256 === file.sha256;
    if (isSame) return;
    throw attachmentExists();
  }
  if ((await tx.messageAttachment.count({ where: { ownerId: file.ownerId, messageId: null } })) >= waitingMax)
    throw refuse(
      'rate_limited',
      'attachment_limit',
      'You brought many files without sending them. Try again tomorrow.',
    );
  const data = [{ ...row, position: 0, createdAt: now }];
  const { count } = await tx.messageAttachment.createMany({ data, skipDuplicates: true });
  if (count === 0) throw attachmentExists();
}

/** Notes that the bytes of a file are kept. */
export async function finishAttachment(tx: Tx, { id, now }: { id: string; now: Date }): Promise<void> {
  await tx.messageAttachment.updateMany({ where: { id, storedAt: null }, data: { storedAt: now } });
}

/** A file of one's own that no message took along goes. Refuses `attachment_not_found`. */
export async function dropAttachment(tx: Tx, own: { id: string; ownerId: string }): Promise<void> {
  const { count } = await tx.messageAttachment.deleteMany({ where: { ...own, messageId: null } });
  if (count === 0) throw attachmentNotFound();
}

/**
 * A file that the visitor may read: its owner before it is sent, afterwards the two parties, and operators while they have
 * the order to decide. Refuses `attachment_not_found`.
 */
export async function readableAttachment(
  db: Db,
  { id, visitor }: { id: string; visitor: OrderVisitor },
): Promise<{ id: string; name: string; contentType: string }> {
  const row = await db.messageAttachment.findUnique({
    where: { id, storedAt: { not: null } },
    select: {
      ownerId: true,
      name: true,
      contentType: true,
      message: { select: { hiddenAt: true, thread: { select: { buyerId: true, sellerId: true, orderId: true } } } },
    },
  });
  if (row === null) throw attachmentNotFound();
  const { ownerId, message, ...file } = row;
  const mayRead = ownerId === visitor.citizenId || (message !== null && (await isSeen(db, { message, visitor })));
  if (!mayRead) throw attachmentNotFound();
  return { ...file, id };
}

interface Sent {
  hiddenAt: Date | null;
  thread: { buyerId: string; sellerId: string; orderId: string | null };
}

async function isSeen(db: Db, { message, visitor }: { message: Sent; visitor: OrderVisitor }): Promise<boolean> {
  const { buyerId, sellerId, orderId } = message.thread;
  if (message.hiddenAt !== null) return false;
  if (visitor.citizenId === buyerId || visitor.citizenId === sellerId) return true;
  if (visitor.role !== 'operator' || orderId === null) return false;
  return (await orderFacts(db, orderId))?.waitsForOperator === true;
}

/** Files that no message took along for a day, the oldest first. */
export async function forgottenAttachments(db: Db, input: { now: Date; limit: number }): Promise<string[]> {
  const before = new Date(input.now.getTime() - waitingHours * 3_600_000);
  const rows = await db.messageAttachment.findMany({
    where: { messageId: null, createdAt: { lt: before } },
    orderBy: { createdAt: 'asc' },
    take: input.limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

function attachmentExists(): Error {
  return refuse('conflict', 'attachment_exists', 'Another file was brought under this id.');
}

export function attachmentNotFound(): Error {
  return refuse('not_found', 'attachment_not_found', 'There is no such file.');
}
