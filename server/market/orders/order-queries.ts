import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { actorOf, orderNotFound } from '#server/market/orders/order-steps.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { availableActions, openOrderStates } from '#server/market/orders/order-rules.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import type { OrderEventView, OrderState, OrderSummary, OrderView } from '#server/market/orders/order-schema.ts';
import { partiesOf } from '#server/market/parties.ts';
import type { Page } from '#server/market/schema.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';

/** What a citizen bought, newest first. Refuses: `invalid_cursor`. */
export function ordersBought(db: Db, input: PageInput & { buyerId: string }): Promise<Page<OrderSummary>> {
  return ordersOf(db, { ...input, where: { buyerId: input.buyerId } });
}

/** What a citizen sold, newest first. Refuses: `invalid_cursor`. */
export function ordersSold(db: Db, input: PageInput & { sellerId: string }): Promise<Page<OrderSummary>> {
  return ordersOf(db, { ...input, where: { sellerId: input.sellerId } });
}

/** Orders that wait for an operator, newest first. Refuses: `invalid_cursor`. */
export function disputedOrders(db: Db, input: PageInput): Promise<Page<OrderSummary>> {
  return ordersOf(db, { ...input, where: { state: 'disputed' } });
}

/** One order with its history, for its parties and operators. Refuses: `order_not_found`, also for strangers. */
export async function orderForParty(db: Db, input: { orderId: string; visitor: OrderVisitor }): Promise<OrderView> {
  const row = await db.marketOrder.findUnique({
    where: { id: input.orderId },
    select: {
      ...orderSelected,
      description: true,
      unitPriceMinor: true,
      feePpm: true,
      closedAt: true,
      events: { select: eventSelected, orderBy: { sequence: 'asc' } },
    },
  });
  const viewer = row === null ? null : actorOf(row, input.visitor);
  if (row === null || viewer === null) throw orderNotFound();
  const parties = await partiesOf(db, [row.buyerId, row.sellerId]);
  const summary = summaryOf(row, parties);
  return {
    ...summary,
    description: row.description,
    unitPriceMinor: ducat(row.unitPriceMinor),
    feePpm: row.feePpm,
    closedAt: row.closedAt,
    viewer,
    actions: availableActions(summary.state, viewer),
    events: row.events.map(eventOf),
  };
}

/** What a citizen's open purchases hold in escrow. */
export async function escrowOf(db: Db, buyerId: string): Promise<{ totalMinor: DucatMinor; orders: number }> {
  const open = await db.marketOrder.aggregate({
    where: { buyerId, state: { in: [...openOrderStates] } },
    _sum: { totalMinor: true },
    _count: { id: true },
  });
  return { totalMinor: ducat(open._sum.totalMinor ?? 0n), orders: open._count.id };
}

/** How many orders stand in each state, for the operators' page. */
export async function orderCounts(db: Db): Promise<{ state: OrderState; orders: number; totalMinor: DucatMinor }[]> {
  const groups = await db.marketOrder.groupBy({
    by: ['state'],
    _count: { id: true },
    _sum: { totalMinor: true },
    orderBy: { state: 'asc' },
  });
  return groups.map((group) => ({
    state: storedOrderWords.state.parse(group.state),
    orders: group._count.id,
    totalMinor: ducat(group._sum.totalMinor ?? 0n),
  }));
}

const orderSelected = {
  id: true,
  state: true,
  buyerId: true,
  sellerId: true,
  listingId: true,
  listingTitle: true,
  categorySlug: true,
  quantity: true,
  totalMinor: true,
  feeMinor: true,
  createdAt: true,
  updatedAt: true,
} satisfies Prisma.MarketOrderSelect;

const eventSelected = {
  sequence: true,
  action: true,
  actor: true,
  fromState: true,
  toState: true,
  note: true,
  at: true,
} satisfies Prisma.OrderEventSelect;

type OrderRow = Prisma.MarketOrderGetPayload<{ select: typeof orderSelected }>;
type EventRow = Prisma.OrderEventGetPayload<{ select: typeof eventSelected }>;
type Parties = Awaited<ReturnType<typeof partiesOf>>;

async function ordersOf(
  db: Db,
  input: PageInput & { where: Prisma.MarketOrderWhereInput },
): Promise<Page<OrderSummary>> {
  const rows = await db.marketOrder.findMany({
    where: { ...input.where, ...olderThan(input.cursor) },
    select: orderSelected,
    orderBy: newestFirst,
    take: input.limit + 1,
  });
  const page = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  const parties = await partiesOf(
    db,
    page.items.flatMap((row) => [row.buyerId, row.sellerId]),
  );
  return { items: page.items.map((row) => summaryOf(row, parties)), nextCursor: page.nextCursor };
}

function summaryOf(row: OrderRow, parties: Parties): OrderSummary {
  return {
    id: row.id,
    state: storedOrderWords.state.parse(row.state),
    listingId: row.listingId,
    listingTitle: row.listingTitle,
    category: storedListingWords.category.parse(row.categorySlug),
    quantity: row.quantity,
    totalMinor: ducat(row.totalMinor),
    feeMinor: ducat(row.feeMinor),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    buyer: parties(row.buyerId),
    seller: parties(row.sellerId),
  };
}

function eventOf(row: EventRow): OrderEventView {
  return {
    sequence: row.sequence,
    action: storedOrderWords.action.parse(row.action),
    actor: storedOrderWords.actor.parse(row.actor),
    fromState: row.fromState === null ? null : storedOrderWords.state.parse(row.fromState),
    toState: storedOrderWords.state.parse(row.toState),
    note: row.note,
    at: row.at,
  };
}
