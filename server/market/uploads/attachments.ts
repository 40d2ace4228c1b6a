import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

interface Attachment {
  /** Who must have brought them. */
  ownerId: string;
  ids: readonly string[];
  now: Date;
}

/**
 * Ties pictures to a listing for good: they are not swept any more.
 * Refuses: `unknown_picture` (not there, not yet whole, swept, or somebody else's).
 */
export async function attachPictures(tx: Tx, input: Attachment): Promise<void> {
  if ((await attach(tx, Prisma.sql`picture`, input)) !== input.ids.length)
    throw refuse('invalid', 'unknown_picture', 'A picture is no longer there. Add it again.');
}

/** The same for files. Refuses: `unknown_file`. */
export async function attachFiles(tx: Tx, input: Attachment): Promise<void> {
  if ((await attach(tx, Prisma.sql`content_file`, input)) !== input.ids.length)
    throw refuse('invalid', 'unknown_file', 'A file is no longer there. Add it again.');
}

async function attach(tx: Tx, table: Prisma.Sql, { ownerId, ids, now }: Attachment): Promise<number> {
  if (ids.length === 0) return 0;
  // In the order of their ids, as every transaction locks them.
  return tx.$executeRaw`
    UPDATE ${table} SET attached_at = coalesce(attached_at, ${now.toISOString()}::timestamptz)
     WHERE id IN (SELECT id FROM ${table}
                   WHERE id = ANY (${[...ids]}::uuid[]) AND owner_id = ${ownerId}::uuid AND stored_at IS NOT NULL
                   ORDER BY id FOR UPDATE)`;
}
