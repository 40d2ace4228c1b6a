import { citizenById } from '#server/citizens/queries.ts';
import { notify } from '#server/citizens/notifications.ts';
import { strangersOf } from '#server/market/people/blocks.ts';
import { countCatalogue } from '#server/market/search/catalogue-counts.ts';
import { tellFollowers } from '#server/market/search/following.ts';
import { filterOf } from '#server/market/search/saved-searches.ts';
import type { ListingFilter } from '#server/market/search/search-schema.ts';
import { searchListings } from '#server/market/search/search.ts';
import { keepInStep, openStorefront } from '#server/market/search/storefronts.ts';
import { countWords, learnWords } from '#server/market/search/typos.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';
import { readNews, type OutboxNews } from '#server/platform/outbox.ts';

export interface SearchJobDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
}

const consumer = 'market.storefronts';
export const newsBatchMax = 200;
/** Followers told in one transaction. */
const toldMax = 500;

/**
 * Follows what happens, some hundred events at once: a seller who publishes has a storefront, the words of titles become
 * known, followers are told, and a storefront shows the tier and name that its citizen has now.
 */
export async function followNews(deps: SearchJobDeps): Promise<{ claimed: number }> {
  const { claimed, publishers } = await deps.database.inTransaction(async (tx) => {
    const news = await readNews(tx, { consumer, limit: newsBatchMax });
    const published = news.filter(({ type }) => type === 'listing.published' || type === 'listing.changed');
    for (const sellerId of sellersOf(published)) await openStorefront(tx, { sellerId, clock: deps.clock });
    for (const citizenId of changedCitizens(news)) await bringUpToDate(tx, citizenId);
    if (published.length > 0) await learnWords(tx, [...new Set(published.map(({ subject }) => subject))].sort());
    return {
      claimed: news.length,
      publishers: sellersOf(news.filter(({ type }) => type === 'listing.published')),
    };
  });
  for (const sellerId of publishers) await tellAll(deps, sellerId);
  return { claimed };
}

function sellersOf(news: readonly OutboxNews[]): string[] {
  const sellers = news.map(({ payload }) =>
    typeof payload === 'object' && payload !== null && 'sellerId' in payload ? payload['sellerId'] : null,
  );
  return [...new Set(sellers.filter((sellerId) => typeof sellerId === 'string'))].sort();
}

function changedCitizens(news: readonly OutboxNews[]): string[] {
  const changed = news.filter(({ type }) => type === 'citizen.tier_changed' || type === 'citizen.renamed');
  return [...new Set(changed.map(({ subject }) => subject))].sort();
}

async function bringUpToDate(tx: Tx, citizenId: string): Promise<void> {
  const citizen = await citizenById(tx, citizenId);
  if (citizen !== null) await keepInStep(tx, citizen);
}

/** After the transaction that read the news: whoever is not told because the process ends hears of the next listing. */
async function tellAll(deps: SearchJobDeps, sellerId: string): Promise<void> {
  let told = toldMax;
  while (told === toldMax)
    told = await deps.database.inTransaction((tx) => tellFollowers(tx, deps, { sellerId, limit: toldMax }));
}

/** Counts what is on sale. Counts are used for a minute: this runs more often. */
export function countListings({ database, clock }: SearchJobDeps): Promise<boolean> {
  return database.inTransaction((tx) => countCatalogue(tx, clock.now()));
}

/** Counts the words of all titles, once a day. */
export function countTitleWords({ database }: Pick<SearchJobDeps, 'database'>): Promise<void> {
  return database.inTransaction((tx) => countWords(tx));
}

const searchesMax = 100;
const nextCheckMs = 3_600_000;
const quietMs = 86_400_000;
/** So many new listings are counted for a kept search; more are "many". */
const newsMax = 20;

interface DueSearch {
  id: string;
  citizenId: string;
  name: string;
  seenUntil: Date;
}

interface SearchNews {
  count: number;
  /** When the latest of them was published. */
  latestAt: Date | null;
}

/**
 * Runs the kept searches that are due, at most a hundred, and tells each citizen of what is new: at most once a day for
 * one search, otherwise looked at every hour. Answers how many were looked at and how many citizens were told.
 */
export async function watchSavedSearches(deps: SearchJobDeps): Promise<{ checked: number; told: number }> {
  const now = deps.clock.now();
  const due = await deps.database.client.savedSearch.findMany({
    where: { nextCheckAt: { lte: now } },
    orderBy: [{ nextCheckAt: 'asc' }, { id: 'asc' }],
    take: searchesMax,
    select: { id: true, citizenId: true, name: true, filter: true, seenUntil: true },
  });
  let told = 0;
  for (const search of due) {
    const news = await newsOf(deps, { ...search, filter: filterOf(search.filter) });
    if (await settle(deps, { search, news, now })) told += 1;
  }
  return { checked: due.length, told };
}

const noNews: SearchNews = { count: 0, latestAt: null };

/** One that fails is said in the log and looked at again in an hour: those behind it do not wait for it. */
async function newsOf(deps: SearchJobDeps, search: DueSearch & { filter: ListingFilter }): Promise<SearchNews> {
  try {
    return await newListings(deps, search);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    log().error({ err: error, savedSearchId: search.id }, 'a kept search could not be looked at');
    return noNews;
  }
}

/**
 * The newest hits that came on sale since the search was last told of, without the citizen's own and those of sellers whom
 * they do not hear or who do not sell to them.
 */
async function newListings(deps: SearchJobDeps, search: DueSearch & { filter: ListingFilter }): Promise<SearchNews> {
  const reading = { db: deps.database.client, database: deps.database, clock: deps.clock };
  const { items, meant } = await searchListings(reading, { ...search.filter, sort: 'newest', limit: newsMax });
  if (meant?.isApplied === true) return noNews;
  const others = items.filter(
    ({ createdAt, seller }) => createdAt > search.seenUntil && seller.citizenId !== search.citizenId,
  );
  const apart = await strangersOf(deps.database.client, {
    citizenId: search.citizenId,
    among: others.map(({ seller }) => seller.citizenId),
  });
  const news = others.filter(({ seller }) => !apart.has(seller.citizenId));
  return { count: news.length, latestAt: news[0]?.createdAt ?? null };
}

/** One of two workers settles a search: the other finds it settled. */
function settle(
  deps: SearchJobDeps,
  { search, news, now }: { search: DueSearch; news: SearchNews; now: Date },
): Promise<boolean> {
  const { id, citizenId, name } = search;
  const { count, latestAt } = news;
  const nextCheckAt = new Date(now.getTime() + (count > 0 ? quietMs : nextCheckMs));
  const seen = latestAt === null ? {} : { seenUntil: latestAt };
  return deps.database.inTransaction(async (tx) => {
    const settled = await tx.savedSearch.updateMany({
      where: { id, nextCheckAt: { lte: now } },
      data: { nextCheckAt, ...seen },
    });
    if (settled.count === 0 || count === 0) return false;
    await notify(tx, deps, { citizenId, kind: 'search_found', details: { name, count } });
    return true;
  });
}
