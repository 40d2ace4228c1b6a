import type { Db } from '#server/platform/db.ts';

/** Listings of one page of the sitemap. */
export const sitemapPageSize = 5_000;
/** Most pages that the sitemap names: five million listings. */
const pagesMax = 1_000;

/** With which listing each page of the sitemap begins, in the order of their ids. */
export async function sitemapStarts(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM listing WHERE state = 'published') numbered
     WHERE place % ${sitemapPageSize} = 1
     ORDER BY numbered.id
     LIMIT ${pagesMax}`;
  return rows.map(({ id }) => id);
}

/** What is on sale from a listing on, in the order of ids; at most one page. */
export function sitemapPage(db: Db, from: string): Promise<{ id: string; updatedAt: Date }[]> {
  return db.listing.findMany({
    where: { state: 'published', id: { gte: from } },
    orderBy: { id: 'asc' },
    take: sitemapPageSize,
    select: { id: true, updatedAt: true },
  });
}
