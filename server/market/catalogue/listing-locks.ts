import { stockMax, storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingKind, ListingState } from '#server/market/catalogue/catalogue-schema.ts';
import type { QuantityStep } from '#server/market/discounts/step-schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import { writeAll } from '#server/platform/together.ts';
import type { Writes } from '#server/platform/together.ts';

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
  /** Whether its seller lets citizens offer another price. */
  takesOffers: boolean;
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

/** What of a listing's row a lock answers; its variants are read beside it. */
export const heldColumnsSql = Prisma.sql`
  id, seller_id AS "sellerId", title, description, category_slug AS "categorySlug", price_minor AS "priceMinor", stock,
  kind, state, version, quantity_steps AS "quantitySteps", accepts_itself AS "acceptsItself",
  takes_offers AS "takesOffers"`;

/** A row of `heldColumnsSql`. */
export type HeldRow = Omit<LockedListing, 'variants' | 'kind' | 'state' | 'quantitySteps'> & {
  kind: string;
  state: string;
  quantitySteps: unknown;
};

export function lockedListingOf(row: HeldRow, variants: LockedVariant[]): LockedListing {
  const { id, sellerId, title, description, categorySlug, priceMinor, stock, version, acceptsItself, takesOffers } =
    row;
  return {
    ...{ id, sellerId, title, description, categorySlug, priceMinor, stock, version, acceptsItself, takesOffers },
    kind: storedListingWords.kind.parse(row.kind),
    state: storedListingWords.state.parse(row.state),
    quantitySteps: storedListingWords.quantitySteps.parse(row.quantitySteps),
    variants,
  };
}

/** The same for several, in the order of their ids, as everybody locks them. Those that do not exist are missing. */
export async function lockListings(tx: Tx, listingIds: readonly string[]): Promise<Map<string, LockedListing>> {
  const ids = [...new Set(listingIds)];
  const rows = await tx.$queryRaw<(HeldRow & { hasVariants: boolean })[]>(Prisma.sql`
    SELECT ${heldColumnsSql}, EXISTS (SELECT FROM listing_variant WHERE listing_id = listing.id) AS "hasVariants"
      FROM listing
     WHERE id = ANY (${ids}::uuid[])
     ORDER BY id
       FOR NO KEY UPDATE`);
  const variants = await variantsOf(
    tx,
    rows.filter(({ hasVariants }) => hasVariants).map(({ id }) => id),
  );
  return new Map(rows.map((row) => [row.id, lockedListingOf(row, variants.get(row.id) ?? [])]));
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

/** Units that a locked listing, or one of its variants, is given; taken where negative. */
export interface StockMove {
  readonly listing: LockedListing;
  readonly units: number;
  /** What was chosen of the listing; null where there is nothing to choose. */
  readonly variantId: string | null;
}

/** One move alone; see `moveStocks`. */
export function moveStock(
  tx: Tx,
  listing: LockedListing,
  { units, variantId = null }: { units: number; variantId?: string | null },
): Promise<void> {
  return moveStocks(tx, [{ listing, units, variantId }]);
}

/**
 * Gives units to the stock of locked listings or takes them, from the variant where one was chosen. Unlimited
 * stock stays unlimited, and what comes back of what is no longer offered as such (a variant that was dropped, or a
 * listing that has variants now) is not on sale again. The database refuses to take more than there is.
 */
export async function moveStocks(tx: Tx, moves: readonly StockMove[]): Promise<void> {
  await writeAll(tx, stockWrites(moves));
}

/** The same as one or two of several writes that are sent together. */
export function stockWrites(moves: readonly StockMove[]): Writes {
  // Several choices of one listing are one move of it.
  const sums = [...Map.groupBy(moves, ({ listing }) => listing.id).values()].map(sumOf);
  const stocks = Prisma.sql`
    UPDATE listing
       SET stock = CASE WHEN stock IS NULL THEN NULL ELSE least(stock + moved.on_sale, ${stockMax}::integer) END,
           sold_count = greatest(sold_count - moved.units, 0)
      FROM (${movedRowsSql(sums)}) AS moved (id, units, on_sale)
     WHERE listing.id = moved.id`;
  const ofVariants = moves.filter(({ variantId }) => variantId !== null);
  if (ofVariants.length === 0) return { stocks };
  const variants = Prisma.sql`
    UPDATE listing_variant variant SET stock = least(variant.stock + moved.units, ${stockMax}::integer)
      FROM unnest(${ofVariants.map(({ variantId }) => variantId ?? '')}::uuid[],
                  ${ofVariants.map(({ units }) => units)}::integer[]) AS moved (id, units)
     WHERE variant.id = moved.id AND variant.stock IS NOT NULL`;
  return { variants, stocks };
}

interface MovedStock {
  readonly id: string;
  readonly units: number;
  /** Those of the units that count in the listing's stock. */
  readonly onSale: number;
}

/** Of an array nobody knows how long it is, so that PostgreSQL would plan for each anew; most moves are of one listing. */
function movedRowsSql(moved: readonly MovedStock[]): Prisma.Sql {
  const [first] = moved;
  if (first !== undefined && moved.length === 1)
    return Prisma.sql`SELECT ${first.id}::uuid, ${first.units}::integer, ${first.onSale}::integer`;
  return Prisma.sql`
    SELECT * FROM unnest(${moved.map(({ id }) => id)}::uuid[], ${moved.map(({ units }) => units)}::integer[],
                         ${moved.map(({ onSale }) => onSale)}::integer[])`;
}

/** What moves of the same listing come to: units, and those of them that count in its stock. */
function sumOf(moves: readonly StockMove[]): MovedStock {
  const sum = { id: '', units: 0, onSale: 0 };
  for (const { listing, units, variantId } of moves) {
    const variant = listing.variants.find(({ id }) => id === variantId);
    invariant((variant === undefined) === (variantId === null), 'a variant that is moved is one of the listing');
    sum.id = listing.id;
    sum.units += units;
    sum.onSale += isOnSale(listing, variant) ? units : 0;
  }
  return sum;
}

/** Whether units of this choice count in the stock of the whole listing. */
function isOnSale(listing: LockedListing, variant: LockedVariant | undefined): boolean {
  const hasChoice = listing.variants.some(({ isOffered }) => isOffered);
  if (variant === undefined) return !hasChoice;
  return variant.isOffered && variant.stock !== null;
}
