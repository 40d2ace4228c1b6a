import type { SearchDeps } from '#server/market/search/category-tree.ts';
import { categoryCounts } from '#server/market/search/category-counts.ts';
import { facets } from '#server/market/search/facets.ts';
import { followSeller, unfollowSeller } from '#server/market/search/following.ts';
import { forgetSearch, savedSearchesOf, saveSearch } from '#server/market/search/saved-searches.ts';
import { searchListings } from '#server/market/search/search.ts';
import { listingFilter, searchListingsInput, suggestInput } from '#server/market/search/search-schema.ts';
import { followedSellers, isFollowing, ownStorefront, storefrontOf } from '#server/market/search/storefront-queries.ts';
import {
  followedInput,
  followInput,
  savedSearchIdInput,
  saveSearchInput,
  saveStorefrontInput,
  setBannerInput,
  storefrontInput,
} from '#server/market/search/storefront-schema.ts';
import { saveStorefront, setBanner } from '#server/market/search/storefronts.ts';
import { suggestions } from '#server/market/search/suggestions.ts';
import { refuse } from '#server/platform/errors.ts';
import { createGate } from '#server/platform/gate.ts';
import { once } from '#server/platform/once.ts';
import { createSharedAnswers, type SharedAnswers } from '#server/platform/shared-answers.ts';
import { citizenProcedure, publicProcedure, router, type Context } from '#server/platform/trpc.ts';
import { answeredToMany } from '#server/platform/wire.ts';

const open = () => publicProcedure({ limit: 'read', audited: false });
const reading = () => citizenProcedure({ limit: 'read', audited: false });
const writing = () => citizenProcedure({ limit: 'write', audited: false });

/** What the search reads with. */
function searching({ database, clock }: Pick<Context, 'database' | 'clock'>): SearchDeps {
  return { db: database.client, database, clock };
}

/**
 * Searches are what strangers can have most of. So many at once leave connections of the database to everybody else, and
 * nobody waits longer than a connection is waited for.
 */
const gate = () =>
  once('market.search-gate', () =>
    createGate({
      atOnceMax: 8,
      waitingMax: 200,
      refusal: () => refuse('rate_limited', 'search_busy', 'Many are searching right now. Try again in a moment.'),
    }),
  );

/** So long visitors are answered alike. What they see cannot be bought without being looked at anew. */
const sharedMs = 2_000;
const sharedMax = 200;

function shared({ clock, database }: Pick<Context, 'clock' | 'database'>): SharedAnswers {
  const known = once('market.shared-searches', () => new WeakMap<object, SharedAnswers>());
  const answers = known.get(database) ?? createSharedAnswers({ clock, keepMs: sharedMs, entriesMax: sharedMax });
  known.set(database, answers);
  return answers;
}

/**
 * Answers a search, of which only so many are at work. Visitors who ask for the same at about the same time are answered
 * by one; whoever is signed in sees what they have just changed themselves.
 */
function answered<Answer extends object>(
  ctx: Pick<Context, 'principal' | 'clock' | 'database'>,
  search: { name: string; input: object; work: () => Promise<Answer> },
): Promise<Answer> {
  const { name, input, work } = search;
  if (ctx.principal !== null) return gate().run(work);
  return shared(ctx).of(keyOf(name, input), async () => answeredToMany(await gate().run(work)));
}

function keyOf(name: string, input: object): string {
  return `${name} ${JSON.stringify(input, (_name, value: unknown) => (typeof value === 'bigint' ? `${String(value)}n` : value))}`;
}

/** Lists and searches of what is on sale: `listings.search`. Refuses: `invalid_cursor`, `search_busy`. */
export const searchProcedure = open()
  .input(searchListingsInput)
  .query(({ ctx, input }) =>
    answered(ctx, { name: 'search', input, work: () => searchListings(searching(ctx), input) }),
  );

/** The trades with what is on sale in each: `listings.categories`. */
export const categoriesProcedure = open().query(({ ctx }) => categoryCounts(searching(ctx)));

export const searchRouter = router({
  facets: open()
    .input(listingFilter)
    .query(({ ctx, input }) => answered(ctx, { name: 'facets', input, work: () => facets(searching(ctx), input) })),

  suggest: open()
    .input(suggestInput)
    .query(({ ctx, input: { text } }) =>
      answered(ctx, { name: 'suggest', input: { text }, work: () => suggestions(ctx, text) }),
    ),

  saved: reading().query(({ ctx }) => savedSearchesOf(ctx.database.client, ctx.principal.citizenId)),

  save: writing()
    .input(saveSearchInput)
    .mutation(({ ctx, input: search }) => {
      const { citizenId } = ctx.principal;
      return ctx.database.inTransaction((tx) => saveSearch(tx, { citizenId, search, clock: ctx.clock, ids: ctx.ids }));
    }),

  forget: writing()
    .input(savedSearchIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => forgetSearch(tx, { ...input, citizenId: ctx.principal.citizenId })),
    ),
});

export const storefrontsRouter = router({
  of: open()
    .input(storefrontInput)
    .query(({ ctx, input }) => storefrontOf(ctx.database.client, input.seller)),

  mine: reading().query(({ ctx }) => ownStorefront(ctx.database.client, ctx.principal.citizenId)),

  save: writing()
    .input(saveStorefrontInput)
    .mutation(({ ctx, input: storefront }) => {
      const { citizenId: sellerId } = ctx.principal;
      return ctx.database.inTransaction((tx) => saveStorefront(tx, { sellerId, storefront, clock: ctx.clock }));
    }),

  /** Refuses `unknown_picture`. */
  setBanner: writing()
    .input(setBannerInput)
    .mutation(({ ctx, input: banner }) => {
      const { citizenId: sellerId } = ctx.principal;
      return ctx.database.inTransaction((tx) => setBanner(tx, { sellerId, banner, clock: ctx.clock }));
    }),

  isFollowed: reading()
    .input(followInput)
    .query(({ ctx, input }) =>
      isFollowing(ctx.database.client, { slug: input.slug, followerId: ctx.principal.citizenId }),
    ),

  followed: reading()
    .input(followedInput)
    .query(({ ctx, input }) => followedSellers(ctx.database.client, { ...input, followerId: ctx.principal.citizenId })),

  follow: writing()
    .input(followInput)
    .mutation(({ ctx, input: { slug } }) => {
      const { citizenId: followerId } = ctx.principal;
      return ctx.database.inTransaction((tx) => followSeller(tx, { slug, followerId, clock: ctx.clock }));
    }),

  unfollow: writing()
    .input(followInput)
    .mutation(({ ctx, input: { slug } }) =>
      ctx.database.inTransaction((tx) => unfollowSeller(tx, { slug, followerId: ctx.principal.citizenId })),
    ),
});
