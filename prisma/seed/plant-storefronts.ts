import { openStorefront, saveStorefront } from '#server/market/search/storefronts.ts';
import { invariant } from '#server/platform/invariant.ts';
import { seedListings } from './plant-listings.ts';
import type { SeedCitizenIds } from './plant-people.ts';
import type { SeedInput } from './plant.ts';

/** What some sellers of the seed say about themselves. */
const storefronts = [
  {
    seller: 'MuranoGlass',
    slug: 'murano-glass',
    title: 'The furnace on the Rio dei Vetrai',
    about:
      'We blow cristallo, lattimo and reticello at one furnace, four hands to a piece. What you see here stands on our shelf today; what you do not see we make when you ask.\n\nEvery piece is signed under the foot.',
  },
  {
    seller: 'SpiceMerchant7',
    slug: 'spices-of-the-levant',
    title: 'Spices of the Levant',
    about: 'Weighed before your eyes, ground only when you say so. A new galley every spring.',
  },
] as const;

/** A storefront for everybody who sells in the seed; those that are there stay as they are. */
export function plantStorefronts({ database, now }: SeedInput, citizens: SeedCitizenIds): Promise<void> {
  const clock = { now: () => now };
  return database.inTransaction(async (tx) => {
    for (const seller of new Set(seedListings.map((listing) => listing.seller))) {
      const sellerId = citizens.get(seller);
      invariant(sellerId !== undefined, 'every seller of the seed is one of its citizens');
      if ((await tx.storefront.count({ where: { sellerId } })) > 0) continue;
      await openStorefront(tx, { sellerId, clock });
      const said = storefronts.find((each) => each.seller === seller);
      if (said === undefined) continue;
      const { slug, title, about } = said;
      await saveStorefront(tx, { sellerId, clock, storefront: { slug, title, about, version: 1 } });
    }
  });
}
