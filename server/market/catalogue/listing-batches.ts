import type { ListingState, ListingTerms } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingChange } from '#server/market/catalogue/listing-changes.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { canonical, planVariants, totalsOf } from '#server/market/catalogue/listing-rules.ts';
import { rowOf } from '#server/market/catalogue/listing-terms.ts';
import { writeVariants } from '#server/market/catalogue/listing-variants.ts';
import { keepVersions } from '#server/market/catalogue/listing-versions.ts';
import { attachFiles, attachPictures } from '#server/market/uploads/attachments.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { emitAll } from '#server/platform/outbox.ts';

/** Listings of one seller, one or many at once, in as many statements as one takes. What may be, the caller has looked at. */
interface Seller {
  sellerId: string;
  clock: Clock;
  ids: Ids;
}

export interface NewListing {
  id: string;
  state: ListingState;
  terms: ListingTerms;
  /** The form that it comes from; what comes without one is its own attempt. */
  attempt?: { key: string; inputHash: string };
}

/** Puts new listings on the seller's shelf, which the caller has locked. Refuses: `unknown_picture`, `unknown_file`. */
export async function addListings(
  tx: Tx,
  { listings, ...seller }: Seller & { listings: readonly NewListing[] },
): Promise<void> {
  if (listings.length === 0) return;
  const { sellerId } = seller;
  const now = seller.clock.now();
  await attachAll(tx, { ...seller, all: listings.map(({ terms }) => terms) });
  const planned = listings.map((listing) => ({ ...listing, plan: planVariants([], listing.terms.variants) }));
  await tx.listing.createMany({
    data: planned.map(({ id, state, terms, attempt, plan }) => ({
      ...rowOf(terms, totalsOf(terms, plan.offered)),
      ...{ id, sellerId, state },
      ...(attempt ?? { key: id, inputHash: inputHash({ terms: canonical(terms) }) }),
      ...{ version: 1, createdAt: now, updatedAt: now },
      ...{ acceptsItself: terms.acceptsItself ?? null, takesOffers: terms.takesOffers ?? true },
    })),
  });
  await writeVariants(tx, {
    listings: planned.map(({ id, plan }) => ({ listingId: id, plan })),
    ids: seller.ids,
  });
  await keepVersions(
    tx,
    listings.map(({ id, terms }) => ({ listingId: id, content: terms.content ?? null })),
  );
  const events = listings.map(({ id, state }) => ({
    ...{ type: `listing.${state}`, subject: id },
    payload: { sellerId, version: 1 },
  }));
  await emitAll(tx, seller, events);
}

export interface ChangedListing {
  /** As it stands, locked. */
  current: LockedListing;
  change: ListingChange;
  state: ListingState;
}

/** The version of a listing after the change. */
export function versionAfter({ current, change }: ChangedListing): number {
  return change.areTermsEdited ? current.version + 1 : current.version;
}

/** Changes locked listings of the seller. Refuses: `unknown_picture`, `unknown_file`. */
export async function changeListings(
  tx: Tx,
  { changes, ...seller }: Seller & { changes: readonly ChangedListing[] },
): Promise<void> {
  if (changes.length === 0) return;
  const edited = changes.filter(({ change }) => change.areTermsEdited);
  await attachAll(tx, {
    ...seller,
    all: edited.map(({ change: { row, content } }) => ({ pictures: row.pictures, content })),
  });
  await updateRows(tx, { changes, now: seller.clock.now() });
  await writeVariants(tx, {
    listings: changes.map(({ current, change }) => ({ listingId: current.id, plan: change.plan })),
    ids: seller.ids,
  });
  if (edited.length > 0)
    await keepVersions(
      tx,
      edited.map(({ current, change }) => ({ listingId: current.id, content: change.content })),
    );
  await emitAll(
    tx,
    seller,
    changes.flatMap((changed) => eventsOf(seller.sellerId, changed)),
  );
}

function eventsOf(sellerId: string, changed: ChangedListing) {
  const { current, change, state } = changed;
  const payload = { sellerId, version: versionAfter(changed) };
  const isEdited = change.areTermsEdited || change.isStockEdited || change.isSwitched;
  const types = [...(isEdited ? ['changed'] : []), ...(state === current.state ? [] : [state])];
  return types.map((type) => ({ type: `listing.${type}`, subject: current.id, payload }));
}

async function updateRows(tx: Tx, { changes, now }: { changes: readonly ChangedListing[]; now: Date }): Promise<void> {
  const rows = changes.map((changed) => {
    const { priceMinor, ...row } = changed.change.row;
    const { id } = changed.current;
    const { acceptsItself, takesOffers } = changed.change;
    return {
      ...row,
      id,
      acceptsItself,
      takesOffers,
      priceMinor: priceMinor.toString(),
      state: changed.state,
      version: versionAfter(changed),
    };
  });
  await tx.$executeRaw`
    UPDATE listing
       SET title = next.title, description = next.description, category_slug = next."categorySlug", kind = next.kind,
           tags = next.tags, attributes = next.attributes, options = next.options, pictures = next.pictures,
           availability = next.availability, delivery_days = next."deliveryDays",
           quantity_steps = next."quantitySteps", price_minor = next."priceMinor",
           stock = next.stock, state = next.state, version = next.version,
           accepts_itself = next."acceptsItself", takes_offers = next."takesOffers",
           updated_at = ${now.toISOString()}::timestamptz,
           created_at = CASE WHEN listing.state = 'draft' AND next.state = 'published'
                             THEN ${now.toISOString()}::timestamptz ELSE listing.created_at END
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS next (id uuid, title text, description text, "categorySlug" text, kind text, tags text[], attributes jsonb,
                 options jsonb, pictures jsonb, availability text, "deliveryDays" integer,
                 "quantitySteps" jsonb, "priceMinor" bigint,
                 stock integer, state text, version integer, "acceptsItself" boolean, "takesOffers" boolean)
     WHERE listing.id = next.id`;
}

async function attachAll(
  tx: Tx,
  input: Seller & { all: readonly Pick<ListingTerms, 'pictures' | 'content'>[] },
): Promise<void> {
  const { sellerId: ownerId, all } = input;
  const now = input.clock.now();
  const pictureIds = new Set(all.flatMap(({ pictures }) => pictures.map(({ id }) => id)));
  const fileIds = new Set(all.flatMap(({ content }) => content?.fileIds ?? []));
  await attachPictures(tx, { ownerId, ids: [...pictureIds], now });
  await attachFiles(tx, { ownerId, ids: [...fileIds], now });
}
