import { cutPage, readTimeCursor, timeCursor } from '#server/market/cursors.ts';
import { listingSelected, withSellers } from '#server/market/listing-rows.ts';
import { listingNotFound } from '#server/market/listings.ts';
import { actorOf, orderNotFound } from '#server/market/order-steps.ts';
import type { OrderVisitor } from '#server/market/order-steps.ts';
import { partiesOf } from '#server/market/parties.ts';
import { availableActions, openOrderStates } from '#server/market/rules.ts';
import { storedWords } from '#server/market/schema.ts';
import type {
  CategoryCount,
  ListingCard,
  ListingView,
  OrderEventView,
  OrderState,
  OrderSummary,
  OrderView,
  Page,
} from '#server/market/schema.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';

interface PageInput {
  cursor?: string | undefined;
  limit: number;
}

/** All categories in their fixed order, with how many listings are on sale in each. */
export async function categories(db: Db): Promise<CategoryCount[]> {
  const rows = await db.$queryRaw<{ slug: string; nameEn: string; nameIt: string; listings: number }[]>(Prisma.sql`
    SELECT slug, name_en AS "nameEn", name_it AS "nameIt",
           (SELECT count(*) FROM listing WHERE category_slug = slug AND state = 'published')::integer AS listings
      FROM category
     ORDER BY position`);
  return rows.map((row) => ({ ...row, slug: storedWords.category.parse(row.slug) }));
}

/** One listing. A withdrawn one is shown to its seller only. Refuses: `listing_not_found`. */
export async function listingById(
  db: Db,
  input: { listingId: string; visitorId: string | null },
): Promise<ListingView> {
  const row = await db.listing.findUnique({
    where: { id: input.listingId },
    select: { ...listingSelected, description: true, updatedAt: true },
  });
  if (row === null || (row.state === 'withdrawn' && row.sellerId !== input.visitorId)) throw listingNotFound();
  const [card] = await withSellers(db, [row]);
  if (card === undefined) throw listingNotFound();
  return { ...card, description: row.description, updatedAt: row.updatedAt };
}

/** A seller's own listings, withdrawn ones included, newest first. Refuses: `invalid_cursor`. */
export async function ownListings(db: Db, input: PageInput & { sellerId: string }): Promise<Page<ListingCard>> {
  const rows = await db.listing.findMany({
    where: { sellerId: input.sellerId, ...olderThan(input.cursor) },
    select: listingSelected,
    orderBy: newestFirst,
    take: input.limit + 1,
  });
  const page = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  return { items: await withSellers(db, page.items), nextCursor: page.nextCursor };
}

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
    state: storedWords.orderState.parse(group.state),
    orders: group._count.id,
    totalMinor: ducat(group._sum.totalMinor ?? 0n),
  }));
}

const newestFirst = [{ createdAt: 'desc' }, { id: 'desc' }] satisfies Prisma.MarketOrderOrderByWithRelationInput[];

function olderThan(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { time, id } = readTimeCursor(cursor);
  return { createdAt: { lte: time }, OR: [{ createdAt: { lt: time } }, { id: { lt: id } }] };
}

function createdCursor(row: { createdAt: Date; id: string }): string {
  return timeCursor({ time: row.createdAt, id: row.id });
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
    state: storedWords.orderState.parse(row.state),
    listingId: row.listingId,
    listingTitle: row.listingTitle,
    category: storedWords.category.parse(row.categorySlug),
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
    action: storedWords.orderAction.parse(row.action),
    actor: storedWords.orderActor.parse(row.actor),
    fromState: row.fromState === null ? null : storedWords.orderState.parse(row.fromState),
    toState: storedWords.orderState.parse(row.toState),
    note: row.note,
    at: row.at,
  };
}
