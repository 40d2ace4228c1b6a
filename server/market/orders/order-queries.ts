import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { actorOf, orderNotFound } from '#server/market/orders/order-moves.ts';
import type { OrderVisitor } from '#server/market/orders/order-moves.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import type { OrderState, OrderSummary, OrderView } from '#server/market/orders/order-schema.ts';
import {
  eventOf,
  eventSelected,
  lineOf,
  lineSelected,
  namedIn,
  orderSelected,
  summaryOf,
} from '#server/market/orders/order-views.ts';
import {
  availableActions,
  nextSteps,
  openOrderStates,
  pathAhead,
  processOf,
} from '#server/market/orders/process-rules.ts';
import { proposalOf } from '#server/market/orders/proposals.ts';
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
      purchaseId: true,
      processVersion: true,
      closedAt: true,
      giftNote: true,
      lines: { select: lineSelected, orderBy: { line: 'asc' } },
      events: { select: eventSelected, orderBy: { sequence: 'asc' } },
    },
  });
  const viewer = row === null ? null : actorOf(row, input.visitor);
  if (row === null || viewer === null) throw orderNotFound();
  const summary = summaryOf(row, await partiesOf(db, namedIn([row])));
  const process = processOf(row.processVersion);
  const at = { state: summary.state, actor: viewer };
  const proposal = await proposalOf(db, row);
  return {
    ...summary,
    purchaseId: row.purchaseId,
    processVersion: row.processVersion,
    feePpm: row.feePpm,
    closedAt: row.closedAt,
    viewer,
    // Nobody agrees to nothing, or to their own words.
    actions: availableActions(process, at).filter(
      (action) => action !== 'agree' || (proposal !== null && proposal.by !== viewer),
    ),
    giftNote: viewer === 'buyer' ? row.giftNote : null,
    next: nextSteps(process, summary.state).filter(({ actor }) => actor !== 'recipient' || row.recipientId !== null),
    ahead: pathAhead(process, summary.state),
    proposal,
    lines: row.lines.map(lineOf),
    events: row.events.map(eventOf),
  };
}

/** What a citizen's open purchases hold in escrow. */
export async function escrowOf(db: Db, buyerId: string): Promise<{ totalMinor: DucatMinor; orders: number }> {
  const open = await db.marketOrder.aggregate({
    where: { buyerId, state: { in: [...openOrderStates] } },
    _sum: { totalMinor: true, refundedMinor: true },
    _count: { id: true },
  });
  const { totalMinor, refundedMinor } = open._sum;
  return { totalMinor: ducat((totalMinor ?? 0n) - (refundedMinor ?? 0n)), orders: open._count.id };
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
  const parties = await partiesOf(db, namedIn(page.items));
  return { items: page.items.map((row) => summaryOf(row, parties)), nextCursor: page.nextCursor };
}
