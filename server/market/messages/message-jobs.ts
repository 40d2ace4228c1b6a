import { attachmentName } from '#server/market/messages/attachment-rules.ts';
import { forgottenAttachments } from '#server/market/messages/attachments.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import type { Storage } from '#server/platform/storage.ts';

const sweepMax = 500;

/**
 * Takes away files that no message took along for a day: the row first, so that no message can take it any more, then the
 * bytes. Answers how many.
 */
export async function sweepAttachments(deps: { database: Database; clock: Clock; storage: Storage }): Promise<number> {
  const { client } = deps.database;
  const ids = await forgottenAttachments(client, { now: deps.clock.now(), limit: sweepMax });
  let taken = 0;
  for (const id of ids) {
    const { count } = await client.messageAttachment.deleteMany({ where: { id, messageId: null } });
    if (count === 0) continue;
    await deps.storage.remove(attachmentName(id));
    taken += count;
  }
  return taken;
}
