import { lockCoupons, useCoupon } from '#server/market/discounts/coupons.ts';
import { payIntoEscrow } from '#server/market/orders/escrow.ts';
import type { EscrowedOrder } from '#server/market/orders/escrow.ts';
import { writePurchase } from '#server/market/orders/new-orders.ts';
import type { NewOrder } from '#server/market/orders/new-orders.ts';
import { lockForPurchase } from '#server/market/orders/purchase-facts.ts';
import type { KnownPurchase, PurchaseFacts } from '#server/market/orders/purchase-facts.ts';
import { tellOfGift } from '#server/market/gifts/gift-notices.ts';
import { allowedGifts, hashedGifts, lockRecipients } from '#server/market/gifts/gifts.ts';
import type { Gift, SellerGift, WantedGift } from '#server/market/gifts/gifts.ts';
import { agreedPrices, useOffers } from '#server/market/offers/offer-uses.ts';
import { sellerUnavailable } from '#server/market/people/blocks.ts';
import type { PurchaseLine } from '#server/market/orders/order-schema.ts';
import { bySeller, priceLines, totalOfLines } from '#server/market/orders/purchase-lines.ts';
import type { PricedLine, PurchaseTerms } from '#server/market/orders/purchase-lines.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

export interface PlacePurchase {
  readonly buyerId: string;
  readonly lines: readonly PurchaseLine[];
  /** At most one of each seller. */
  readonly couponIds?: readonly string[];
  /** What the buyer was shown; left out, it costs what it costs. */
  readonly expectedTotalMinor?: bigint | undefined;
  /** For whom all of it is bought, where it is a gift. */
  readonly gift?: WantedGift | null | undefined;
  /** Or for whom what comes from single sellers is bought; at most one for each. */
  readonly gifts?: readonly SellerGift[];
  /** One purchase for one key of a buyer. */
  readonly key: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

export interface PurchasedOrder {
  orderId: string;
  sellerId: string;
  /** The title of the first line. */
  title: string;
  quantity: number;
  totalMinor: DucatMinor;
}

/** The answer to a purchase; a repetition with the same key gets the very same one. */
export interface PurchaseReceipt {
  purchaseId: string;
  totalMinor: DucatMinor;
  /** One for each seller, in the order in which the lines name them. */
  orders: PurchasedOrder[];
}

/**
 * Buys all lines or none: takes the stock, writes one order for each seller and moves every price into the escrow of its
 * order in one linked posting. The listings are locked first, so whoever comes second sees what the first left. Posting is
 * the transaction's last statement.
 *
 * Sales and coupons are those of the moment after the locks were taken: what costs something else by then than what was
 * shown is refused as `price_changed`.
 *
 * Refuses: `idempotency_key_reused`, `seller_unavailable`, `price_changed`, `insufficient_funds`, and what `agreedPrices`,
 * `priceLines` and `allowedGifts` refuse.
 */
export async function placePurchase(tx: Tx, input: PlacePurchase): Promise<PurchaseReceipt> {
  const { buyerId } = input;
  const recipients = await lockRecipients(tx, input);
  const listingIds = input.lines.map(({ listingId }) => listingId);
  const facts = await lockForPurchase(tx, { listingIds, buyerId, key: input.key, clock: input.clock });
  const hash = hashOf(input);
  if (facts.known !== null) return repeatedReceipt(facts.known, hash);
  const { now: time } = facts;

  const agreed = await agreedPrices(tx, { ...input, now: time });
  const lines = await priceNow(tx, { ...input, facts, agreed: agreed.unitPriceMinor });
  if ([...facts.sellers.values()].some(({ isUnavailable }) => isUnavailable)) throw sellerUnavailable();
  const gifts = await allowedGifts(tx, { ...input, recipients, sellerIds: [...facts.sellers.keys()] });
  const sellers = [...bySeller(lines)].map(([sellerId, ofSeller]) =>
    newOrder(input.ids, { sellerId, ofSeller, facts, gift: gifts.get(sellerId) ?? null }),
  );
  const purchase = { ...input, id: input.ids.uuid(), hash, time, orders: sellers };
  const { walletId, orders } = await writePurchase(tx, purchase).catch((error: unknown) => {
    // Attempts for the same listings wait for their rows, so whoever holds this key now bought something else.
    throw isTaken(error) ? keyReused() : error;
  });
  for (const [index, order] of orders.entries()) {
    const ofSeller = sellers[index]?.lines ?? [];
    await tellOfGift(tx, input, {
      order: { ...order, recipientId: sellers[index]?.gift?.recipientId ?? null },
      title: titleOf(ofSeller),
    });
    await noteCouponUse(tx, { order, lines: ofSeller, usedAt: time });
  }
  await useOffers(tx, input, agreed.offers);
  await payIntoEscrow(tx, { orders, walletId, time, secret: input.secret });
  const receipts = orders.map((order, index) => receiptOf(order, sellers[index]?.lines ?? []));
  return { purchaseId: purchase.id, totalMinor: totalOfLines(lines), orders: receipts };
}

function newOrder(
  ids: Ids,
  order: { sellerId: string; ofSeller: readonly PricedLine[]; facts: PurchaseFacts; gift: Gift | null },
): NewOrder {
  const { sellerId, ofSeller, facts, gift } = order;
  const terms = facts.sellers.get(sellerId);
  invariant(terms !== undefined, 'the terms of every seller are read with their listings');
  return { id: ids.uuid(), sellerId, terms, lines: ofSeller, gift };
}

/** Whether a unique key of PostgreSQL stands against it. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && /\b23505\b|unique constraint/iu.test(error.message);
}

/** What everything costs at this moment. */
async function priceNow(
  tx: Tx,
  input: PlacePurchase & Required<Pick<PurchaseTerms, 'agreed'>> & { facts: PurchaseFacts },
): Promise<PricedLine[]> {
  const { buyerId, couponIds = [], expectedTotalMinor, agreed } = input;
  const { listings, sales, now } = input.facts;
  const coupons = await lockCoupons(tx, { couponIds, buyerId });
  const lines = priceLines(input.lines, { buyerId, listings, sales, coupons, now, agreed });
  if (expectedTotalMinor !== undefined && totalOfLines(lines) !== expectedTotalMinor) throw priceChanged();
  return lines;
}

async function noteCouponUse(
  tx: Tx,
  { order, lines, usedAt }: { order: EscrowedOrder; lines: readonly PricedLine[]; usedAt: Date },
): Promise<void> {
  const coupon = lines.find((line) => line.coupon !== null)?.coupon ?? null;
  if (coupon === null) return;
  const amountMinor = lines.reduce((sum, { price }) => sum + price.couponMinor, 0n);
  const { id: orderId, buyerId: citizenId } = order;
  await useCoupon(tx, { couponId: coupon.id, orderId, citizenId, amountMinor, usedAt });
}

function priceChanged(): Error {
  return refuse('conflict', 'price_changed', 'This costs something else by now. Look at it again before you pay.');
}

function receiptOf({ id: orderId, sellerId, totalMinor }: EscrowedOrder, lines: readonly PricedLine[]): PurchasedOrder {
  const quantity = lines.reduce((sum, { wanted }) => sum + wanted.quantity, 0);
  return { orderId, sellerId, title: titleOf(lines), quantity, totalMinor: ducat(totalMinor) };
}

function titleOf([first]: readonly PricedLine[]): string {
  invariant(first !== undefined, 'an order has a line');
  return first.listing.title;
}

function repeatedReceipt(known: KnownPurchase, hash: string): PurchaseReceipt {
  if (known.inputHash !== hash) throw keyReused();
  return {
    purchaseId: known.id,
    totalMinor: ducat(known.totalMinor),
    orders: known.orders.map(({ id: orderId, sellerId, listingTitle: title, quantity, totalMinor }) => ({
      ...{ orderId, sellerId, title, quantity },
      totalMinor: ducat(totalMinor),
    })),
  };
}

/** Of one line it is what it always was, so that a repetition of an older purchase is recognised. */
function hashOf({ lines, couponIds = [], gift = null, gifts = [] }: PlacePurchase): string {
  const [only, ...others] = lines;
  const fields = ({ offerId = null, ...line }: PurchaseLine) => ({
    listingId: line.listingId,
    listingVersion: line.listingVersion,
    quantity: line.quantity,
    ...(line.variantId === null ? {} : { variantId: line.variantId }),
    ...(offerId === null ? {} : { offerId }),
  });
  const whole = {
    ...(couponIds.length === 0 ? {} : { coupons: couponIds.toSorted().join(' ') }),
    ...(gift === null ? {} : { giftTo: gift.username, giftNote: gift.note }),
    ...hashedGifts(gifts),
  };
  if (only !== undefined && others.length === 0) return inputHash({ ...fields(only), ...whole });
  return inputHash({
    ...Object.fromEntries(
      lines.flatMap((line, index) =>
        Object.entries(fields(line)).map(([name, value]) => [`${String(index)} ${name}`, value]),
      ),
    ),
    ...whole,
  });
}

function keyReused(): Error {
  return refuse(
    'conflict',
    'idempotency_key_reused',
    'This purchase was already sent with other contents. Reload the page.',
  );
}
