import { coverAddress, coverId, coverSize } from '#components/listing/cover-address.ts';
import type { CategorySlug } from '#server/market/catalogue/trade-schema.ts';

interface CoverProps {
  category: CategorySlug;
  /** Whatever names the thing for good, usually the listing's id: the same seed is the same drawing. */
  seed: string;
}

/**
 * The drawing on a listing: one of eight motifs, varied by the listing's id. Decoration, hidden from readers. The paths
 * are a file of their own, which browsers keep, so that a page of two dozen drawings stays small; used from there, they
 * take the colours of the theme of this page, as an image would not.
 */
export function Cover({ category, seed }: CoverProps) {
  const [width, height] = coverSize;
  return (
    <svg
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
      className="block aspect-cover h-auto w-full bg-cover-linen"
    >
      <use href={`${coverAddress(category, seed)}#${coverId}`} />
    </svg>
  );
}
