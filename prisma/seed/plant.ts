import { plantAccounts } from './plant-accounts.ts';
import { plantListings, seedListings } from './plant-listings.ts';
import { plantFeatured } from './plant-featured.ts';
import { plantStorefronts } from './plant-storefronts.ts';
import { plantOrders, seedOrderKey } from './plant-orders.ts';
import { plantPeople } from './plant-people.ts';
import { seedKey } from './named-ids.ts';
import { seedOrders } from './orders.ts';
import type { Sealing } from '#server/platform/sealing.ts';
import type { Database, Db } from '#server/platform/db.ts';

export interface SeedInput {
  database: Database;
  /** The moment that all dates of the seed are counted back from. */
  now: Date;
  /** The server's secret. */
  secret: string;
  /** Seals what the product seals. */
  sealing: Sealing;
}

/** Whether the seed is in the database: all of it, some of it, or nothing, beside other people's listings or not. */
export type SeedState = 'empty' | 'begun' | 'complete' | 'foreign';

/**
 * Fills a database with the demo citizens, their listings and four weeks of trade, through the same
 * services the product uses. Every part has its key, so an interrupted seed continues where it stopped
 * and a complete one is left as it is.
 */
export async function plantSeed(input: SeedInput): Promise<void> {
  const citizens = await plantPeople(input);
  await plantAccounts({ ...input, citizens });
  const listings = await plantListings(input, citizens);
  await plantStorefronts(input, citizens);
  await plantFeatured(input, { citizens, listings });
  await plantOrders({ ...input, citizens, listings });
  await readOldNews(input, [...citizens.values()]);
}

/** What happened in four weeks of trade is no news to anybody. */
async function readOldNews({ database, now }: SeedInput, citizenIds: readonly string[]): Promise<void> {
  await database.client.notification.updateMany({
    where: { citizenId: { in: [...citizenIds] }, readAt: null, createdAt: { lte: now } },
    data: { readAt: now },
  });
}

export async function seedState(db: Db): Promise<SeedState> {
  const first = seedListings[0];
  const last = seedOrders.at(-1);
  if (first === undefined || last === undefined) return 'complete';
  if ((await db.purchase.count({ where: { key: seedOrderKey(last) } })) > 0) return 'complete';
  if ((await db.listing.count({ where: { key: seedKey(first.name) } })) > 0) return 'begun';
  return (await db.listing.count()) > 0 ? 'foreign' : 'empty';
}
