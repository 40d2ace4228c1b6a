import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/** Whether a seller's orders are accepted by themselves, at once; that is so until they say otherwise. */
export async function acceptsItself(db: Db, sellerId: string): Promise<boolean> {
  const row = await db.orderSetting.findUnique({ where: { sellerId }, select: { acceptsItself: true } });
  return row?.acceptsItself ?? true;
}

/**
 * Whether an order of these listings of one seller is accepted by itself, at once: where every one of them says so, or
 * leaves it to its seller who does.
 */
export async function acceptsOrderItself(
  db: Db,
  { sellerId, listings }: { sellerId: string; listings: readonly { acceptsItself: boolean | null }[] },
): Promise<boolean> {
  if (listings.some((listing) => listing.acceptsItself === false)) return false;
  if (listings.every((listing) => listing.acceptsItself === true)) return true;
  return acceptsItself(db, sellerId);
}

/** Holds from the next purchase on; orders that wait for their seller go on waiting. */
export async function setAcceptsItself(
  tx: Tx,
  input: { sellerId: string; acceptsItself: boolean; clock: Clock },
): Promise<void> {
  const { sellerId } = input;
  const data = { acceptsItself: input.acceptsItself, updatedAt: input.clock.now() };
  await tx.orderSetting.upsert({
    where: { sellerId },
    create: { sellerId, ...data },
    update: data,
    select: { sellerId: true },
  });
}
