import { serverCaller } from '#app/_trpc/server.ts';
import type { Facets, ListingFilter, SearchPage } from '#server/market/search/search-schema.ts';

interface Shown {
  page: Pick<SearchPage, 'meant'>;
  /** Of the words as they were typed. */
  counted: Facets;
}

/** The facets of the listings that are shown: where other words were meant than were typed, those of the words meant. */
export async function facetsOfShown(filter: ListingFilter, { page: { meant }, counted }: Shown): Promise<Facets> {
  if (meant?.isApplied !== true) return counted;
  const caller = await serverCaller();
  return await caller.search.facets({ ...filter, text: meant.text });
}
