import { blindDays, buyerDays } from '#server/market/reviews/review-schema.ts';
import type { ReviewSide } from '#server/market/reviews/review-schema.ts';

/** Pure decisions about reviews: who may write when, when they are shown, and how a seller's rating ages. */

const dayMs = 86_400_000;

/** From when on what was written about an order is shown, whether both wrote or not. */
export function blindUntil(completedAt: Date): Date {
  return new Date(completedAt.getTime() + blindDays * dayMs);
}

/**
 * Until when a side may write or change what it wrote. The seller only while it is blind, so that nobody is punished for
 * what they said; the buyer longer, because it is the market that their word is for.
 */
export function writeUntil(completedAt: Date, side: ReviewSide): Date {
  return side === 'seller' ? blindUntil(completedAt) : new Date(completedAt.getTime() + buyerDays * dayMs);
}

export type ReviewRefusal = 'order_not_completed' | 'review_window_over' | 'review_shown';

/** The first reason why a side cannot write, or change what it wrote; null when it can. */
export function refuseReview(facts: {
  side: ReviewSide;
  completedAt: Date | null;
  isShown: boolean;
  now: Date;
}): ReviewRefusal | null {
  if (facts.completedAt === null) return 'order_not_completed';
  if (facts.isShown) return 'review_shown';
  return facts.now.getTime() >= writeUntil(facts.completedAt, facts.side).getTime() ? 'review_window_over' : null;
}

/** Whether a review that is written now is shown at once: the other one is in, or it is blind no longer. */
export function isShownAtOnce(facts: { otherWrote: boolean; completedAt: Date; now: Date }): boolean {
  return facts.otherWrote || facts.now.getTime() >= blindUntil(facts.completedAt).getTime();
}

/** After so many days a review weighs half. */
export const halfLifeDays = 180;
const wholeWeight = 2n ** 20n;

/**
 * What a review of so many days weighs: 2^20 on its first day, half of it every 180 days, and on a straight line in
 * between, rounded down. After twenty half-lives, nearly ten years, nothing.
 */
export function reviewWeight(ageDays: number): bigint {
  const age = BigInt(Math.max(ageDays, 0));
  const halfLife = BigInt(halfLifeDays);
  return ((wholeWeight >> (age / halfLife)) * (2n * halfLife - (age % halfLife))) / (2n * halfLife);
}

export interface AgedStars {
  ageDays: number;
  stars: number;
  count: number;
}

/** The mean of stars by weight in thousandths, half up. Null where nothing weighs anything. */
export function agedRating(reviews: readonly AgedStars[]): number | null {
  let [weights, sum] = [0n, 0n];
  for (const { ageDays, stars, count } of reviews) {
    const weight = reviewWeight(ageDays) * BigInt(count);
    weights += weight;
    sum += weight * BigInt(stars);
  }
  return meanMilli(sum, weights);
}

/** The mean in thousandths, half up. Null of nothing. */
export function meanMilli(sum: bigint, weights: bigint): number | null {
  if (weights === 0n) return null;
  return Number.parseInt(((2_000n * sum + weights) / (2n * weights)).toString(), 10);
}

/** Whole days in UTC between two moments: all of a day has one age. */
export function daysBetween(from: Date, to: Date): number {
  return Math.floor(to.getTime() / dayMs) - Math.floor(from.getTime() / dayMs);
}
