import { Wishing } from '#app/_people/wishing.tsx';
import { readWishes } from '#app/_reading/wishes.ts';
import { RememberView } from '#components/viewed/remember-view.tsx';
import { CardWish } from '#components/wishlist/card-wish.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

/** What a reader of a listing keeps of it: a wish, and that they looked at it. */
export async function ListingKeep({ listing }: { listing: ListingCard }) {
  if (listing.state !== 'published') return null;
  const wishes = await readWishes([listing]);
  const isOwn = wishes.reader?.username === listing.seller.username;
  return (
    <Wishing wishes={wishes}>
      <CardWish listing={listing} wishes={wishes} look="button" />
      {wishes.reader === null || isOwn ? null : <RememberView listingId={listing.id} />}
    </Wishing>
  );
}
