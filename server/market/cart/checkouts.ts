import { z } from 'zod';
import { allowedGifts, citizenNamed, lockRecipients, recipientNotFound } from '#server/market/gifts/gifts.ts';
import type { SellerGift } from '#server/market/gifts/gifts.ts';
import { placePurchase, type PurchaseReceipt } from '#server/market/orders/purchases.ts';
import { walletSummary } from '#server/payments/queries.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Prisma, Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { cartView } from './cart-queries.ts';
import { centsFor } from './cart-rules.ts';
import { agreedGift, checkoutStates, type CheckOutInput, type CheckoutState } from './cart-schema.ts';
import { clearBought, lockCartOf } from './carts.ts';

/** Purchases of carts. What was agreed stands in a row of its own, so that every repetition buys the same. */

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

const agreedLine = z.object({
  listingId: z.uuid(),
  listingVersion: z.number().int(),
  variantId: z.uuid().nullable(),
  quantity: z.number().int(),
});
type AgreedLine = z.output<typeof agreedLine>;

/**
 * Buys everything in the cart from the wallet: all of it or nothing. The same key again answers as the first time.
 * Refuses `idempotency_key_reused`, `cart_empty`, `cart_changed`, `cart_has_problems`, `insufficient_funds`, what
 * `allowedGifts` refuses, and what
 * `placePurchase` refuses of a cart that changes at this very moment.
 */
export async function checkOut(
  tx: Tx,
  input: Tools & { citizenId: string; checkout: CheckOutInput },
): Promise<PurchaseReceipt> {
  const agreed = await agreeOnCart(tx, { ...input, topUp: null });
  if (agreed.topUpPriceMinor !== null) throw keyReused();
  return await placeAgreed(tx, { ...input, agreed });
}

/** A purchase that waits for a top-up of this price, in cents before its fee. */
export interface AgreedTopUp {
  checkoutId: string;
  priceMinor: bigint;
}

/**
 * The same for whoever lacks ducats: writes down what will be bought once the missing ones are in the wallet. Refuses
 * what `checkOut` refuses but for the funds.
 */
export async function agreeOnTopUp(
  tx: Tx,
  input: Tools & { citizenId: string; checkout: CheckOutInput; leastPriceMinor: bigint },
): Promise<AgreedTopUp> {
  const { id: checkoutId, topUpPriceMinor } = await agreeOnCart(tx, {
    ...input,
    topUp: { leastPriceMinor: input.leastPriceMinor },
  });
  if (topUpPriceMinor === null) throw keyReused();
  return { checkoutId, priceMinor: topUpPriceMinor };
}

/** Notes for which top-up a purchase waits. */
export async function noteTopUp(
  tx: Tx,
  { checkoutId, topUpId }: { checkoutId: string; topUpId: string },
): Promise<void> {
  await tx.checkout.updateMany({ where: { id: checkoutId, topUpId: null }, data: { topUpId } });
}

/** Places a waiting purchase. Null where it is over already. Refuses what `placePurchase` refuses. */
export async function placeWaiting(tx: Tx, input: Tools & { checkoutId: string }): Promise<PurchaseReceipt | null> {
  const agreed = await lockCheckout(tx, input.checkoutId);
  if (agreed === null || agreed.state === 'refused' || agreed.state === 'given_up') return null;
  if (agreed.state === 'waiting') await settle(tx, input, { checkoutId: agreed.id, state: 'placed', refusal: null });
  return await placeAgreed(tx, { ...input, citizenId: agreed.citizenId, agreed });
}

/** Ends a waiting purchase that cannot be placed, or that nobody paid for. */
export async function endWaiting(tx: Tx, input: Tools & { checkoutId: string; refusal: string | null }): Promise<void> {
  const { checkoutId, refusal } = input;
  const known = await lockCheckout(tx, checkoutId);
  if (known?.state !== 'waiting') return;
  await settle(tx, input, { checkoutId, state: refusal === null ? 'given_up' : 'refused', refusal });
}

async function settle(
  tx: Tx,
  { clock }: Pick<Tools, 'clock'>,
  end: { checkoutId: string; state: CheckoutState; refusal: string | null },
): Promise<void> {
  const { checkoutId: id, state, refusal } = end;
  await tx.checkout.update({ where: { id }, data: { state, refusal, settledAt: clock.now() }, select: { id: true } });
}

/** Posting is the transaction's last statement: the cart is cleared before, and comes back with it where it fails. */
async function placeAgreed(tx: Tx, input: Tools & { citizenId: string; agreed: Agreed }): Promise<PurchaseReceipt> {
  const { citizenId, agreed, clock, ids, secret } = input;
  const { lines, couponIds, gifts, totalMinor: expectedTotalMinor, id: key } = agreed;
  await clearBought(tx, { clock, ids, owner: { citizenId }, lines, couponIds });
  const purchase = { buyerId: citizenId, lines, couponIds, gifts, expectedTotalMinor, key };
  return await placePurchase(tx, { ...purchase, clock, ids, secret });
}

interface Agreed {
  id: string;
  citizenId: string;
  state: CheckoutState;
  lines: AgreedLine[];
  couponIds: string[];
  gifts: SellerGift[];
  /** What was shown: a purchase that costs something else by now is refused. */
  totalMinor: bigint;
  topUpPriceMinor: bigint | null;
}

/** What this key stands for, or what the cart holds at this moment. Attempts of one citizen come one after the other. */
async function agreeOnCart(
  tx: Tx,
  input: Tools & { citizenId: string; checkout: CheckOutInput; topUp: { leastPriceMinor: bigint } | null },
): Promise<Agreed> {
  const { citizenId, checkout, topUp, clock, ids } = input;
  await lockCartOf(tx, { clock, ids, owner: { citizenId } });
  const hash = hashOf(checkout);
  const known = await tx.checkout.findUnique({
    where: { citizenId_key: { citizenId, key: checkout.key } },
    select: { ...agreedSelected, inputHash: true },
  });
  if (known !== null) {
    if (known.inputHash !== hash) throw keyReused();
    return agreedOf(known);
  }
  const now = clock.now();
  const { lines, couponIds, sellerIds } = await contentsOfCart(tx, { citizenId, totalMinor: checkout.totalMinor, now });
  const gifts = await giftsOf(tx, { buyerId: citizenId, wanted: checkout.gifts ?? [], sellerIds });
  const row = {
    id: ids.uuid(),
    citizenId,
    lines,
    couponIds,
    gifts,
    totalMinor: checkout.totalMinor,
    state: topUp === null ? 'placed' : 'waiting',
    topUpPriceMinor: topUp === null ? null : await priceOfMissing(tx, { citizenId, checkout, ...topUp }),
    settledAt: topUp === null ? now : null,
  };
  await tx.checkout.create({
    data: {
      ...{ ...row, gifts: gifts.map((gift) => ({ ...gift })) },
      ...{ key: checkout.key, inputHash: hash, createdAt: now },
    },
    select: { id: true },
  });
  return agreedOf(row);
}

/** Without gifts it is what it always was, so that a repetition of an older purchase is recognised. */
function hashOf({ totalMinor, gifts = [] }: CheckOutInput): string {
  const given: Record<string, string | null> = Object.fromEntries(
    gifts.flatMap(({ sellerId, username, note }) => [
      [`giftTo ${sellerId}`, username],
      [`giftNote ${sellerId}`, note],
    ]),
  );
  return inputHash({ totalMinor, ...given });
}

/**
 * The gifts that are agreed on, to those who have these names now. They are looked at before anybody pays for them, and once
 * more with the purchase. Refuses what `allowedGifts` refuses, and `cart_changed`.
 */
async function giftsOf(
  tx: Tx,
  input: { buyerId: string; wanted: NonNullable<CheckOutInput['gifts']>; sellerIds: readonly string[] },
): Promise<SellerGift[]> {
  const { buyerId, wanted, sellerIds } = input;
  const gifts: SellerGift[] = [];
  for (const { sellerId, username, note } of wanted) {
    if (!sellerIds.includes(sellerId)) throw cartChanged();
    const recipientId = await citizenNamed(tx, username);
    if (recipientId === null) throw recipientNotFound();
    gifts.push({ sellerId, recipientId, note });
  }
  await allowedGifts(tx, { gifts, recipients: await lockRecipients(tx, { gifts }), buyerId, sellerIds });
  return gifts;
}

async function priceOfMissing(
  tx: Tx,
  input: { citizenId: string; checkout: CheckOutInput; leastPriceMinor: bigint },
): Promise<bigint> {
  const { availableMinor } = await walletSummary(tx, input.citizenId);
  const price = centsFor(input.checkout.totalMinor - availableMinor);
  return price > input.leastPriceMinor ? price : input.leastPriceMinor;
}

async function contentsOfCart(
  tx: Tx,
  input: { citizenId: string; totalMinor: bigint; now: Date },
): Promise<Pick<Agreed, 'lines' | 'couponIds'> & { sellerIds: string[] }> {
  const view = await cartView(tx, { owner: { citizenId: input.citizenId }, now: input.now });
  const items = view.groups.flatMap((group) => group.items);
  if (items.length === 0) throw refuse('conflict', 'cart_empty', 'There is nothing in your cart.');
  if (view.problems > 0)
    throw refuse('conflict', 'cart_has_problems', 'Something in your cart needs your decision first.');
  if (view.totalMinor !== input.totalMinor) throw cartChanged();
  const lines = items.map(({ listingId, variantId, quantity, seenVersion }) => ({
    listingId,
    listingVersion: seenVersion,
    variantId,
    quantity,
  }));
  return {
    lines,
    couponIds: view.groups.flatMap(({ coupon }) => (coupon === null ? [] : [coupon.id])),
    sellerIds: view.groups.map(({ seller }) => seller.citizenId),
  };
}

function cartChanged(): Error {
  return refuse('conflict', 'cart_changed', 'Your cart changed meanwhile. Look at it again before you pay.');
}

const agreedSelected = {
  id: true,
  citizenId: true,
  state: true,
  lines: true,
  couponIds: true,
  gifts: true,
  totalMinor: true,
  topUpPriceMinor: true,
} satisfies Prisma.CheckoutSelect;

async function lockCheckout(tx: Tx, id: string): Promise<Agreed | null> {
  await tx.$executeRaw`SELECT FROM checkout WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.checkout.findUnique({ where: { id }, select: agreedSelected });
  return row === null ? null : agreedOf(row);
}

function agreedOf(
  row: Omit<Agreed, 'state' | 'lines' | 'gifts'> & { state: string; lines: unknown; gifts: unknown },
): Agreed {
  const { id, citizenId, topUpPriceMinor, couponIds, totalMinor } = row;
  const lines = z.array(agreedLine).parse(row.lines);
  invariant(lines.length > 0, 'an agreed purchase has lines');
  return {
    id,
    citizenId,
    topUpPriceMinor,
    couponIds,
    totalMinor,
    lines,
    gifts: z.array(agreedGift).parse(row.gifts),
    state: z.enum(checkoutStates).parse(row.state),
  };
}
