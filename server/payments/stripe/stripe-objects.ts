import type { Db, Tx } from '#server/platform/db.ts';
import type { WriteDeps } from '#server/payments/service.ts';

/** What was made at Stripe once and for all: prices, customers, settings of the portal. */
export interface KnownObject {
  /** The idempotency key of the call that makes it. */
  id: string;
  stripeId: string | null;
}

/** The intent to have an object for a purpose; the same row for everyone who asks. */
export async function intendObject(
  tx: Tx,
  deps: WriteDeps,
  { purpose, citizenId }: { purpose: string; citizenId: string | null },
): Promise<KnownObject> {
  await tx.stripeObject.createMany({
    data: [{ id: deps.ids.uuid(), purpose, citizenId, createdAt: deps.clock.now() }],
    skipDuplicates: true,
  });
  return await tx.stripeObject.findUniqueOrThrow({ where: { purpose }, select: { id: true, stripeId: true } });
}

/** Records what Stripe made. The first answer stays. */
export async function recordObject(tx: Tx, made: { id: string; stripeId: string }): Promise<void> {
  await tx.stripeObject.updateMany({ where: { id: made.id, stripeId: null }, data: { stripeId: made.stripeId } });
}

export async function objectFor(db: Db, purpose: string): Promise<string | null> {
  return (await db.stripeObject.findUnique({ where: { purpose }, select: { stripeId: true } }))?.stripeId ?? null;
}

/** What an object at Stripe was made for; null for one that we did not make. */
export async function purposeOf(db: Db, stripeId: string): Promise<string | null> {
  return (await db.stripeObject.findUnique({ where: { stripeId }, select: { purpose: true } }))?.purpose ?? null;
}
