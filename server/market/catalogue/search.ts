import { cutPage, priceCursor, readPriceCursor, readTimeCursor, timeCursor } from '#server/market/cursors.ts';
import { listingColumns, withSellers } from '#server/market/catalogue/listing-rows.ts';
import type { ListingRow } from '#server/market/catalogue/listing-rows.ts';
import type { ListingCard, ListingSort, SearchListingsInput } from '#server/market/catalogue/catalogue-schema.ts';
import type { Page } from '#server/market/schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';

/** One page of the listings on sale that match. Refuses: `invalid_cursor`. */
export async function searchListings(db: Db, input: SearchListingsInput): Promise<Page<ListingCard>> {
  const order = orders[input.sort];
  const conditions = [Prisma.sql`state = 'published'`];
  if (input.category !== undefined) conditions.push(ofBranch(input.category));
  if (input.text !== undefined && input.text !== '') conditions.push(Prisma.sql`search @@ ${textQuery(input.text)}`);
  if (input.cursor !== undefined) conditions.push(order.after(input.cursor));
  const rows = await db.$queryRaw<ListingRow[]>(Prisma.sql`
    SELECT ${listingColumns} FROM listing
     WHERE ${Prisma.join(conditions, ' AND ')}
     ORDER BY ${order.by}
     LIMIT ${input.limit + 1}`);
  const page = cutPage(rows, { limit: input.limit, cursorOf: order.cursorOf });
  return { items: await withSellers(db, page.items), nextCursor: page.nextCursor };
}

/** A category and all below it, whose slugs begin with its own. */
function ofBranch(slug: string): Prisma.Sql {
  return Prisma.sql`(category_slug = ${slug} OR starts_with(category_slug, ${`${slug}-`}))`;
}

interface SearchOrder {
  by: Prisma.Sql;
  after: (cursor: string) => Prisma.Sql;
  cursorOf: (row: ListingRow) => string;
}

const orders: Readonly<Record<ListingSort, SearchOrder>> = {
  newest: {
    by: Prisma.sql`created_at DESC, id DESC`,
    after: (cursor) => {
      const { time, id } = readTimeCursor(cursor);
      return Prisma.sql`(created_at, id) < (${time.toISOString()}::timestamptz, ${id}::uuid)`;
    },
    cursorOf: (row) => timeCursor({ time: row.createdAt, id: row.id }),
  },
  price_asc: {
    by: Prisma.sql`price_minor, id`,
    after: (cursor) => {
      const { priceMinor, id } = readPriceCursor(cursor);
      return Prisma.sql`(price_minor, id) > (${priceMinor}::bigint, ${id}::uuid)`;
    },
    cursorOf: priceCursor,
  },
  price_desc: {
    by: Prisma.sql`price_minor DESC, id DESC`,
    after: (cursor) => {
      const { priceMinor, id } = readPriceCursor(cursor);
      return Prisma.sql`(price_minor, id) < (${priceMinor}::bigint, ${id}::uuid)`;
    },
    cursorOf: priceCursor,
  },
};

/**
 * Either all words match as English (stems, quotes, minus), or they match as written and the last one
 * as a beginning, so that results appear while it is still being typed.
 */
function textQuery(text: string): Prisma.Sql {
  const whole = Prisma.sql`websearch_to_tsquery('english', ${text})`;
  const match = /^(?<head>.*\s)?(?<last>[\p{L}\p{N}]+)$/u.exec(text);
  const last = match?.groups?.last;
  if (last === undefined || text.includes('"')) {
    return Prisma.sql`(${whole} || websearch_to_tsquery('simple', ${text}))`;
  }
  const head = match?.groups?.head ?? '';
  return Prisma.sql`(${whole} || (websearch_to_tsquery('simple', ${head}) && to_tsquery('simple', ${`${last}:*`})))`;
}
