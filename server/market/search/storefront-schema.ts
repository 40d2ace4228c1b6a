import { pictureAltLength } from '#server/market/catalogue/details-schema.ts';
import type { RatingView } from '#server/market/reviews/review-schema.ts';
import { attemptKey, cursor, limit, line, paragraphs, versionSeen, type PartyView } from '#server/market/schema.ts';
import { listingFilter, storefrontSlug } from '#server/market/search/search-schema.ts';
import type { Tier } from '#server/platform/session.ts';
import { z } from '#server/platform/zod.ts';

/** Sellers' storefronts, who follows them, and searches that are kept: inputs and views. */

export const storefrontTitleLengthMax = 80;
export const storefrontAboutLengthMax = 2_000;
/** Sellers that one citizen follows at most, and searches that one keeps. */
export const followsMax = 500;
export const savedSearchesMax = 20;
export const savedSearchNameLengthMax = 80;

/** The address of a storefront, or the name of its seller, as it stands in a link. */
export const storefrontInput = z.object({ seller: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/) });

export const saveStorefrontInput = z.object({
  slug: storefrontSlug,
  title: line({ min: 0, max: storefrontTitleLengthMax }),
  about: paragraphs({ min: 0, max: storefrontAboutLengthMax }),
  /** The version that the form was filled from. */
  version: versionSeen,
});
export type SaveStorefrontInput = z.output<typeof saveStorefrontInput>;

/** A picture that was brought before, or none; its words as of every picture. */
export const setBannerInput = z.object({ pictureId: z.uuid().nullable(), alt: line(pictureAltLength) });
export type SetBannerInput = z.output<typeof setBannerInput>;

export const followInput = z.object({ slug: storefrontSlug });
export const followedInput = z.object({ cursor: cursor.optional(), limit });

/** The filters of a search that is kept, without its order and place. */
export const saveSearchInput = z.object({
  key: attemptKey,
  name: line({ min: 1, max: savedSearchNameLengthMax }),
  filter: listingFilter,
});
export type SaveSearchInput = z.output<typeof saveSearchInput>;

export const savedSearchIdInput = z.object({ savedSearchId: z.uuid() });

export interface StorefrontStatistics {
  /** On sale now. */
  listings: number;
  /** Units sold of all that was ever on sale. */
  sales: number;
  /** What buyers think of the seller: older reviews weigh less. */
  rating: RatingView;
  followers: number;
}

export interface StorefrontView {
  slug: string;
  seller: PartyView;
  tier: Tier;
  /** Empty until the seller writes one. */
  title: string;
  about: string;
  bannerPictureId: string | null;
  /** What the banner shows; empty where it only decorates. */
  bannerAlt: string;
  memberSince: Date;
  statistics: StorefrontStatistics;
}

/** The seller's own, as the form needs it. */
export interface OwnStorefront {
  slug: string;
  title: string;
  about: string;
  version: number;
  bannerPictureId: string | null;
  bannerAlt: string;
  /** What of it the house hides from others. */
  hidden: ('storefront' | 'banner')[];
  /** Whether others can see it: from the first listing, or the first saving, on. */
  isOpen: boolean;
}

export interface FollowedSeller {
  slug: string;
  displayName: string;
  title: string;
  tier: Tier;
  followedAt: Date;
}

export interface SavedSearch {
  id: string;
  name: string;
  filter: z.output<typeof listingFilter>;
  createdAt: Date;
}
