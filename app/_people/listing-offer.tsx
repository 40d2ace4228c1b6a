import { getTranslations } from 'next-intl/server';

import { Islands } from '#app/_islands/islands.tsx';
import { serverCaller } from '#app/_trpc/server.ts';
import type { Visitor } from '#components/layout/visitor.ts';
import { MakeOffer } from '#components/offer/make-offer.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';

/** Another price for a listing: the form, or the way to the offer that is open already. Nothing where none are taken. */
export async function ListingOffer({ listing, visitor }: { listing: ListingView; visitor: Visitor | null }) {
  const isOpen = listing.takesOffers && listing.state === 'published' && listing.stock !== 0;
  if (visitor === null || visitor.username === listing.seller.username || !isOpen) return null;
  const [t, caller] = await Promise.all([getTranslations('offer.make'), serverCaller()]);
  const own = await caller.offers.forListing({ listingId: listing.id });
  if (own === null)
    return (
      <Islands say={['offer', 'listing', 'errors']}>
        <MakeOffer listing={listing} />
      </Islands>
    );
  return (
    <LinkButton href={`/offers/${own.offerId}`} prefetch={false} variant="secondary" wide>
      {t('see')}
    </LinkButton>
  );
}
