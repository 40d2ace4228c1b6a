import { useTranslations } from 'next-intl';
import Link from 'next/link';

import { ListingImage } from '#components/listing/listing-image.tsx';
import { salePriceOf } from '#components/listing/listing-price.tsx';
import { SaleNote } from '#components/listing/sale-note.tsx';
import { StockBadge } from '#components/listing/stock-badge.tsx';
import { Rating } from '#components/review/rating.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { Price } from '#components/money/price.tsx';
import { CardWish, type PageWishes } from '#components/wishlist/card-wish.tsx';
import { OnItsWay } from '#components/ui/on-its-way.tsx';
import type { ListingCard as Listing } from '#server/market/catalogue/catalogue-schema.ts';

interface ListingCardProps {
  listing: Listing;
  /** "/it" on pages whose address carries the language. */
  prefix: string;
  /** Without it there are no hearts. */
  wishes?: PageWishes | undefined;
}

export function ListingCard({ listing, prefix, wishes }: ListingCardProps) {
  const t = useTranslations('listing');
  const category = useTranslations('category');
  return (
    <article className="group relative flex h-full flex-col overflow-hidden rounded-md border border-line bg-surface transition-shadow hover:shadow-raised has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      <div className="overflow-hidden border-b border-line">
        <ListingImage listing={listing} sizes="(min-width: 1280px) 18rem, 45vw" />
      </div>
      <div className="flex flex-1 flex-col gap-1 p-3 sm:p-4">
        <p className="text-xs text-muted">{category(`${listing.category}.name`)}</p>
        <h3 className="line-clamp-3 text-sm font-medium wrap-break-word sm:line-clamp-2 sm:text-base">
          <Link
            href={`${prefix}/listings/${listing.id}`}
            prefetch={false}
            className="outline-none after:absolute after:inset-0 group-hover:underline group-hover:underline-offset-4"
          >
            {listing.title}
            <OnItsWay />
          </Link>
        </h3>
        <p className="text-sm text-muted">
          {t.rich('by', {
            seller: listing.seller.displayName,
            storefront: (words) => (
              <Link
                href={`${prefix}/sellers/${encodeURIComponent(listing.seller.username)}`}
                prefetch={false}
                className="relative z-1 hover:text-text hover:underline hover:underline-offset-4"
              >
                {words}
              </Link>
            ),
          })}
        </p>
        {listing.rating.starsMilli === null ? null : <Rating rating={listing.rating} />}
        <div className="mt-auto flex flex-wrap items-center justify-between gap-2 pt-2">
          <p className="text-lg font-semibold">
            {listing.hasVariants ? <span className="text-sm font-normal text-muted">{t('from')} </span> : null}
            <Price minor={salePriceOf(listing)} listMinor={listing.priceMinor} unit="mark" />
          </p>
          <SaleNote sale={listing.sale} />
          <StockBadge listing={listing} />
        </div>
      </div>
      {wishes === undefined ? null : (
        <div className="absolute top-2 right-2 z-1">
          <CardWish listing={listing} wishes={wishes} look="icon" />
        </div>
      )}
    </article>
  );
}

interface ListingGridProps {
  listings: readonly Listing[];
  prefix: string;
  wishes?: PageWishes | undefined;
  /** Beside something else: a column less. */
  isNarrow?: boolean;
}

/** Listings side by side: two columns on a narrow screen, up to four on a wide one. */
export function ListingGrid({ listings, prefix, wishes, isNarrow = false }: ListingGridProps) {
  const columns = isNarrow ? 'lg:grid-cols-2 xl:grid-cols-3' : 'lg:grid-cols-3 xl:grid-cols-4';
  return (
    <ul className={classNames('grid grid-cols-2 gap-3 sm:gap-4 md:gap-6', columns)}>
      {listings.map((listing) => (
        <li key={listing.id}>
          <ListingCard listing={listing} prefix={prefix} wishes={wishes} />
        </li>
      ))}
    </ul>
  );
}
