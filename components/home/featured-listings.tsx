import { useTranslations } from 'next-intl';

import { ListingGrid } from '#components/listing/listing-card.tsx';
import type { PageWishes } from '#components/wishlist/card-wish.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

interface FeaturedListingsProps {
  listings: readonly ListingCard[];
  prefix: string;
  wishes: PageWishes;
}

/** What the house chose, before everything else; nothing where it chose nothing. */
export function FeaturedListings({ listings, prefix, wishes }: FeaturedListingsProps) {
  const t = useTranslations('featured.home');
  if (listings.length === 0) return null;
  return (
    <section
      aria-labelledby="featured"
      className="flex flex-col gap-6 rounded-md border border-gold bg-gold-soft p-4 sm:p-6"
    >
      <div className="flex flex-col gap-1">
        <h2 id="featured" className="font-display text-display-sm font-semibold">
          {t('title')}
        </h2>
        <p className="text-text">{t('lead')}</p>
      </div>
      <ListingGrid listings={listings} prefix={prefix} wishes={wishes} />
    </section>
  );
}
