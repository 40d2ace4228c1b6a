import { actorOf, orderNotFound } from '#server/market/orders/order-steps.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/** What conversations and reviews need to know of an order. */
export interface OrderFacts {
  orderId: string;
  buyerId: string;
  sellerId: string;
  /** To whom it is given, where it is a gift: no party to what the two say. */
  recipientId: string | null;
  title: string;
  /** The listings it was bought from, in the order of their ids. */
  listingIds: string[];
  /** Null unless it ended as it should: delivered, received and paid out. */
  completedAt: Date | null;
  /** Whether an operator has something to decide: until then it concerns nobody but its parties. */
  waitsForOperator: boolean;
}

const factsSelected = {
  buyerId: true,
  sellerId: true,
  recipientId: true,
  listingTitle: true,
  closedAt: true,
  lines: { select: { listingId: true }, take: 100 },
} satisfies Prisma.MarketOrderSelect;

function listingsOf({ lines }: { lines: readonly { listingId: string }[] }): string[] {
  return [...new Set(lines.map(({ listingId }) => listingId))].sort();
}

/** An order as far as people talk about it. Null when there is none. */
export async function orderFacts(db: Db, orderId: string): Promise<OrderFacts | null> {
  const row = await db.marketOrder.findUnique({
    where: { id: orderId },
    select: { ...factsSelected, state: true },
  });
  if (row === null) return null;
  const state = storedOrderWords.state.parse(row.state);
  return {
    orderId,
    buyerId: row.buyerId,
    sellerId: row.sellerId,
    recipientId: row.recipientId,
    title: row.listingTitle,
    listingIds: listingsOf(row),
    completedAt: state === 'completed' ? row.closedAt : null,
    waitsForOperator: state === 'disputed',
  };
}

/** An order with what the visitor is to it. Refuses `order_not_found`, also for strangers and before a dispute. */
export async function orderOfVisitor(
  db: Db,
  input: { orderId: string; visitor: OrderVisitor },
): Promise<{ order: OrderFacts; viewer: 'buyer' | 'seller' | 'operator' }> {
  const order = await orderFacts(db, input.orderId);
  const viewer = order === null ? null : actorOf(order, input.visitor);
  if (order === null || viewer === null) throw orderNotFound();
  if (viewer === 'operator' && !order.waitsForOperator) throw orderNotFound();
  return { order, viewer };
}

/** Holds an order's row until the transaction ends. Listings are locked before it. */
export async function lockOrder(tx: Tx, orderId: string): Promise<void> {
  await tx.$queryRaw(Prisma.sql`SELECT id FROM market_order WHERE id = ${orderId}::uuid FOR NO KEY UPDATE`);
}

const pageMax = 100;

/** Orders that a citizen bought, newest first, that are completed since a moment. */
export async function completedPurchases(db: Db, input: { buyerId: string; since: Date }): Promise<OrderFacts[]> {
  const rows = await db.marketOrder.findMany({
    where: { buyerId: input.buyerId, state: 'completed', closedAt: { gte: input.since } },
    orderBy: [{ closedAt: 'desc' }, { id: 'desc' }],
    take: pageMax,
    select: { ...factsSelected, id: true },
  });
  return rows.map((row) => ({
    orderId: row.id,
    buyerId: row.buyerId,
    sellerId: row.sellerId,
    recipientId: row.recipientId,
    title: row.listingTitle,
    listingIds: listingsOf(row),
    completedAt: row.closedAt,
    waitsForOperator: false,
  }));
}
