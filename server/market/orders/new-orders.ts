import { notify } from '#server/citizens/notifications.ts';
import { tellOfGift } from '#server/market/gifts/gift-notices.ts';
import type { Gift } from '#server/market/gifts/gifts.ts';
import type { EscrowedOrder } from '#server/market/orders/escrow.ts';
import { saleFeePpmOf } from '#server/market/orders/fee-bands.ts';
import { noticeOfNewOrder } from '#server/market/orders/order-notices.ts';
import { saleFee } from '#server/market/orders/order-rules.ts';
import { acceptsOrderItself } from '#server/market/orders/order-settings.ts';
import { currentProcess } from '#server/market/orders/process.ts';
import type { OrderTransition } from '#server/market/orders/process.ts';
import { deadlineFrom, openingSteps } from '#server/market/orders/process-rules.ts';
import { totalOfLines } from '#server/market/orders/purchase-lines.ts';
import type { PricedLine } from '#server/market/orders/purchase-lines.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

export interface NewOrder {
  readonly id: string;
  /** Still empty. */
  readonly escrowAccountId: bigint;
  readonly purchaseId: string;
  readonly buyerId: string;
  readonly sellerId: string;
  /** Of this seller, at least one. */
  readonly lines: readonly PricedLine[];
  /** When it was bought: the moment of the purchase. */
  readonly time: Date;
  /** Its place among the orders of the purchase. */
  readonly position: number;
  /** To whom it is given, where it is a gift. */
  readonly gift: Gift | null;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Writes one seller's order of a purchase with its lines and its first steps. The fee is that of the seller at this moment.
 */
export async function writeOrder(tx: Tx, input: NewOrder): Promise<EscrowedOrder> {
  const { id, escrowAccountId, buyerId, sellerId, lines, time } = input;
  const feePpm = await saleFeePpmOf(tx, { sellerId, at: time });
  const totalMinor = totalOfLines(lines);
  const opening = openingSteps(currentProcess, {
    isDigital: lines.every(({ listing }) => listing.kind === 'digital'),
    acceptsItself: await acceptsOrderItself(tx, { sellerId, listings: lines.map(({ listing }) => listing) }),
  });
  const order = { id, buyerId, sellerId, totalMinor, refundedMinor: 0n, feePpm, escrowAccountId };
  await insertOrder(tx, { ...input, order, opening });
  await tx.orderLine.createMany({ data: lines.map((line, index) => rowOf(line, { orderId: id, line: index + 1 })) });
  await insertEvents(tx, { order, opening, time });
  await emit(tx, input, {
    type: 'order.placed',
    subject: id,
    payload: { buyerId, sellerId, totalMinor: totalMinor.toString() },
  });
  await notify(tx, input, noticeOfNewOrder({ order, lines, state: stateAfter(opening) }));
  const given = { ...order, recipientId: input.gift?.recipientId ?? null };
  await tellOfGift(tx, input, { order: given, title: lines[0]?.listing.title ?? '' });
  return order;
}

function stateAfter(opening: readonly OrderTransition[]) {
  return opening.at(-1)?.to ?? currentProcess.first;
}

interface OpenedOrder {
  readonly order: EscrowedOrder;
  readonly opening: readonly OrderTransition[];
  readonly time: Date;
}

async function insertOrder(tx: Tx, input: NewOrder & OpenedOrder): Promise<void> {
  const { order, lines, time, purchaseId, position } = input;
  const first = lines[0]?.listing;
  invariant(first !== undefined, 'an order has a line');
  const state = stateAfter(input.opening);
  await tx.marketOrder.createMany({
    data: [
      {
        ...order,
        recipientId: input.gift?.recipientId ?? null,
        giftNote: input.gift?.note ?? null,
        purchaseId,
        position,
        listingId: first.id,
        listingTitle: first.title,
        categorySlug: first.categorySlug,
        quantity: lines.reduce((sum, { wanted }) => sum + wanted.quantity, 0),
        feeMinor: saleFee(totalOfLines(lines), order.feePpm),
        processVersion: currentProcess.version,
        state,
        ...deadlineFrom(currentProcess, { state, at: time }),
        createdAt: time,
        updatedAt: time,
      },
    ],
  });
}

/** The purchase is the first event; what the house does at once follows. */
async function insertEvents(tx: Tx, { order, opening, time }: OpenedOrder): Promise<void> {
  const placed = { action: 'place', actor: 'buyer', actorId: order.buyerId, toState: currentProcess.first };
  const steps = opening.map(({ action, actor, from: fromState, to: toState }) => ({
    ...{ action, actor, fromState, toState },
    actorId: null,
  }));
  await tx.orderEvent.createMany({
    data: [placed, ...steps].map((event, index) => ({ orderId: order.id, sequence: index + 1, ...event, at: time })),
  });
}

function rowOf(priced: PricedLine, place: { orderId: string; line: number }) {
  const { listing, wanted, optionValues, price, coupon } = priced;
  const { listUnitPriceMinor, unitPriceMinor, discount, couponMinor, totalMinor } = price;
  return {
    ...place,
    listingId: listing.id,
    listingVersion: listing.version,
    variantId: wanted.variantId,
    title: listing.title,
    description: listing.description,
    optionValues: [...optionValues],
    categorySlug: listing.categorySlug,
    kind: listing.kind,
    quantity: wanted.quantity,
    listUnitPriceMinor,
    unitPriceMinor,
    discountKind: discount?.kind ?? null,
    discountId: discount?.id ?? null,
    discountBps: discount?.percentBps ?? null,
    discountMinor: discount?.minor ?? 0n,
    couponId: coupon?.id ?? null,
    couponCode: coupon?.code ?? null,
    couponMinor,
    // Whoever gives a discount bears it: the fee is of what was paid.
    fundedBy: discount === null && coupon === null ? null : 'seller',
    totalMinor,
    offerId: wanted.offerId ?? null,
  };
}
