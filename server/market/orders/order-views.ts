import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import type { LineDiscount } from '#server/market/discounts/price-schema.ts';
import { amountsLeft } from '#server/market/orders/order-rules.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import type { OrderEventView, OrderLineView, OrderSummary } from '#server/market/orders/order-schema.ts';
import type { partiesOf } from '#server/market/parties.ts';
import { ducat } from '#server/money/money.ts';
import type { Prisma } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** How rows of orders are read, and what leaves of them. */

export const orderSelected = {
  id: true,
  state: true,
  buyerId: true,
  sellerId: true,
  recipientId: true,
  listingId: true,
  listingTitle: true,
  categorySlug: true,
  quantity: true,
  totalMinor: true,
  refundedMinor: true,
  feePpm: true,
  deadlineAt: true,
  deadlineAction: true,
  createdAt: true,
  updatedAt: true,
} satisfies Prisma.MarketOrderSelect;

export const eventSelected = {
  sequence: true,
  action: true,
  actor: true,
  fromState: true,
  toState: true,
  note: true,
  amountMinor: true,
  at: true,
} satisfies Prisma.OrderEventSelect;

export const lineSelected = {
  line: true,
  listingId: true,
  listingVersion: true,
  variantId: true,
  title: true,
  description: true,
  optionValues: true,
  categorySlug: true,
  kind: true,
  quantity: true,
  listUnitPriceMinor: true,
  unitPriceMinor: true,
  discountKind: true,
  discountId: true,
  discountBps: true,
  discountMinor: true,
  couponCode: true,
  couponMinor: true,
  fundedBy: true,
  totalMinor: true,
  offerId: true,
} satisfies Prisma.OrderLineSelect;

type OrderRow = Prisma.MarketOrderGetPayload<{ select: typeof orderSelected }>;
type EventRow = Prisma.OrderEventGetPayload<{ select: typeof eventSelected }>;
type LineRow = Prisma.OrderLineGetPayload<{ select: typeof lineSelected }>;
/** Everybody whom an order names. */
export function namedIn(rows: readonly Pick<OrderRow, 'buyerId' | 'sellerId' | 'recipientId'>[]): string[] {
  return rows
    .flatMap(({ buyerId, sellerId, recipientId }) => [buyerId, sellerId, recipientId])
    .filter((citizenId) => citizenId !== null);
}

type Parties = Awaited<ReturnType<typeof partiesOf>>;

export function summaryOf(row: OrderRow, parties: Parties): OrderSummary {
  const { deadlineAt, deadlineAction } = row;
  return {
    id: row.id,
    state: storedOrderWords.state.parse(row.state),
    listingId: row.listingId,
    listingTitle: row.listingTitle,
    category: storedListingWords.category.parse(row.categorySlug),
    quantity: row.quantity,
    totalMinor: ducat(row.totalMinor),
    feeMinor: amountsLeft(row).feeMinor,
    refundedMinor: ducat(row.refundedMinor),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    buyer: parties(row.buyerId),
    seller: parties(row.sellerId),
    recipient: row.recipientId === null ? null : parties(row.recipientId),
    deadline: deadlineAt === null ? null : { at: deadlineAt, action: storedOrderWords.step.parse(deadlineAction) },
  };
}

export function eventOf(row: EventRow): OrderEventView {
  return {
    sequence: row.sequence,
    action: storedOrderWords.action.parse(row.action),
    actor: storedOrderWords.actor.parse(row.actor),
    fromState: row.fromState === null ? null : storedOrderWords.state.parse(row.fromState),
    toState: storedOrderWords.state.parse(row.toState),
    note: row.note,
    amountMinor: row.amountMinor === null ? null : ducat(row.amountMinor),
    at: row.at,
  };
}

export function lineOf(row: LineRow): OrderLineView {
  const {
    line,
    listingId,
    listingVersion,
    variantId,
    title,
    description,
    optionValues,
    quantity,
    couponCode,
    offerId,
  } = row;
  return {
    ...{ line, listingId, listingVersion, variantId, title, description, optionValues, quantity, offerId },
    category: storedListingWords.category.parse(row.categorySlug),
    kind: storedListingWords.kind.parse(row.kind),
    listUnitPriceMinor: ducat(row.listUnitPriceMinor),
    unitPriceMinor: ducat(row.unitPriceMinor),
    discount: discountOf(row),
    coupon: couponCode === null ? null : { code: couponCode, minor: ducat(row.couponMinor) },
    fundedBy: storedOrderWords.fundedBy.parse(row.fundedBy),
    totalMinor: ducat(row.totalMinor),
  };
}

function discountOf({ discountKind, discountId: id, discountBps, discountMinor }: LineRow): LineDiscount | null {
  if (discountKind === null) return null;
  invariant(discountBps !== null, 'what a line costs less is a share of its price');
  const kind = storedOrderWords.discountKind.parse(discountKind);
  return { kind, id, percentBps: discountBps, minor: ducat(discountMinor) };
}
