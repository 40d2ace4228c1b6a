import { cache } from 'react';

import { orNotFound } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';

/** One storefront for the page and its metadata; an unknown one is the page "not found". */
export const readStorefront = cache(async (seller: string) => {
  const caller = await serverCaller();
  return orNotFound(caller.storefronts.of({ seller }));
});
