import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agedRating,
  blindUntil,
  daysBetween,
  isShownAtOnce,
  refuseReview,
  reviewWeight,
  writeUntil,
} from './review-rules.ts';

const completedAt = new Date('2026-11-01T10:00:00Z');
const after = (days: number, milliseconds = 0) => new Date(completedAt.getTime() + days * 86_400_000 + milliseconds);

describe('who may write', () => {
  const ask = (side: 'buyer' | 'seller', now: Date, facts = {}) =>
    refuseReview({ side, completedAt, isShown: false, now, ...facts });

  it('is the seller for 7 days and the buyer for 60, to the millisecond', () => {
    expect(ask('seller', after(7, -1))).toBeNull();
    expect(ask('seller', after(7))).toBe('review_window_over');
    expect(ask('buyer', after(60, -1))).toBeNull();
    expect(ask('buyer', after(60))).toBe('review_window_over');
  });

  it('is nobody about an order that is not completed, or again once it is shown', () => {
    expect(ask('buyer', after(1), { completedAt: null })).toBe('order_not_completed');
    expect(ask('buyer', after(1), { isShown: true })).toBe('review_shown');
  });

  it('is never a seller who can have read what the buyer wrote, unless both are in', () => {
    const moment = fc.integer({ min: 0, max: 70 * 86_400_000 }).map((milliseconds) => after(0, milliseconds));
    fc.assert(
      fc.property(moment, (now) => {
        const buyersWouldShow = isShownAtOnce({ otherWrote: false, completedAt, now });
        expect(buyersWouldShow && ask('seller', now) === null).toBe(false);
      }),
    );
  });
});

describe('what is written', () => {
  it('is shown when both wrote or when the blind days are over', () => {
    expect(isShownAtOnce({ otherWrote: false, completedAt, now: after(7, -1) })).toBe(false);
    expect(isShownAtOnce({ otherWrote: true, completedAt, now: after(0) })).toBe(true);
    expect(isShownAtOnce({ otherWrote: false, completedAt, now: after(7) })).toBe(true);
    expect(blindUntil(completedAt)).toEqual(writeUntil(completedAt, 'seller'));
  });
});

describe('a rating that ages', () => {
  it('halves the weight every 180 days, on a line in between, down to nothing', () => {
    expect([0, 90, 180, 270, 360].map(reviewWeight)).toEqual([1_048_576n, 786_432n, 524_288n, 393_216n, 262_144n]);
    expect(reviewWeight(180 * 20)).toBe(1n);
    expect(reviewWeight(180 * 21)).toBe(0n);
    expect(reviewWeight(-3)).toBe(reviewWeight(0));
  });

  it('weighs no review more as it gets older', () => {
    fc.assert(
      fc.property(fc.nat(6_000), (age) => {
        expect(reviewWeight(age + 1) <= reviewWeight(age)).toBe(true);
      }),
    );
  });

  it('is the plain mean of reviews of one day, rounded half up', () => {
    expect(agedRating([{ ageDays: 0, stars: 5, count: 1 }])).toBe(5_000);
    expect(
      agedRating([
        { ageDays: 40, stars: 5, count: 1 },
        { ageDays: 40, stars: 4, count: 2 },
      ]),
    ).toBe(4_333);
    expect(
      agedRating([
        { ageDays: 0, stars: 5, count: 1 },
        { ageDays: 180, stars: 2, count: 1 },
      ]),
    ).toBe(4_000);
    expect(agedRating([])).toBeNull();
    expect(agedRating([{ ageDays: 9_000, stars: 1, count: 3 }])).toBeNull();
  });

  it('lies between the worst and the best review and does not depend on their order', () => {
    const review = fc.record({
      ageDays: fc.nat(3_000),
      stars: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 1, max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(review, { minLength: 1, maxLength: 20 }), (reviews) => {
        const rating = agedRating(reviews) ?? 0;
        const stars = reviews.map((each) => each.stars * 1_000);
        expect(rating).toBeGreaterThanOrEqual(Math.min(...stars));
        expect(rating).toBeLessThanOrEqual(Math.max(...stars));
        expect(agedRating([...reviews].reverse())).toBe(rating);
      }),
    );
  });

  it('counts days of the calendar in UTC', () => {
    expect(daysBetween(new Date('2026-11-01T23:59:59Z'), new Date('2026-11-02T00:00:00Z'))).toBe(1);
    expect(daysBetween(new Date('2026-11-01T00:00:00Z'), new Date('2026-11-01T23:59:59Z'))).toBe(0);
  });
});
