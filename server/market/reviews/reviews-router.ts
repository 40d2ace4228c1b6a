import { sellerRating } from '#server/market/reviews/ratings.ts';
import {
  purchasesToReview,
  reviewsAbout,
  reviewsBy,
  reviewsOfListing,
  reviewsOfOrder,
} from '#server/market/reviews/review-queries.ts';
import {
  answerReviewInput,
  listingReviewsInput,
  ownReviewsInput,
  reviewOrderInput,
  sellerRatingInput,
  writeReviewInput,
} from '#server/market/reviews/review-schema.ts';
import { answerReview, writeReview } from '#server/market/reviews/reviews.ts';
import { actsAsOperator } from '#server/platform/access.ts';
import { citizenProcedure, publicProcedure, router } from '#server/platform/trpc.ts';

export const reviewsRouter = router({
  /** Refuses what `writeReview` refuses. */
  write: citizenProcedure({ limit: 'write', audited: false })
    .input(writeReviewInput)
    .mutation(({ ctx, input }) => {
      const { clock, ids, principal } = ctx;
      return ctx.database.inTransaction((tx) =>
        writeReview(tx, { ...input, authorId: principal.citizenId, clock, ids }),
      );
    }),

  /** Refuses `review_not_found`, `review_answered`. */
  answer: citizenProcedure({ limit: 'write', audited: false })
    .input(answerReviewInput)
    .mutation(({ ctx, input }) => {
      const { clock, ids, principal } = ctx;
      return ctx.database.inTransaction((tx) =>
        answerReview(tx, { ...input, citizenId: principal.citizenId, clock, ids }),
      );
    }),

  /** Refuses `order_not_found`. */
  ofOrder: citizenProcedure({ limit: 'read', audited: false })
    .input(reviewOrderInput)
    .query(({ ctx, input }) => {
      const { principal, clock } = ctx;
      const role = actsAsOperator(principal) ? 'operator' : 'citizen';
      const visitor = { citizenId: principal.citizenId, role } as const;
      return reviewsOfOrder(ctx.database.client, { ...input, visitor, now: clock.now() });
    }),

  /** What buyers say of a listing. */
  ofListing: publicProcedure({ limit: 'read', audited: false })
    .input(listingReviewsInput)
    .query(({ ctx, input }) => reviewsOfListing(ctx.database.client, input)),

  /** What buyers think of a seller, older reviews weighing less. */
  ofSeller: publicProcedure({ limit: 'read', audited: false })
    .input(sellerRatingInput)
    .query(({ ctx, input }) => sellerRating(ctx.database.client, input.citizenId)),

  /** Purchases that wait for their buyer's review. */
  waiting: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    purchasesToReview(ctx.database.client, { buyerId: ctx.principal.citizenId, now: ctx.clock.now() }),
  ),

  written: citizenProcedure({ limit: 'read', audited: false })
    .input(ownReviewsInput)
    .query(({ ctx, input }) => reviewsBy(ctx.database.client, { ...input, authorId: ctx.principal.citizenId })),

  received: citizenProcedure({ limit: 'read', audited: false })
    .input(ownReviewsInput)
    .query(({ ctx, input }) => reviewsAbout(ctx.database.client, { ...input, subjectId: ctx.principal.citizenId })),
});
