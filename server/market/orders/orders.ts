import { entitlementOf } from '#server/citizens/entitlements.ts';
import { citizenById } from '#server/citizens/queries.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import { payIntoEscrow } from '#server/market/orders/escrow.ts';
import { lockListing, moveStock } from '#server/market/catalogue/listing-locks.ts';
import { priceOf } from '#server/market/catalogue/listing-rules.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { firstOrderState, refusePurchase, saleFee } from '#server/market/orders/order-rules.ts';
import type { PurchaseRefusal } from '#server/market/orders/order-rules.ts';
import type { PlaceOrderInput } from '#server/market/orders/order-schema.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Prisma, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { ErrorKind } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

export interface PlaceOrder {
  readonly buyerId: string;
  readonly order: PlaceOrderInput;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

/** The answer to a purchase; a repetition with the same key gets the very same one. */
export interface OrderReceipt {
  orderId: string;
  listingTitle: string;
  quantity: number;
  totalMinor: DucatMinor;
}

/**
 * Buys from a listing: takes the stock, writes the order and moves the price into its escrow account,
 * all or nothing. The listing's row is locked first, so whoever comes second sees what the first left.
 *
 * Refuses: `listing_not_found`, `idempotency_key_reused`, `invalid_quantity`, `own_listing`,
 * `listing_withdrawn`, `listing_changed`, `sold_out`, `insufficient_stock`, `variant_required`, `insufficient_funds`.
 */
export async function placeOrder(tx: Tx, input: PlaceOrder): Promise<OrderReceipt> {
  const listing = await lockListing(tx, input.order.listingId);
  if (listing === null) throw listingNotFound();
  const hash = hashOf(input.order);
  const known = await orderByKey(tx, { buyerId: input.buyerId, key: input.order.key });
  if (known !== null) return repeatedReceipt(known, hash);

  const refusal = refusePurchase({
    buyerId: input.buyerId,
    sellerId: listing.sellerId,
    state: listing.state,
    version: listing.version,
    stock: listing.stock,
    quantity: input.order.quantity,
    seenVersion: input.order.listingVersion,
  });
  if (refusal !== null) throw purchaseRefusals[refusal]();

  // An order that could not name what was chosen would sell it at the wrong price.
  priceOf(listing, null);
  await moveStock(tx, listing, { units: -input.order.quantity });
  return writeAndPay(tx, { ...input, listing, hash });
}

async function writeAndPay(
  tx: Tx,
  input: PlaceOrder & { listing: LockedListing; hash: string },
): Promise<OrderReceipt> {
  const { listing } = input;
  const now = input.clock.now();
  const id = input.ids.uuid();
  const terms = await termsOf(tx, input);
  const walletId = await openAccount(tx, { owner: input.buyerId, kind: 'wallet', asset: 'DUCAT' });
  const escrowAccountId = await openAccount(tx, { owner: id, kind: 'escrow', asset: 'DUCAT' });
  await insertOrder(tx, {
    id,
    buyerId: input.buyerId,
    key: input.order.key,
    inputHash: input.hash,
    sellerId: listing.sellerId,
    listingId: listing.id,
    listingVersion: listing.version,
    listingTitle: listing.title,
    description: listing.description,
    categorySlug: listing.categorySlug,
    quantity: input.order.quantity,
    ...terms,
    escrowAccountId,
    state: firstOrderState,
    createdAt: now,
    updatedAt: now,
  });
  await emit(tx, input, {
    type: 'order.placed',
    subject: id,
    payload: { buyerId: input.buyerId, sellerId: listing.sellerId, totalMinor: terms.totalMinor.toString() },
  });
  const order = { id, buyerId: input.buyerId, sellerId: listing.sellerId, escrowAccountId, ...terms };
  await payIntoEscrow(tx, { order, walletId, time: now, secret: input.secret });
  return { orderId: id, listingTitle: listing.title, quantity: input.order.quantity, totalMinor: terms.totalMinor };
}

/** Price and fee as they will stay for this order: the fee follows the seller's tier at this moment. */
async function termsOf(tx: Tx, input: PlaceOrder & { listing: LockedListing }) {
  const seller = await citizenById(tx, input.listing.sellerId);
  invariant(seller !== null, 'a listing has a seller');
  const unitPriceMinor = ducat(input.listing.priceMinor);
  const totalMinor = ducat(unitPriceMinor * BigInt(input.order.quantity));
  const { saleFeePpm: feePpm } = await entitlementOf(tx, seller.tier);
  return { unitPriceMinor, totalMinor, feePpm, feeMinor: saleFee(totalMinor, feePpm) };
}

async function insertOrder(tx: Tx, row: Prisma.MarketOrderCreateManyInput): Promise<void> {
  const created = await tx.marketOrder.createMany({ data: [row], skipDuplicates: true });
  // Attempts for one listing wait for its row, so whoever holds this key now bought something else.
  if (created.count === 0) throw keyReused();
  await tx.orderEvent.createMany({
    data: [
      {
        orderId: row.id,
        sequence: 1,
        action: 'place',
        actor: 'buyer',
        actorId: row.buyerId,
        toState: row.state,
        at: row.createdAt,
      },
    ],
  });
}

interface KnownOrder {
  id: string;
  inputHash: string;
  listingTitle: string;
  quantity: number;
  totalMinor: bigint;
}

function orderByKey(tx: Tx, input: { buyerId: string; key: string }): Promise<KnownOrder | null> {
  return tx.marketOrder.findUnique({
    where: { buyerId_key: input },
    select: { id: true, inputHash: true, listingTitle: true, quantity: true, totalMinor: true },
  });
}

function repeatedReceipt(known: KnownOrder, hash: string): OrderReceipt {
  if (known.inputHash !== hash) throw keyReused();
  return {
    orderId: known.id,
    listingTitle: known.listingTitle,
    quantity: known.quantity,
    totalMinor: ducat(known.totalMinor),
  };
}

function hashOf(order: PlaceOrderInput): string {
  return inputHash({ listingId: order.listingId, listingVersion: order.listingVersion, quantity: order.quantity });
}

function keyReused(): Error {
  return refuse(
    'conflict',
    'idempotency_key_reused',
    'This purchase was already sent with other contents. Reload the page.',
  );
}

const refusal = (kind: ErrorKind, code: PurchaseRefusal, message: string) => () => refuse(kind, code, message);

const purchaseRefusals: Readonly<Record<PurchaseRefusal, () => Error>> = {
  invalid_quantity: refusal('invalid', 'invalid_quantity', 'That quantity cannot be bought.'),
  own_listing: refusal('conflict', 'own_listing', 'This listing is your own.'),
  listing_withdrawn: refusal('conflict', 'listing_withdrawn', 'The seller has withdrawn this listing.'),
  listing_changed: refusal('conflict', 'listing_changed', 'The listing was changed. Look at it again before buying.'),
  sold_out: refusal('conflict', 'sold_out', 'The last one has just been sold.'),
  insufficient_stock: refusal('conflict', 'insufficient_stock', 'There are fewer left than you asked for.'),
};
