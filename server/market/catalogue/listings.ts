import type {
  ListingState,
  PublishListingInput,
  UpdateListingInput,
} from '#server/market/catalogue/catalogue-schema.ts';
import { addListings, changeListings, versionAfter } from '#server/market/catalogue/listing-batches.ts';
import { changeOf } from '#server/market/catalogue/listing-changes.ts';
import { lockListing, type LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { canonical } from '#server/market/catalogue/listing-rules.ts';
import { keepSellerKey } from '#server/market/catalogue/seller-keys.ts';
import { checkContent, checkTerms } from '#server/market/catalogue/listing-terms.ts';
import { lockShelf, refuseOneDraftTooMany, refuseOneTooMany } from '#server/market/catalogue/shelf.ts';
import { currentContent, keptVersion } from '#server/market/catalogue/listing-versions.ts';
import { refuseHeld } from '#server/market/people/holds.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
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
 * Puts a new listing on sale, or keeps it as a draft. The same key with the same input answers the same listing again.
 * Refuses: `idempotency_key_reused`, `listing_limit`, `draft_limit`, `content_missing`, `seller_key_taken`, and what
 * `checkTerms` and `addListings` refuse.
 */
export async function publishListing(
  tx: Tx,
  input: Tools & { sellerId: string; listing: PublishListingInput },
): Promise<ListingReceipt> {
  const { sellerId, clock, ids } = input;
  const { key, isDraft, ...terms } = input.listing;
  const hash = inputHash({ terms: canonical({ ...terms, isDraft }) });
  const state = isDraft ? 'draft' : 'published';
  await lockShelf(tx, sellerId);
  const known = await tx.listing.findUnique({
    where: { sellerId_key: { sellerId, key } },
    select: { id: true, inputHash: true },
  });
  if (known !== null) return repeatedReceipt(known, { hash, state });

  await (isDraft ? refuseOneDraftTooMany(tx, sellerId) : refuseOneTooMany(tx, input));
  if (!isDraft) checkContent(terms.kind, terms.content ?? null);
  await checkTerms(tx, terms);
  const id = input.ids.uuid();
  const attempt = { key, inputHash: hash };
  await addListings(tx, { sellerId, clock, ids, listings: [{ id, state, terms, attempt }] });
  await keepSellerKey(tx, { sellerId, listingId: id, sellerKey: terms.sellerKey });
  return { listingId: id, version: 1, state };
}

/**
 * Changes a listing. Changed terms (all that a buyer sees or receives) make a new version, so that nobody buys what they
 * did not see; a changed stock, or how orders are accepted, does not.
 * Refuses: `listing_not_found`, `listing_archived`, `listing_changed` (edited elsewhere meanwhile), `stock_changed`
 * (sold meanwhile), `too_many_variants`, `content_missing`, `seller_key_taken`, and what `checkTerms` and
 * `changeListings` refuse.
 */
export async function updateListing(
  tx: Tx,
  input: Tools & { sellerId: string; listing: UpdateListingInput },
): Promise<ListingReceipt> {
  const { sellerId, clock, ids, listing: wanted } = input;
  const { listingId, version } = wanted;
  const current = await lockOwnListing(tx, { listingId, sellerId });
  if (current.state === 'archived') throw listingArchived();
  if (current.version !== version) throw listingChanged();
  const kept = await keptVersion(tx, { listingId, version });
  const change = changeOf(current, { wanted, kept });
  await keepSellerKey(tx, { sellerId, listingId, sellerKey: wanted.sellerKey });
  if (!change.areTermsEdited && !change.isStockEdited && !change.isSwitched) return receiptOf(current);
  if (change.areTermsEdited) await checkTerms(tx, wanted);
  const changed = { current, change, state: current.state };
  await changeListings(tx, { sellerId, clock, ids, changes: [changed] });
  return { listingId, version: versionAfter(changed), state: current.state };
}

type OwnListing = Tools & { sellerId: string; listingId: string };

/**
 * Takes a listing off sale for a while; open orders go on. Doing it twice changes nothing.
 * Refuses: `listing_not_found`, `listing_archived`, `listing_not_on_sale` (a draft).
 */
export function pauseListing(tx: Tx, input: OwnListing): Promise<ListingReceipt> {
  return moveListing(tx, { ...input, to: 'paused' });
}

/**
 * Puts a draft or a paused listing on sale. Doing it twice changes nothing.
 * Refuses: `listing_not_found`, `listing_archived`, `listing_held`, `listing_limit`, `content_missing`.
 */
export function republishListing(tx: Tx, input: OwnListing): Promise<ListingReceipt> {
  return moveListing(tx, { ...input, to: 'published' });
}

/** Puts a listing away for good; its orders keep it. Doing it twice changes nothing. Refuses: `listing_not_found`. */
export function archiveListing(tx: Tx, input: OwnListing): Promise<ListingReceipt> {
  return moveListing(tx, { ...input, to: 'archived' });
}

async function moveListing(
  tx: Tx,
  input: Tools & { sellerId: string; listingId: string; to: ListingState },
): Promise<ListingReceipt> {
  const current = await lockOwnListing(tx, input);
  if (current.state === input.to) return receiptOf(current);
  if (current.state === 'archived') throw listingArchived();
  if (input.to === 'paused' && current.state === 'draft')
    throw refuse('conflict', 'listing_not_on_sale', 'This listing is not on sale.');
  if (input.to === 'published') {
    await refuseHeld(tx, current.id);
    checkContent(current.kind, await currentContent(tx, { listingId: current.id, version: current.version }));
    await lockShelf(tx, input.sellerId);
    await refuseOneTooMany(tx, input);
  }
  const now = input.clock.now();
  // A draft is as old as its first day on sale: among the newest, and news to whoever waits for such a thing.
  const isNew = current.state === 'draft' && input.to === 'published';
  await tx.listing.update({
    where: { id: current.id },
    data: { state: input.to, updatedAt: now, ...(isNew ? { createdAt: now } : {}) },
    select: { id: true },
  });
  await emit(tx, input, {
    type: `listing.${input.to}`,
    subject: current.id,
    payload: { sellerId: input.sellerId, version: current.version },
  });
  return receiptOf({ ...current, state: input.to });
}

export function listingNotFound(): Error {
  return refuse('not_found', 'listing_not_found', 'There is no such listing.');
}

async function lockOwnListing(tx: Tx, input: { listingId: string; sellerId: string }): Promise<LockedListing> {
  const listing = await lockListing(tx, input.listingId);
  if (listing?.sellerId !== input.sellerId) throw listingNotFound();
  return listing;
}

export function listingChanged(): Error {
  return refuse('conflict', 'listing_changed', 'This listing was changed elsewhere. Look at it again before saving.');
}

export function listingArchived(): Error {
  return refuse('conflict', 'listing_archived', 'This listing is archived and stays as it is.');
}

function receiptOf(listing: LockedListing): ListingReceipt {
  return { listingId: listing.id, version: listing.version, state: listing.state };
}

/** The first answer to a key, for every repetition of it. */
function repeatedReceipt(
  known: { id: string; inputHash: string },
  { hash, state }: { hash: string; state: ListingState },
): ListingReceipt {
  if (known.inputHash !== hash) throw keyReused();
  return { listingId: known.id, version: 1, state };
}
