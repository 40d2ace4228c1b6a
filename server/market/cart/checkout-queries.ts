import { z } from 'zod';
import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import type { Db } from '#server/platform/db.ts';
import { agreedGift, checkoutStates, type CheckoutView } from './cart-schema.ts';

/** The purchase that waits, or waited, for a top-up; null where there is none, also for somebody else's. */
export async function checkoutOfTopUp(
  db: Db,
  input: { topUpId: string; citizenId?: string },
): Promise<(CheckoutView & { id: string }) | null> {
  const { topUpId, citizenId } = input;
  const row = await db.checkout.findUnique({
    where: { topUpId },
    select: { id: true, citizenId: true, state: true, refusal: true },
  });
  if (row === null || (citizenId !== undefined && row.citizenId !== citizenId)) return null;
  const purchase = await db.purchase.findUnique({
    where: { buyerId_key: { buyerId: row.citizenId, key: row.id } },
    select: { orders: { select: { id: true }, take: 100 } },
  });
  const orderIds = purchase?.orders.map(({ id }) => id) ?? [];
  return { id: row.id, state: z.enum(checkoutStates).parse(row.state), refusal: row.refusal, orderIds };
}

/** Purchases that wait for a top-up, the oldest first. */
export async function waitingCheckouts(db: Db, { limit }: { limit: number }): Promise<{ topUpId: string }[]> {
  const rows = await db.checkout.findMany({
    where: { state: 'waiting', topUpId: { not: null } },
    orderBy: { createdAt: 'asc' },
    take: limit,
    select: { topUpId: true },
  });
  return rows.flatMap(({ topUpId }) => (topUpId === null ? [] : [{ topUpId }]));
}

/** What a citizen agreed to buy with their carts, newest first. Refuses: `invalid_cursor`. */
export async function checkoutsOf(db: Db, input: PageInput & { citizenId: string }) {
  const rows = await db.checkout.findMany({
    where: { citizenId: input.citizenId, ...olderThan(input.cursor) },
    orderBy: newestFirst,
    take: input.limit + 1,
    select: { id: true, totalMinor: true, gifts: true, state: true, refusal: true, createdAt: true },
  });
  const page = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  const items = page.items.map(({ gifts, ...row }) => ({ ...row, gifts: z.array(agreedGift).parse(gifts) }));
  return { items, nextCursor: page.nextCursor };
}
