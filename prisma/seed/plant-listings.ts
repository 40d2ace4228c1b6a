import { publishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import { invariant } from '#server/platform/invariant.ts';
import { craftListings } from './listings-crafts.ts';
import { listingDetails } from './listing-details.ts';
import { tradeListings } from './listings-trade.ts';
import type { SeedListing } from './types.ts';
import { namedIds, seedKey } from './named-ids.ts';
import { seedOrders } from './orders.ts';
import type { SeedCitizenIds } from './plant-people.ts';
import type { SeedInput } from './plant.ts';

export const seedListings: readonly SeedListing[] = [...craftListings, ...tradeListings].map((listing) => ({
  ...listing,
  ...listingDetails[listing.name],
}));

/** Listings' ids by their name in the seed. */
export type SeedListingIds = ReadonlyMap<string, string>;

const hourMs = 3_600_000;
/** Whatever is bought in the seed was on sale before the first order. */
const beforeFirstOrderHours = 700;

/** All listings in one transaction: there are none, or all. */
export function plantListings(input: SeedInput, citizens: SeedCitizenIds): Promise<SeedListingIds> {
  const ordered = new Set(seedOrders.map((order) => order.listing));
  return input.database.inTransaction(async (tx) => {
    const listings = new Map<string, string>();
    for (const [index, { name, seller, ...terms }] of seedListings.entries()) {
      const sellerId = citizens.get(seller);
      invariant(sellerId !== undefined, 'every seller of the seed is one of its citizens');
      // 37 and 64 have no common factor: every listing gets its own hour, and neighbours are mixed.
      const hoursAgo = 8 + ((index * 37) % seedListings.length) * 10 + (ordered.has(name) ? beforeFirstOrderHours : 0);
      const time = new Date(input.now.getTime() - hoursAgo * hourMs);
      const receipt = await publishListing(tx, {
        sellerId,
        listing: publishListingInput.parse({ ...terms, key: seedKey(name) }),
        clock: { now: () => time },
        ids: namedIds(time, `listing ${name}`),
      });
      listings.set(name, receipt.listingId);
    }
    return listings;
  });
}
