import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import type { Page } from '#server/market/schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';
import { endOf, stateAt } from './discount-rules.ts';
import { saleListingsMax, type SaleView } from './discount-schema.ts';
import { runningSaleSql } from './sale-sql.ts';
import type { RunningSale } from './price-schema.ts';

interface Sold {
  readonly id: string;
  readonly sellerId: string;
}

/** The best sale for each of these listings at a moment; those without one are missing. One round trip. */
export async function runningSales(
  db: Db,
  { listings, now }: { listings: readonly Sold[]; now: Date },
): Promise<Map<string, RunningSale>> {
  if (listings.length === 0) return new Map();
  const asked = Prisma.sql`unnest(${listings.map(({ id }) => id)}::uuid[], ${listings.map((each) => each.sellerId)}::uuid[])`;
  const sale = runningSaleSql({ listingId: 'asked.listing_id', sellerId: 'asked.seller_id', now: 'moment.now' });
  const rows = await db.$queryRaw<(RunningSale & { listingId: string })[]>(Prisma.sql`
    SELECT asked.listing_id AS "listingId", sale.id AS "saleId", sale.percent_bps AS "percentBps", sale.ends_at AS "endsAt"
      FROM ${asked} AS asked (listing_id, seller_id)
     CROSS JOIN (SELECT ${now}::timestamptz AS now) AS moment
     CROSS JOIN LATERAL (${Prisma.raw(sale)}) AS sale`);
  return new Map(rows.map(({ listingId, ...found }) => [listingId, found]));
}

/** The same cards, each with the sale that it is in. */
export async function withSales<Card extends ListingCard>(
  db: Db,
  { cards, now }: { cards: readonly Card[]; now: Date },
): Promise<Card[]> {
  const listings = cards.map(({ id, seller }) => ({ id, sellerId: seller.citizenId }));
  const sales = await runningSales(db, { listings, now });
  return cards.map((card) => ({ ...card, sale: sales.get(card.id) ?? null }));
}

/** A seller's sales, newest first. Refuses: `invalid_cursor`. */
export async function salesOf(db: Db, input: PageInput & { sellerId: string; now: Date }): Promise<Page<SaleView>> {
  const rows = await db.sale.findMany({
    where: { sellerId: input.sellerId, ...olderThan(input.cursor) },
    orderBy: newestFirst,
    take: input.limit + 1,
    select: {
      ...{ id: true, percentBps: true, coversAll: true },
      ...{ startsAt: true, endsAt: true, endedAt: true, createdAt: true },
      listings: { take: saleListingsMax, select: { listing: { select: { id: true, title: true } } } },
    },
  });
  const { items, nextCursor } = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  const views = items.map(({ coversAll, endedAt, createdAt: _createdAt, ...sale }) => ({
    ...sale,
    endsAt: endOf({ ...sale, endedAt }),
    state: stateAt({ ...sale, endedAt }, input.now),
    listings: coversAll ? null : sale.listings.map(({ listing }) => listing),
  }));
  return { items: views, nextCursor };
}
