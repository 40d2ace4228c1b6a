import { partiesOf } from '#server/market/parties.ts';
import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import { meanMilli } from '#server/market/reviews/review-rules.ts';
import type { PartyView } from '#server/market/schema.ts';
import type { RunningSale } from '#server/market/discounts/price-schema.ts';
import { ducat } from '#server/money/money.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';

/** A listing as it is read for a card. */
export interface ListingRow {
  id: string;
  sellerId: string;
  title: string;
  categorySlug: string;
  kind: string;
  pictures: unknown;
  options: unknown;
  priceMinor: bigint;
  stock: number | null;
  state: string;
  version: number;
  ratingCount: number;
  ratingSum: number;
  createdAt: Date;
}

export const listingColumns = Prisma.sql`
  id, seller_id AS "sellerId", title, category_slug AS "categorySlug", kind, pictures, options,
  price_minor AS "priceMinor", stock, state, version,
  rating_count AS "ratingCount", rating_sum AS "ratingSum", created_at AS "createdAt"`;

/** The same for Prisma's query builder. */
export const listingSelected = {
  id: true,
  sellerId: true,
  title: true,
  categorySlug: true,
  kind: true,
  pictures: true,
  options: true,
  priceMinor: true,
  stock: true,
  state: true,
  version: true,
  ratingCount: true,
  ratingSum: true,
  createdAt: true,
} as const;

/** Cards of the given rows, in their order, with the sellers looked up in one query; `withSales` adds the sales. */
export async function withSellers(db: Db, rows: readonly ListingRow[]): Promise<ListingCard[]> {
  const parties = await partiesOf(
    db,
    rows.map((row) => row.sellerId),
  );
  return rows.map((row) => cardOf(row, parties(row.sellerId)));
}

/** The card of a row whose seller is known. */
export function cardOf(row: ListingRow, seller: PartyView, sale: RunningSale | null = null): ListingCard {
  return {
    id: row.id,
    title: row.title,
    category: storedListingWords.category.parse(row.categorySlug),
    kind: storedListingWords.kind.parse(row.kind),
    picture: storedListingWords.pictures.parse(row.pictures)[0] ?? null,
    hasVariants: storedListingWords.options.parse(row.options).length > 0,
    priceMinor: ducat(row.priceMinor),
    stock: row.stock,
    state: storedListingWords.state.parse(row.state),
    version: row.version,
    rating: { reviews: row.ratingCount, starsMilli: meanMilli(BigInt(row.ratingSum), BigInt(row.ratingCount)) },
    createdAt: row.createdAt,
    seller,
    sale,
  };
}
