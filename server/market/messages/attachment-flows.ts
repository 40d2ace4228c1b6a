import { createHash } from 'node:crypto';
import { attachmentName, attachmentTypeOf } from '#server/market/messages/attachment-rules.ts';
import { beginAttachment, finishAttachment } from '#server/market/messages/attachments.ts';
import { attachmentBytesMax } from '#server/market/messages/message-schema.ts';
import { line } from '#server/market/schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Storage } from '#server/platform/storage.ts';

const nameOf = line({ min: 1, max: 120 });

/**
 * Keeps a file that a message will take along: a row, the bytes, then the mark that they are kept. A break in between
 * leaves a row without the mark, which no message can take and the sweeper takes away.
 * Refuses: `attachment_empty`, `body_too_large`, `attachment_type`, `attachment_name`, `attachment_limit`,
 * `attachment_exists`.
 */
export async function bringAttachment(
  deps: { database: Database; clock: Clock; storage: Storage },
  file: { id: string; ownerId: string; name: string; bytes: Uint8Array },
): Promise<void> {
  const { database, clock, storage } = deps;
  const { id, ownerId, bytes } = file;
  if (bytes.byteLength === 0) throw refuse('invalid', 'attachment_empty', 'This file is empty.');
  if (bytes.byteLength > attachmentBytesMax) throw refuse('too_large', 'body_too_large', 'This file is too large.');
  const contentType = attachmentTypeOf(bytes);
  if (contentType === null)
    throw refuse('wrong_media', 'attachment_type', 'Only JPEG, PNG and WebP pictures and PDF files can be sent.');
  const name = nameOf.safeParse(file.name);
  if (!name.success) throw refuse('invalid', 'attachment_name', 'This file needs another name.');
  const facts = { id, ownerId, name: name.data, contentType, sizeBytes: bytes.byteLength, sha256: hashOf(bytes) };
  await database.inTransaction((tx) => beginAttachment(tx, { ...facts, now: clock.now() }));
  await storage.put(attachmentName(id), bytes);
  await database.inTransaction((tx) => finishAttachment(tx, { id, now: clock.now() }));
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
