import {
  agreementsOn,
  offerForParty,
  offersOf,
  offersWaiting,
  openOfferFor,
} from '#server/market/offers/offer-queries.ts';
import {
  counterOfferInput,
  makeOfferInput,
  offerIdInput,
  offersInput,
  offerStepInput,
  ownOfferInput,
} from '#server/market/offers/offer-schema.ts';
import { acceptOffer, counterOffer, declineOffer, makeOffer, withdrawOffer } from '#server/market/offers/offers.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';

const reading = { limit: 'read', audited: false } as const;
const writing = { limit: 'write', audited: false } as const;

/** Offers of another price for what is on sale. */
export const offersRouter = router({
  make: citizenProcedure(writing)
    .input(makeOfferInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => makeOffer(tx, ctx, { buyerId: ctx.principal.citizenId, wish: input })),
    ),

  counter: citizenProcedure(writing)
    .input(counterOfferInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => counterOffer(tx, toolsOf(ctx), input))),

  accept: citizenProcedure(writing)
    .input(offerStepInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => acceptOffer(tx, toolsOf(ctx), input))),

  decline: citizenProcedure(writing)
    .input(offerStepInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => declineOffer(tx, toolsOf(ctx), input))),

  withdraw: citizenProcedure(writing)
    .input(offerStepInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => withdrawOffer(tx, toolsOf(ctx), input))),

  list: citizenProcedure(reading)
    .input(offersInput)
    .query(({ ctx, input }) => offersOf(ctx.database.client, { ...input, ...readerOf(ctx) })),

  byId: citizenProcedure(reading)
    .input(offerIdInput)
    .query(({ ctx, input }) => offerForParty(ctx.database.client, { ...input, ...readerOf(ctx) })),

  /** The reader's own open offer for a listing, or null. */
  forListing: citizenProcedure(reading)
    .input(ownOfferInput)
    .query(({ ctx, input }) => openOfferFor(ctx.database.client, { ...input, ...readerOf(ctx) })),

  /** How many agreed prices stand for a listing of the reader; an edit does not end them. */
  agreedOn: citizenProcedure(reading)
    .input(ownOfferInput)
    .query(({ ctx, input }) => agreementsOn(ctx.database.client, { ...input, ...readerOf(ctx) })),

  /** How many wait for the reader. */
  waiting: citizenProcedure(reading).query(({ ctx }) => offersWaiting(ctx.database.client, readerOf(ctx))),
});

type Acting = Pick<Context, 'clock' | 'ids'> & { principal: Principal };

function toolsOf({ clock, ids, principal }: Acting) {
  return { clock, ids, citizenId: principal.citizenId };
}

function readerOf({ clock, principal }: Acting) {
  return { citizenId: principal.citizenId, now: clock.now() };
}
