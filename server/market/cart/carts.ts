import { variantsMax } from '#server/market/catalogue/catalogue-schema.ts';
import { priceOf } from '#server/market/catalogue/listing-rules.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { reducedMinor } from '#server/market/discounts/price-schema.ts';
import { runningSales } from '#server/market/discounts/sale-queries.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';
import { cartItemsMax, type AddToCartInput } from './cart-schema.ts';

/** Whose cart: a citizen's, or that of a browser nobody signed in with. */
export type CartOwner = { readonly citizenId: string } | { readonly browserHash: string };

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What is known of an item once it is in the cart. */
export interface CartItemReceipt {
  itemId: string;
  quantity: number;
}

/**
 * Puts something into the cart, or more of it, and notes what was seen. Promises nothing: it is not taken from the stock.
 * Refuses `listing_not_found`, `variant_required`, `variant_unavailable`, `own_listing`, `cart_full`.
 */
export async function addToCart(
  tx: Tx,
  input: Tools & { owner: CartOwner; item: AddToCartInput },
): Promise<CartItemReceipt> {
  const { owner, item, clock, ids } = input;
  const offer = await offerOf(tx, item, clock.now());
  if ('citizenId' in owner && owner.citizenId === offer.sellerId)
    throw refuse('conflict', 'own_listing', 'This listing is your own.');
  const cartId = await lockOrOpenCart(tx, input);
  const { listingId, variantId } = item;
  const known = await tx.cartItem.findFirst({
    where: { cartId, listingId, variantId },
    select: { id: true, quantity: true },
  });
  const seen = { seenVersion: offer.version, seenUnitPriceMinor: offer.unitPriceMinor };
  if (known !== null) {
    const quantity = Math.min(known.quantity + item.quantity, quantityMax);
    await tx.cartItem.update({ where: { id: known.id }, data: { quantity, ...seen }, select: { id: true } });
    return { itemId: known.id, quantity };
  }
  if ((await tx.cartItem.count({ where: { cartId } })) >= cartItemsMax) throw cartFull();
  const id = ids.uuid();
  const row = { id, cartId, listingId, variantId, quantity: item.quantity, addedAt: clock.now(), ...seen };
  await tx.cartItem.create({ data: row, select: { id: true } });
  return { itemId: id, quantity: item.quantity };
}

/** Refuses `cart_item_not_found`. */
export async function setCartQuantity(
  tx: Tx,
  input: Tools & { owner: CartOwner; itemId: string; quantity: number },
): Promise<void> {
  const item = await lockItem(tx, input);
  await tx.cartItem.update({ where: { id: item.id }, data: { quantity: input.quantity }, select: { id: true } });
}

/** Taking out what is not there any more changes nothing. */
export async function removeFromCart(tx: Tx, input: Tools & { owner: CartOwner; itemId: string }): Promise<void> {
  const cartId = await lockCartOf(tx, input);
  if (cartId === null) return;
  await tx.cartItem.deleteMany({ where: { id: input.itemId, cartId } });
}

/** Agrees to the price and the text as they are now. Refuses `cart_item_not_found`, `variant_unavailable`. */
export async function acceptCartItem(tx: Tx, input: Tools & { owner: CartOwner; itemId: string }): Promise<void> {
  const item = await lockItem(tx, input);
  const offer = await offerOf(tx, item, input.clock.now());
  const seen = { seenVersion: offer.version, seenUnitPriceMinor: offer.unitPriceMinor };
  await tx.cartItem.update({ where: { id: item.id }, data: seen, select: { id: true } });
}

/** Takes out what was just bought, as far as the cart still holds it as it was bought. */
export async function clearBought(
  tx: Tx,
  input: Tools & {
    owner: CartOwner;
    lines: readonly { listingId: string; variantId: string | null; quantity: number }[];
    couponIds: readonly string[];
  },
): Promise<void> {
  const cartId = await lockCartOf(tx, input);
  if (cartId === null) return;
  for (const { listingId, variantId, quantity } of input.lines)
    await tx.cartItem.deleteMany({ where: { cartId, listingId, variantId, quantity } });
  await tx.cartCoupon.deleteMany({ where: { cartId, couponId: { in: [...input.couponIds] } } });
}

/**
 * What was put into the cart before signing in comes to the citizen's own, quantities added up; what does not fit any more
 * is left out, and the browser's cart is gone. Says whether there was one.
 */
export async function mergeCarts(tx: Tx, input: Tools & { citizenId: string; browserHash: string }): Promise<boolean> {
  const { citizenId, browserHash, clock, ids } = input;
  const from = await lockCartOf(tx, { owner: { browserHash }, clock, ids });
  if (from === null) return false;
  const to = await lockOrOpenCart(tx, { owner: { citizenId }, clock, ids });
  // What both hold is added up; the rest moves, the latest first, as far as there is room.
  await tx.$executeRaw`
    UPDATE cart_item own SET quantity = least(own.quantity + other.quantity, ${quantityMax}::integer)
      FROM cart_item other
     WHERE own.cart_id = ${to}::uuid AND other.cart_id = ${from}::uuid AND other.listing_id = own.listing_id
       AND other.variant_id IS NOT DISTINCT FROM own.variant_id`;
  await tx.$executeRaw`
    UPDATE cart_item SET cart_id = ${to}::uuid
     WHERE id IN (
       SELECT other.id FROM cart_item other
        WHERE other.cart_id = ${from}::uuid AND NOT EXISTS (
          SELECT FROM cart_item own WHERE own.cart_id = ${to}::uuid AND own.listing_id = other.listing_id
             AND own.variant_id IS NOT DISTINCT FROM other.variant_id)
        ORDER BY other.added_at DESC, other.id DESC
        LIMIT (SELECT greatest(${cartItemsMax} - count(*), 0) FROM cart_item WHERE cart_id = ${to}::uuid))`;
  await tx.$executeRaw`
    INSERT INTO cart_coupon (cart_id, seller_id, coupon_id)
    SELECT ${to}::uuid, seller_id, coupon_id FROM cart_coupon WHERE cart_id = ${from}::uuid
        ON CONFLICT DO NOTHING`;
  await tx.cart.delete({ where: { id: from }, select: { id: true } });
  return true;
}

interface Offer {
  sellerId: string;
  version: number;
  unitPriceMinor: bigint;
}

/** What a cart notes of a listing on sale, and of the variant chosen. */
async function offerOf(
  tx: Tx,
  { listingId, variantId }: { listingId: string; variantId: string | null },
  now: Date,
): Promise<Offer> {
  const listing = await tx.listing.findUnique({
    where: { id: listingId },
    select: {
      sellerId: true,
      version: true,
      priceMinor: true,
      stock: true,
      state: true,
      variants: {
        where: { isOffered: true },
        take: variantsMax,
        select: { id: true, values: true, priceMinor: true, stock: true, isOffered: true },
      },
    },
  });
  if (listing?.state !== 'published') throw listingNotFound();
  const { sellerId, version } = listing;
  const sale = (await runningSales(tx, { listings: [{ id: listingId, sellerId }], now })).get(listingId);
  const listPriceMinor = priceOf(listing, variantId);
  const unitPriceMinor = sale === undefined ? listPriceMinor : reducedMinor(listPriceMinor, sale.percentBps);
  return { sellerId, version, unitPriceMinor };
}

type Owned = Tools & { owner: CartOwner };

/** The cart of this owner, which nobody else changes until the transaction ends; null where there is none. */
export async function lockCartOf(tx: Tx, { owner }: Owned): Promise<string | null> {
  const condition =
    'citizenId' in owner
      ? Prisma.sql`citizen_id = ${owner.citizenId}::uuid`
      : Prisma.sql`browser_hash = ${owner.browserHash}`;
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`SELECT id FROM cart WHERE ${condition} FOR UPDATE`);
  return rows[0]?.id ?? null;
}

async function lockOrOpenCart(tx: Tx, input: Owned): Promise<string> {
  const { owner, clock, ids } = input;
  const now = clock.now();
  await tx.cart.createMany({
    data: [{ id: ids.uuid(), createdAt: now, updatedAt: now, ...owner }],
    skipDuplicates: true,
  });
  const id = await lockCartOf(tx, input);
  invariant(id !== null, 'a cart that was opened is there');
  await tx.cart.update({ where: { id }, data: { updatedAt: now }, select: { id: true } });
  return id;
}

async function lockItem(tx: Tx, input: Owned & { itemId: string }) {
  const cartId = await lockCartOf(tx, input);
  const item =
    cartId === null
      ? null
      : await tx.cartItem.findFirst({
          where: { id: input.itemId, cartId },
          select: { id: true, listingId: true, variantId: true },
        });
  if (item === null) throw refuse('not_found', 'cart_item_not_found', 'This is not in your cart any more.');
  return item;
}

function cartFull(): DomainError {
  return new DomainError({
    kind: 'conflict',
    code: 'cart_full',
    message: 'Your cart is full. Take something out first.',
    details: { itemsMax: cartItemsMax },
  });
}
