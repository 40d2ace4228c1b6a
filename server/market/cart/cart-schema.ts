import type { CategorySlug } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingPicture } from '#server/market/catalogue/details-schema.ts';
import { couponCode, type CouponProblem } from '#server/market/discounts/discount-schema.ts';
import type { LineDiscount } from '#server/market/discounts/price-schema.ts';
import { giftInput } from '#server/market/orders/order-schema.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';
import { attemptKey, type PartyView } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of carts, shared by forms, procedures and pages. */

/** So many different things fit into a cart. */
export const cartItemsMax = 50;

const quantity = z.number().int().min(1).max(quantityMax);

export const addToCartInput = z.object({
  listingId: z.uuid(),
  /** Null where the listing has nothing to choose. */
  variantId: z.uuid().nullable(),
  quantity,
});
export type AddToCartInput = z.output<typeof addToCartInput>;

export const cartItemInput = z.object({ itemId: z.uuid() });
export const cartQuantityInput = cartItemInput.extend({ quantity });

/** A code for what the cart holds of one seller. */
export const cartCouponInput = z.object({ sellerId: z.uuid(), code: couponCode });
export const cartCouponOfInput = cartCouponInput.pick({ sellerId: true });

export const checkOutInput = z.object({
  /** What the buyer was shown: a cart that costs something else by now is shown again. Centesimi. */
  totalMinor: z.bigint().positive(),
  /** What of it is bought for somebody else, by seller: that is one order each. */
  gifts: z
    .array(giftInput.extend({ sellerId: z.uuid() }))
    .max(cartItemsMax)
    .refine((gifts) => new Set(gifts.map(({ sellerId }) => sellerId)).size === gifts.length)
    .optional(),
  key: attemptKey,
});
export type CheckOutInput = z.output<typeof checkOutInput>;

/** Why an item cannot be bought as it stands, the first that holds. */
export const cartProblems = [
  'own_listing',
  'not_on_sale',
  'variant_gone',
  'variant_missing',
  'sold_out',
  'insufficient_stock',
  'price_changed',
  'terms_changed',
] as const;
export type CartProblem = (typeof cartProblems)[number];

/** What mends a problem: taking the item out, taking fewer, choosing on the listing's page, or agreeing to what is true now. */
export type CartRemedy = 'remove' | 'reduce' | 'choose' | 'accept';

export interface CartItemView {
  id: string;
  listingId: string;
  variantId: string | null;
  title: string;
  category: CategorySlug;
  /** Its first; null where it has none. */
  picture: ListingPicture | null;
  /** What was chosen of the listing's options. */
  values: string[];
  quantity: number;
  /** What one costs without any reduction, and with that of the quantity or of a sale. */
  listUnitPriceMinor: DucatMinor;
  unitPriceMinor: DucatMinor;
  /** Why one costs less; `endsAt` of a sale. */
  discount: (LineDiscount & { endsAt: Date | null }) | null;
  /** Before the coupon. */
  totalMinor: DucatMinor;
  /** What a single one costs now, and cost when its owner last looked, and which version of the listing that was. */
  singlePriceMinor: DucatMinor;
  seenUnitPriceMinor: DucatMinor;
  seenVersion: number;
  /** How many there are; null for unlimited. */
  stock: number | null;
  problem: { code: CartProblem; remedy: CartRemedy } | null;
}

/** The items of one seller: what will be one order. */
export interface CartGroup {
  seller: PartyView;
  items: CartItemView[];
  /** Before the coupon. */
  subtotalMinor: DucatMinor;
  coupon: CartCoupon | null;
  totalMinor: DucatMinor;
}

/** The coupon for what is bought of one seller. */
export interface CartCoupon {
  id: string;
  code: string;
  minimumMinor: DucatMinor;
  /** What it takes off; zero where it has a problem. */
  offMinor: DucatMinor;
  /** Why it cannot be used as it stands: taking it out mends that, and often something else too. */
  problem: CouponProblem | null;
}

export interface CartView {
  groups: CartGroup[];
  /** Units of everything. */
  count: number;
  totalMinor: DucatMinor;
  /** How many items and coupons have a problem; nothing is bought before there is none. */
  problems: number;
}

export const checkoutStates = ['waiting', 'placed', 'refused', 'given_up'] as const;
export type CheckoutState = (typeof checkoutStates)[number];

/** What of an agreed purchase is for somebody else, as it is kept. */
export const agreedGift = z.object({ sellerId: z.uuid(), recipientId: z.uuid(), note: z.string().nullable() });

/** How far a purchase that waits for a top-up has come. */
export interface CheckoutView {
  state: CheckoutState;
  /** Empty before it is placed; one for each seller. */
  orderIds: string[];
  /** The code of the refusal that ended it. */
  refusal: string | null;
}
