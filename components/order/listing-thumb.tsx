import type { ReactNode } from 'react';

import { ListingImage } from '#components/listing/listing-image.tsx';
import type { CategorySlug } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingPicture } from '#server/market/catalogue/details-schema.ts';

interface Drawn {
  id: string;
  category: CategorySlug;
  /** Its first, where it is known. */
  picture?: ListingPicture | null;
}

/** The listing's drawing beside its title. */
export function ListingThumb({ listing }: { listing: Drawn }) {
  return (
    <span className="block w-16 shrink-0 overflow-hidden rounded-md border border-line">
      <ListingImage listing={listing} sizes="4rem" />
    </span>
  );
}

/** A title in a table, its drawing before it: out of the flow, so that the row stands on the baseline of the words. */
export function TitleWithThumb({ listing, children }: { listing: Drawn; children: ReactNode }) {
  return (
    <span className="relative flex min-h-[48px] items-center pl-16">
      <span className="absolute top-0 left-0">
        <ListingThumb listing={listing} />
      </span>
      <span className="min-w-0 pl-3">{children}</span>
    </span>
  );
}
