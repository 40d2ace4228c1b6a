import { listingIdInput } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import { z } from '#server/platform/zod.ts';

/** What operators put on the home page: inputs and views. */

/** Listings that are featured at most, those included that wait for their time. */
export const featuredMax = 24;
/** So many are shown at once. */
export const featuredShown = 4;

const moment = z.date().nullable();

const times = { fromAt: moment, untilAt: moment };

const isInOrder = ({ fromAt, untilAt }: { fromAt: Date | null; untilAt: Date | null }) =>
  fromAt === null || untilAt === null || fromAt < untilAt;

export const featureInput = listingIdInput.extend(times).refine(isInOrder, { path: ['untilAt'] });
export type FeatureInput = z.output<typeof featureInput>;

export const moveFeaturedInput = listingIdInput.extend({ direction: z.enum(['up', 'down']) });

/** Why a featured listing is not on the home page, or that it is. */
export type FeaturedStanding = 'shown' | 'waiting' | 'over' | 'not_on_sale' | 'sold_out';

export interface FeaturedView {
  listing: ListingCard;
  fromAt: Date | null;
  untilAt: Date | null;
  standing: FeaturedStanding;
}
