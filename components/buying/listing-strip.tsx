import Link from 'next/link';

import { ListingImage } from '#components/listing/listing-image.tsx';
import { salePriceOf } from '#components/listing/listing-price.tsx';
import { Price } from '#components/money/price.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

/** Small cards side by side, as many as fit; the others follow below. */
export function ListingStrip({ listings, labelledBy }: { listings: readonly ListingCard[]; labelledBy: string }) {
  return (
    <ul
      aria-labelledby={labelledBy}
      className="grid grid-cols-2 gap-3 sm:grid-cols-3 md:grid-cols-4 md:gap-4 lg:grid-cols-6"
    >
      {listings.map((listing) => (
        <li
          key={listing.id}
          className="group relative flex flex-col overflow-hidden rounded-md border border-line bg-surface transition-shadow hover:shadow-raised has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <div className="border-b border-line">
            <ListingImage listing={listing} sizes="(min-width: 1024px) 12rem, 45vw" />
          </div>
          <div className="flex flex-1 flex-col gap-1 p-3">
            <p className="line-clamp-2 text-sm font-medium">
              <Link
                href={`/listings/${listing.id}`}
                prefetch={false}
                className="outline-none after:absolute after:inset-0 group-hover:underline group-hover:underline-offset-4"
              >
                {listing.title}
              </Link>
            </p>
            <p className="mt-auto font-semibold">
              <Price minor={salePriceOf(listing)} listMinor={listing.priceMinor} unit="mark" />
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
