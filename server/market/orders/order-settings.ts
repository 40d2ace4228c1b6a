import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/** Whether a seller's orders are accepted by themselves, at once; that is so until they say otherwise. */
export async function acceptsItself(db: Db, sellerId: string): Promise<boolean> {
  const row = await db.orderSetting.findUnique({ where: { sellerId }, select: { acceptsItself: true } });
  return row?.acceptsItself ?? true;
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
