import { cursor, limit, pageInput, paragraphs, type PartyView } from '#server/market/schema.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of reviews and ratings, shared by forms, procedures and pages. */

export const starsMax = 5;
export const reviewLength = { min: 2, max: 2_000 } as const;
/** So long after an order's completion nobody reads what the other one wrote, unless both wrote. */
export const blindDays = 7;
/** So long after an order's completion the buyer may write. The seller may while it is blind. */
export const buyerDays = 60;

export const reviewSides = ['buyer', 'seller'] as const;
export type ReviewSide = (typeof reviewSides)[number];

export const reviewOrderInput = z.object({ orderId: z.uuid() });

export const writeReviewInput = reviewOrderInput.extend({
  stars: z.int().min(1).max(starsMax),
  text: paragraphs(reviewLength),
});

export const answerReviewInput = z.object({ reviewId: z.uuid(), text: paragraphs(reviewLength) });

export const listingReviewsInput = z.object({ listingId: z.uuid(), cursor: cursor.optional(), limit });
export const sellerRatingInput = z.object({ citizenId: z.uuid() });
export const ownReviewsInput = pageInput;

export interface ReviewView {
  id: string;
  orderId: string;
  side: ReviewSide;
  author: PartyView;
  subject: PartyView;
  title: string;
  stars: number;
  text: string;
  createdAt: Date;
  isShown: boolean;
  /** By a decision of the house; its author still reads it. */
  isHidden: boolean;
  /** Of one that the house hid only who gave it still reads. */
  answer: string | null;
  isAnswerHidden: boolean;
}

/** What everybody reads on the page of a listing. */
export interface PublicReviewView {
  id: string;
  author: PartyView;
  stars: number;
  text: string;
  createdAt: Date;
  answer: string | null;
}

export interface OrderReviewsView {
  /** Null for whoever is no party. */
  side: ReviewSide | null;
  own: ReviewView | null;
  /** The other one's, once it is shown. */
  other: ReviewView | null;
  /** Whether the other one wrote, shown or not. */
  otherWrote: boolean;
  mayWrite: boolean;
  /** Until when one may write, and from when on what is there is shown. Null before completion. */
  writeUntil: Date | null;
  blindUntil: Date | null;
}

export interface PurchaseToReview {
  orderId: string;
  title: string;
  seller: PartyView;
  completedAt: Date;
  writeUntil: Date;
}

export interface RatingView {
  reviews: number;
  /** Thousandths of a star; null where there is nothing to say. */
  starsMilli: number | null;
}

/** How stored words are read back; a row that says anything else is a defect. */
export const storedReviewWords = { side: z.enum(reviewSides) } as const;
