import { paged, type PersonalDataSource } from '#server/citizens/personal-data.ts';
import { importsOf } from '#server/market/imports/import-queries.ts';
import type { Db } from '#server/platform/db.ts';

const pageMax = 100;

/** The files that a seller sent, and the keys they gave their listings. */
export const importsData: PersonalDataSource = {
  covers: ['ListingImport.sellerId', 'ListingSku.sellerId'],
  parts: [
    {
      name: 'imports',
      rows: (db, { citizenId: sellerId }) => paged((cursor) => importsOf(db, { sellerId, cursor, limit: pageMax })),
    },
    { name: 'listingKeys', rows: (db, { citizenId }) => keys(db, citizenId) },
  ],
};

function keys(db: Db, sellerId: string): AsyncGenerator<object, void> {
  return paged(async (cursor) => {
    const items = await db.listingSku.findMany({
      where: { sellerId, ...(cursor === undefined ? {} : { sku: { gt: cursor } }) },
      orderBy: { sku: 'asc' },
      take: pageMax,
      select: { sku: true, listingId: true },
    });
    return { items, nextCursor: items.length < pageMax ? null : (items.at(-1)?.sku ?? null) };
  });
}
