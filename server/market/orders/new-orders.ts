import { noticeWrites } from '#server/citizens/notifications.ts';
import { openAccountsSql } from '#server/ledger/accounts.ts';
import { stockWrites } from '#server/market/catalogue/listing-locks.ts';
import type { Gift } from '#server/market/gifts/gifts.ts';
import type { EscrowedOrder } from '#server/market/orders/escrow.ts';
import { noticeOfNewOrder } from '#server/market/orders/order-notices.ts';
import { saleFee } from '#server/market/orders/order-rules.ts';
import { acceptsOrderItself } from '#server/market/orders/order-settings.ts';
import { currentProcess } from '#server/market/orders/process.ts';
import type { OrderTransition } from '#server/market/orders/process.ts';
import { deadlineFrom, openingSteps } from '#server/market/orders/process-rules.ts';
import type { SellerTerms } from '#server/market/orders/purchase-facts.ts';
import { totalOfLines } from '#server/market/orders/purchase-lines.ts';
import type { PricedLine } from '#server/market/orders/purchase-lines.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { eventsSql } from '#server/platform/outbox.ts';
import type { OutboxMessage } from '#server/platform/outbox.ts';
import { rowsJson, writeTogether } from '#server/platform/together.ts';

/** One seller's order of a purchase, as it will be written. */
export interface NewOrder {
  readonly id: string;
  readonly sellerId: string;
  /** The terms of the seller at this moment: the fee stays. */
  readonly terms: SellerTerms;
  /** Of this seller, at least one. */
  readonly lines: readonly PricedLine[];
  /** To whom it is given, where it is a gift. */
  readonly gift: Gift | null;
}

export interface NewPurchase {
  readonly id: string;
  readonly buyerId: string;
  readonly key: string;
  readonly hash: string;
  /** When it was bought: the moment of the purchase. */
  readonly time: Date;
  /** In their order. */
  readonly orders: readonly NewOrder[];
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface WrittenPurchase {
  /** The buyer's. */
  readonly walletId: bigint;
  /** Their escrow accounts are still empty. */
  readonly orders: readonly EscrowedOrder[];
}

/**
 * Writes a purchase in one statement: takes the stock of its locked listings, opens the accounts, and writes the orders
 * with their lines and first steps, and who is told.
 */
export async function writePurchase(tx: Tx, purchase: NewPurchase): Promise<WrittenPurchase> {
  const { buyerId, orders } = purchase;
  const opened = orders.map((order) => ({ order, opening: openingOf(order) }));
  const sold = orders.flatMap(({ lines }) => lines);
  const accounts = await writeTogether<{ id: bigint }>(
    tx,
    {
      ...stockWrites(
        sold.map(({ listing, wanted: { quantity, variantId } }) => ({ listing, units: -quantity, variantId })),
      ),
      bought: purchaseSql(purchase),
      accounts: openAccountsSql([
        { owner: buyerId, kind: 'wallet', asset: 'DUCAT' },
        ...orders.map(({ id: owner }) => ({ owner, kind: 'escrow', asset: 'DUCAT' }) as const),
      ]),
      ordered: ordersSql(opened.map((each, index) => orderRow(purchase, { ...each, position: index + 1 }))),
      lines: linesSql(orders.flatMap(({ id, lines }) => lines.map((line, index) => lineRow(line, { id, index })))),
      history: historySql(opened.flatMap((each) => eventRows(purchase, each))),
      events: eventsSql(
        purchase,
        orders.map((order) => messageOf(purchase, order)),
      ),
      ...noticeWrites(
        purchase,
        opened.map(({ order, opening }) =>
          noticeOfNewOrder({ order: { ...order, buyerId }, lines: order.lines, state: stateAfter(opening) }),
        ),
      ),
    },
    Prisma.sql`SELECT id FROM accounts ORDER BY place`,
  );
  const [wallet, ...escrows] = accounts;
  invariant(wallet !== undefined, 'the buyer has a wallet');
  return {
    walletId: wallet.id,
    orders: orders.map((order, index) => escrowedOrder(buyerId, order, escrows[index]?.id)),
  };
}

/** The steps that the house takes at once. */
function openingOf({ lines, terms }: NewOrder): OrderTransition[] {
  const listings = lines.map(({ listing }) => listing);
  return openingSteps(currentProcess, {
    isDigital: listings.every(({ kind }) => kind === 'digital'),
    acceptsItself: acceptsOrderItself(listings, terms),
  });
}

function stateAfter(opening: readonly OrderTransition[]) {
  return opening.at(-1)?.to ?? currentProcess.first;
}

function escrowedOrder(
  buyerId: string,
  { id, sellerId, lines, terms: { feePpm } }: NewOrder,
  escrowAccountId: bigint | undefined,
): EscrowedOrder {
  invariant(escrowAccountId !== undefined, 'every order has its escrow account');
  return { id, buyerId, sellerId, totalMinor: totalOfLines(lines), refundedMinor: 0n, feePpm, escrowAccountId };
}

function messageOf({ buyerId }: NewPurchase, { id, sellerId, lines }: NewOrder): OutboxMessage {
  const payload = { buyerId, sellerId, totalMinor: totalOfLines(lines).toString() };
  return { type: 'order.placed', subject: id, payload };
}

/** One purchase for one key of a buyer: another one with this key breaks the unique key. */
function purchaseSql({ id, buyerId, key, hash, time, orders }: NewPurchase): Prisma.Sql {
  const totalMinor = totalOfLines(orders.flatMap(({ lines }) => lines));
  return Prisma.sql`
    INSERT INTO purchase (id, buyer_id, key, input_hash, total_minor, created_at)
    VALUES (${id}::uuid, ${buyerId}::uuid, ${key}::uuid, ${hash}, ${totalMinor}::bigint, ${time}::timestamptz)`;
}

interface OpenedOrder {
  readonly order: NewOrder;
  readonly opening: readonly OrderTransition[];
}

function orderRow(
  { id: purchaseId, buyerId, time }: NewPurchase,
  { order, opening, position }: OpenedOrder & { position: number },
) {
  const { id, sellerId, lines, terms, gift } = order;
  const first = lines[0]?.listing;
  invariant(first !== undefined, 'an order has a line');
  const state = stateAfter(opening);
  const totalMinor = totalOfLines(lines);
  return {
    ...{ id, purchaseId, position, buyerId, sellerId },
    recipientId: gift?.recipientId ?? null,
    giftNote: gift?.note ?? null,
    listingId: first.id,
    listingTitle: first.title,
    categorySlug: first.categorySlug,
    quantity: lines.reduce((sum, { wanted }) => sum + wanted.quantity, 0),
    totalMinor,
    feePpm: terms.feePpm,
    feeMinor: saleFee(totalMinor, terms.feePpm),
    processVersion: currentProcess.version,
    state,
    ...deadlineFrom(currentProcess, { state, at: time }),
    placedAt: time,
  };
}

function ordersSql(rows: readonly ReturnType<typeof orderRow>[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO market_order (
      id, purchase_id, position, buyer_id, seller_id, recipient_id, gift_note, listing_id, listing_title, category_slug,
      quantity, total_minor, fee_ppm, fee_minor, refunded_minor, escrow_account_id, process_version, state, deadline_at,
      deadline_action, created_at, updated_at)
    SELECT placed.id, "purchaseId", position, "buyerId", "sellerId", "recipientId", "giftNote", "listingId", "listingTitle",
           "categorySlug", quantity, "totalMinor", "feePpm", "feeMinor", 0, accounts.id, "processVersion", state,
           "deadlineAt", "deadlineAction", "placedAt", "placedAt"
      FROM jsonb_to_recordset(${rowsJson(rows)}::jsonb) AS placed (
             id uuid, "purchaseId" uuid, position integer, "buyerId" uuid, "sellerId" uuid, "recipientId" uuid,
             "giftNote" text, "listingId" uuid, "listingTitle" text, "categorySlug" text, quantity integer,
             "totalMinor" bigint, "feePpm" integer, "feeMinor" bigint, "processVersion" integer, state text,
             "deadlineAt" timestamptz, "deadlineAction" text, "placedAt" timestamptz)
      JOIN accounts ON accounts.owner = placed.id::text`;
}

/** The purchase is the first event; what the house does at once follows. */
function eventRows({ buyerId, time: at }: NewPurchase, { order, opening }: OpenedOrder) {
  const placed = { action: 'place', actor: 'buyer', actorId: buyerId, fromState: null, toState: currentProcess.first };
  const steps = opening.map(({ action, actor, from: fromState, to: toState }) => ({
    ...{ action, actor, fromState, toState },
    actorId: null,
  }));
  return [placed, ...steps].map((event, index) => ({ orderId: order.id, sequence: index + 1, ...event, at }));
}

function historySql(rows: readonly ReturnType<typeof eventRows>[number][]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO order_event (order_id, sequence, action, actor, actor_id, from_state, to_state, at)
    SELECT "orderId", sequence, action, actor, "actorId", "fromState", "toState", at
      FROM jsonb_to_recordset(${rowsJson(rows)}::jsonb) AS event (
             "orderId" uuid, sequence integer, action text, actor text, "actorId" uuid, "fromState" text, "toState" text,
             at timestamptz)`;
}

function lineRow(priced: PricedLine, { id: orderId, index }: { id: string; index: number }) {
  const { listing, wanted, optionValues, price, coupon } = priced;
  const { listUnitPriceMinor, unitPriceMinor, discount, couponMinor, totalMinor } = price;
  return {
    orderId,
    line: index + 1,
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

function linesSql(rows: readonly ReturnType<typeof lineRow>[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO order_line (
      order_id, line, listing_id, listing_version, variant_id, title, description, option_values, category_slug, kind,
      quantity, list_unit_price_minor, unit_price_minor, discount_kind, discount_id, discount_bps, discount_minor,
      coupon_id, coupon_code, coupon_minor, funded_by, total_minor, offer_id)
    SELECT "orderId", line, "listingId", "listingVersion", "variantId", title, description, "optionValues", "categorySlug",
           kind, quantity, "listUnitPriceMinor", "unitPriceMinor", "discountKind", "discountId", "discountBps",
           "discountMinor", "couponId", "couponCode", "couponMinor", "fundedBy", "totalMinor", "offerId"
      FROM jsonb_to_recordset(${rowsJson(rows)}::jsonb) AS bought_line (
             "orderId" uuid, line integer, "listingId" uuid, "listingVersion" integer, "variantId" uuid, title text,
             description text, "optionValues" text[], "categorySlug" text, kind text, quantity integer,
             "listUnitPriceMinor" bigint, "unitPriceMinor" bigint, "discountKind" text, "discountId" uuid,
             "discountBps" integer, "discountMinor" bigint, "couponId" uuid, "couponCode" text, "couponMinor" bigint,
             "fundedBy" text, "totalMinor" bigint, "offerId" uuid)`;
}
