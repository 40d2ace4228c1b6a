import { featureListing } from '#server/market/featured/featured.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { SeedListingIds } from './plant-listings.ts';
import type { SeedCitizenIds } from './plant-people.ts';
import type { SeedInput } from './plant.ts';

/** What the house shows on its home page in the seed, in this order. */
const names = ['lagoon-mirror', 'barbari-view', 'lute-seven-course', 'burano-collar'] as const;
const operator = 'DogeAuditor';

/** Features some listings, unless any are featured already. */
export function plantFeatured(
  { database, now }: SeedInput,
  planted: { citizens: SeedCitizenIds; listings: SeedListingIds },
): Promise<void> {
  const operatorId = planted.citizens.get(operator);
  invariant(operatorId !== undefined, 'who chooses is a citizen of the seed');
  return database.inTransaction(async (tx) => {
    if ((await tx.featuredListing.count()) > 0) return;
    for (const name of names) {
      const listingId = planted.listings.get(name);
      invariant(listingId !== undefined, 'what is featured is a listing of the seed');
      const featured = { listingId, fromAt: null, untilAt: null };
      await featureListing(tx, { featured, operatorId, clock: { now: () => now } });
    }
  });
}
