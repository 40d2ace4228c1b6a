import type { Clock } from '#server/platform/clock.ts';
import { Prisma, type Db, type Tx } from '#server/platform/db.ts';

/** Whether a seller's orders are accepted by themselves, at once; that is so until they say otherwise. */
export async function acceptsItself(db: Db, sellerId: string): Promise<boolean> {
  const row = await db.orderSetting.findUnique({ where: { sellerId }, select: { acceptsItself: true } });
  return row?.acceptsItself ?? true;
}

/** The same as a value of SQL. */
export function acceptsItselfSql(sellerId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`coalesce((SELECT accepts_itself FROM order_setting WHERE seller_id = ${sellerId}), true)`;
}

/**
 * Whether an order of these listings of one seller is accepted by itself, at once: where every one of them says so, or
 * leaves it to its seller who does.
 */
export function acceptsOrderItself(
  listings: readonly { acceptsItself: boolean | null }[],
  seller: { acceptsItself: boolean },
): boolean {
  return listings.every((listing) => listing.acceptsItself ?? seller.acceptsItself);
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
