import { pictureWidths } from '#server/market/catalogue/trade-schema.ts';

interface PictureProps {
  id: string;
  /** Empty where it only decorates. */
  alt: string;
  /** How wide it stands on the page, as the `sizes` of an image. */
  sizes: string;
  /** Cut to the shape of a cover, or whole within it. */
  fit: 'cover' | 'contain';
  /** Above the fold, where it is not worth waiting for. */
  isFirst?: boolean;
}

/** The address of a picture in one of its widths. */
export function pictureAddress(id: string, width: (typeof pictureWidths)[number]): string {
  return `/api/pictures/${id}/${String(width)}.webp`;
}

/** A picture of a listing, in the width that the screen needs. */
export function Picture({ id, alt, sizes, fit, isFirst = false }: PictureProps) {
  return (
    <img
      src={pictureAddress(id, 800)}
      srcSet={pictureWidths.map((width) => `${pictureAddress(id, width)} ${String(width)}w`).join(', ')}
      sizes={sizes}
      alt={alt}
      loading={isFirst ? 'eager' : 'lazy'}
      decoding="async"
      className={
        fit === 'cover' ? 'block aspect-cover w-full object-cover' : 'block aspect-cover w-full object-contain'
      }
    />
  );
}
