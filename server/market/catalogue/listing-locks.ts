import { stockMax, storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingKind, ListingState } from '#server/market/catalogue/catalogue-schema.ts';
import type { QuantityStep } from '#server/market/discounts/price-schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** A listing whose row this transaction holds: nobody else sells, edits or pauses it meanwhile. */
export interface LockedListing {
  id: string;
  sellerId: string;
  title: string;
  description: string;
  categorySlug: string;
  priceMinor: bigint;
  stock: number | null;
  kind: ListingKind;
  state: ListingState;
  version: number;
  quantitySteps: QuantityStep[];
  /** Whether its orders accept themselves; null: as its seller has it. */
  acceptsItself: boolean | null;
  /** Empty where there never was anything to choose; those no longer offered included, because orders name them. */
  variants: LockedVariant[];
}

/** What stands for one choice of a listing's options. The lock on the listing's row is the lock on it too. */
export interface LockedVariant {
  id: string;
  values: string[];
  priceMinor: bigint;
  stock: number | null;
  isOffered: boolean;
}

/** Locks one listing until the transaction ends, and reads it as it is then. Null when there is none. */
export async function lockListing(tx: Tx, listingId: string): Promise<LockedListing | null> {
  return (await lockListings(tx, [listingId])).get(listingId) ?? null;
}

/** The same for several, in the order of their ids, as everybody locks them. Those that do not exist are missing. */
export async function lockListings(tx: Tx, listingIds: readonly string[]): Promise<Map<string, LockedListing>> {
  const ids = [...new Set(listingIds)];
  const rows = await tx.$queryRaw<(Omit<LockedListing, 'variants'> & { hasVariants: boolean })[]>(Prisma.sql`
    SELECT id, seller_id AS "sellerId", title, description, category_slug AS "categorySlug",
           price_minor AS "priceMinor", stock, kind, state, version, quantity_steps AS "quantitySteps",
           accepts_itself AS "acceptsItself",
           EXISTS (SELECT FROM listing_variant WHERE listing_id = listing.id) AS "hasVariants"
      FROM listing
     WHERE id = ANY (${ids}::uuid[])
     ORDER BY id
       FOR NO KEY UPDATE`);
  const variants = await variantsOf(
    tx,
    rows.filter(({ hasVariants }) => hasVariants).map(({ id }) => id),
  );
  return new Map(
    rows.map(({ hasVariants: _hasVariants, ...row }) => [
      row.id,
      {
        ...row,
        kind: storedListingWords.kind.parse(row.kind),
        state: storedListingWords.state.parse(row.state),
        quantitySteps: storedListingWords.quantitySteps.parse(row.quantitySteps),
        variants: variants.get(row.id) ?? [],
      },
    ]),
  );
}

async function variantsOf(tx: Tx, listingIds: readonly string[]): Promise<Map<string, LockedVariant[]>> {
  if (listingIds.length === 0) return new Map();
  const rows = await tx.listingVariant.findMany({
    where: { listingId: { in: [...listingIds] } },
    orderBy: [{ listingId: 'asc' }, { position: 'asc' }],
    select: { id: true, listingId: true, values: true, priceMinor: true, stock: true, isOffered: true },
  });
  const variants = new Map<string, LockedVariant[]>();
  for (const { listingId, ...variant } of rows) {
    const known = variants.get(listingId);
    if (known === undefined) variants.set(listingId, [variant]);
    else known.push(variant);
  }
  return variants;
}

/**
 * Gives `units` to a locked listing's stock or takes them where negative, from the variant where one was chosen. Unlimited
 * stock stays unlimited, and what comes back of what is no longer offered as such (a variant that was dropped, or a
 * listing that has variants now) is not on sale again. The database refuses to take more than there is.
 */
export async function moveStock(
  tx: Tx,
  listing: LockedListing,
  { units, variantId = null }: { units: number; variantId?: string | null },
): Promise<void> {
  const variant = listing.variants.find(({ id }) => id === variantId);
  invariant((variant === undefined) === (variantId === null), 'a variant that is moved is one of the listing');
  const onSale = isOnSale(listing, variant) ? units : 0;
  if (variant !== undefined) {
    await tx.$executeRaw`
      UPDATE listing_variant SET stock = least(stock + ${units}::integer, ${stockMax}::integer)
       WHERE id = ${variant.id}::uuid AND stock IS NOT NULL`;
  }
  await tx.$executeRaw`
    UPDATE listing
       SET stock = CASE WHEN stock IS NULL THEN NULL ELSE least(stock + ${onSale}::integer, ${stockMax}::integer) END,
           sold_count = greatest(sold_count - ${units}::integer, 0)
     WHERE id = ${listing.id}::uuid`;
}

/** Whether units of this choice count in the stock of the whole listing. */
function isOnSale(listing: LockedListing, variant: LockedVariant | undefined): boolean {
  const hasChoice = listing.variants.some(({ isOffered }) => isOffered);
  if (variant === undefined) return !hasChoice;
  return variant.isOffered && variant.stock !== null;
}
