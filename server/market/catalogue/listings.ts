import type {
  ListingKind,
  ListingState,
  ListingTerms,
  PublishListingInput,
  UpdateListingInput,
} from '#server/market/catalogue/catalogue-schema.ts';
import { lockListing, type LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { emit } from '#server/platform/outbox.ts';

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a seller gets back from every change of a listing. */
export interface ListingReceipt {
  listingId: string;
  version: number;
  state: ListingState;
}

/**
 * Puts a new listing on sale. The same key with the same input answers the same listing again.
 * Refuses: `idempotency_key_reused`, `listing_limit`.
 */
export async function publishListing(
  tx: Tx,
  input: Tools & { sellerId: string; listing: PublishListingInput },
): Promise<ListingReceipt> {
  const { key, ...terms } = input.listing;
  const hash = inputHash({ ...terms });
  await lockShelf(tx, input.sellerId);
  const known = await tx.listing.findUnique({
    where: { sellerId_key: { sellerId: input.sellerId, key } },
    select: { id: true, inputHash: true },
  });
  if (known !== null) return repeatedReceipt(known, hash);

  await refuseOneTooMany(tx, input);
  const now = input.clock.now();
  const id = input.ids.uuid();
  const { sellerId } = input;
  const first = {
    kind: kindOf(terms.category),
    attributes: {},
    options: [],
    state: 'published',
    version: 1,
    createdAt: now,
    updatedAt: now,
  } as const;
  await tx.listing.createMany({ data: [{ ...rowOf(terms), ...first, id, sellerId, key, inputHash: hash }] });
  await emit(tx, input, { type: 'listing.published', subject: id, payload: { sellerId: input.sellerId, version: 1 } });
  return { listingId: id, version: 1, state: 'published' };
}

/**
 * Changes a listing. Changed terms (title, description, category, price) make a new version, so that
 * nobody buys what they did not see; a changed stock does not.
 * Refuses: `listing_not_found`, `listing_changed` (edited elsewhere meanwhile), `stock_changed` (sold meanwhile).
 */
export async function updateListing(
  tx: Tx,
  input: Tools & { sellerId: string; listing: UpdateListingInput },
): Promise<ListingReceipt> {
  const { listingId, version, stockSeen, ...terms } = input.listing;
  const current = await lockOwnListing(tx, { listingId, sellerId: input.sellerId });
  if (current.version !== version) {
    throw refuse('conflict', 'listing_changed', 'This listing was changed elsewhere. Look at it again before saving.');
  }
  const stockEdited = terms.stock !== stockSeen;
  if (stockEdited && current.stock !== stockSeen) {
    throw refuse('conflict', 'stock_changed', 'Some were sold while you were editing. Look at the stock again.');
  }
  const next = rowOf({ ...terms, stock: stockEdited ? terms.stock : current.stock });
  const termsEdited =
    next.title !== current.title ||
    next.description !== current.description ||
    next.categorySlug !== current.categorySlug ||
    next.priceMinor !== current.priceMinor;
  if (!termsEdited && !stockEdited) return receiptOf(current);
  const nextVersion = termsEdited ? current.version + 1 : current.version;
  await tx.listing.update({
    where: { id: listingId },
    data: { ...next, version: nextVersion, updatedAt: input.clock.now() },
    select: { id: true },
  });
  await emit(tx, input, {
    type: 'listing.changed',
    subject: listingId,
    payload: { sellerId: input.sellerId, version: nextVersion },
  });
  return { listingId, version: nextVersion, state: current.state };
}

/** Takes a listing off sale; open orders go on. Doing it twice changes nothing. Refuses: `listing_not_found`. */
export function withdrawListing(
  tx: Tx,
  input: Tools & { sellerId: string; listingId: string },
): Promise<ListingReceipt> {
  return moveListing(tx, { ...input, to: 'withdrawn' });
}

/** Puts a withdrawn listing back on sale. Doing it twice changes nothing. Refuses: `listing_not_found`, `listing_limit`. */
export function republishListing(
  tx: Tx,
  input: Tools & { sellerId: string; listingId: string },
): Promise<ListingReceipt> {
  return moveListing(tx, { ...input, to: 'published' });
}

async function moveListing(
  tx: Tx,
  input: Tools & { sellerId: string; listingId: string; to: ListingState },
): Promise<ListingReceipt> {
  const current = await lockOwnListing(tx, input);
  if (current.state === input.to) return receiptOf(current);
  if (input.to === 'published') {
    await lockShelf(tx, input.sellerId);
    await refuseOneTooMany(tx, input);
  }
  await tx.listing.update({
    where: { id: current.id },
    data: { state: input.to, updatedAt: input.clock.now() },
    select: { id: true },
  });
  await emit(tx, input, {
    type: `listing.${input.to}`,
    subject: current.id,
    payload: { sellerId: input.sellerId, version: current.version },
  });
  return receiptOf({ ...current, state: input.to });
}

/** One at a time per seller puts something on sale, so that many at once are no way around the limit. */
async function lockShelf(tx: Tx, sellerId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('market.listings:' || ${sellerId}, 0))`;
}

/** Refuses what the seller's trust level leaves no room for. */
async function refuseOneTooMany(tx: Tx, { sellerId, clock }: { sellerId: string; clock: Clock }): Promise<void> {
  const { limits, level } = await trustStanding(tx, { citizenId: sellerId, now: clock.now() });
  if (limits.listingsMax === null) return;
  const onSale = await tx.listing.count({ where: { sellerId, state: 'published' } });
  if (onSale < limits.listingsMax) return;
  throw new DomainError({
    kind: 'conflict',
    code: 'listing_limit',
    message: 'You have as many listings on sale as your trust level allows.',
    details: { listingsMax: limits.listingsMax, level },
  });
}

export function listingNotFound(): Error {
  return refuse('not_found', 'listing_not_found', 'There is no such listing.');
}

async function lockOwnListing(tx: Tx, input: { listingId: string; sellerId: string }): Promise<LockedListing> {
  const listing = await lockListing(tx, input.listingId);
  if (listing?.sellerId !== input.sellerId) throw listingNotFound();
  return listing;
}

function rowOf(terms: ListingTerms) {
  return {
    title: terms.title,
    description: terms.description,
    categorySlug: terms.category,
    priceMinor: terms.priceMinor,
    stock: terms.stock,
  };
}

/** What a category has always meant; a form that asks for it comes with the kinds themselves. */
function kindOf(category: ListingTerms['category']): ListingKind {
  if (category === 'services') return 'service';
  return category === 'patterns' ? 'digital' : 'goods';
}

function receiptOf(listing: LockedListing): ListingReceipt {
  return { listingId: listing.id, version: listing.version, state: listing.state };
}

/** The first answer to a key, for every repetition of it. */
function repeatedReceipt(known: { id: string; inputHash: string }, hash: string): ListingReceipt {
  if (known.inputHash !== hash) {
    throw refuse(
      'conflict',
      'idempotency_key_reused',
      'This form was already sent with other contents. Reload the page.',
    );
  }
  return { listingId: known.id, version: 1, state: 'published' };
}
