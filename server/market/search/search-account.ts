import { listed, paged, type PersonalDataPart } from '#server/citizens/personal-data.ts';
import { followedSellers } from '#server/market/search/storefront-queries.ts';
import { savedSearchesOf } from '#server/market/search/saved-searches.ts';
import { closeStorefront } from '#server/market/search/storefronts.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/** What the search knows of a citizen: their storefront, whom they follow, what they look for. */

export const searchCovers = [
  'Storefront.sellerId',
  'Storefront.username',
  'StorefrontFollow.followerId',
  'StorefrontFollow.sellerId',
  'SavedSearch.citizenId',
] as const;

const pageMax = 100;

export const searchParts: readonly PersonalDataPart[] = [
  { name: 'storefront', rows: (db, { citizenId }) => listed(storefront(db, citizenId)) },
  {
    name: 'followedSellers',
    rows: (db, { citizenId: followerId }) =>
      paged((cursor) => followedSellers(db, { followerId, cursor, limit: pageMax })),
  },
  { name: 'savedSearches', rows: (db, { citizenId }) => listed(savedSearches(db, citizenId)) },
];

async function storefront(db: Db, sellerId: string): Promise<object[]> {
  const row = await db.storefront.findUnique({ where: { sellerId } });
  if (row === null) return [];
  // How many follow is theirs to know, who they are is not.
  return [{ ...row, followers: await db.storefrontFollow.count({ where: { sellerId } }) }];
}

/** The filter as one text: the download holds no nested objects. */
async function savedSearches(db: Db, citizenId: string): Promise<object[]> {
  const rows = await savedSearchesOf(db, citizenId);
  return rows.map(({ filter, ...row }) => ({
    ...row,
    filter: Object.entries(filter).map(([name, value]) => `${name}: ${String(value)}`),
  }));
}

/** What is only about the citizen goes with the account. */
export async function forgetSearcher(tx: Tx, citizenId: string): Promise<void> {
  await closeStorefront(tx, citizenId);
  await tx.storefrontFollow.deleteMany({ where: { followerId: citizenId } });
  await tx.savedSearch.deleteMany({ where: { citizenId } });
}
