import { cache } from 'react';

import { serverCaller } from '#app/_trpc/server.ts';

/** How many units are in the cart of whoever is looking. Asked once per request. */
export const readCartCount = cache(async (): Promise<number> => {
  const caller = await serverCaller();
  return caller.cart.count();
});
