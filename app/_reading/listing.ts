import { cache } from 'react';

import { orNotFound } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';

/** One listing for the page and its metadata; an unknown one is the page "not found". */
export const readListing = cache(async (listingId: string) => {
  const caller = await serverCaller();
  return orNotFound(caller.listings.byId({ listingId }));
});
