import { currentAddress, signInPath } from '#app/_reading/reading.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import type { PageWishes } from '#components/wishlist/card-wish.tsx';

/** Which of the listings on a page its reader wishes for. */
export async function readWishes(listings: readonly { id: string }[]): Promise<PageWishes> {
  const [visitor, address, caller] = await Promise.all([readVisitor(), currentAddress(), serverCaller()]);
  const signInHref = signInPath(address);
  if (visitor === null || visitor.owesSecondFactor) return { reader: null, signInHref };
  const wished = await caller.wishlist.among({ listingIds: listings.map(({ id }) => id) });
  return { reader: { username: visitor.username, wished: new Set(wished) }, signInHref };
}
