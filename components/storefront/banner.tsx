import { pictureAddress } from '#components/listing/picture.tsx';
import { pictureWidths } from '#server/market/catalogue/trade-schema.ts';

interface BannerProps {
  pictureId: string;
  /** Empty where it only decorates. */
  alt: string;
}

/** The picture above a storefront, cut to a strip. */
export function Banner({ pictureId, alt }: BannerProps) {
  return (
    <img
      src={pictureAddress(pictureId, 1600)}
      srcSet={pictureWidths.map((width) => `${pictureAddress(pictureId, width)} ${String(width)}w`).join(', ')}
      sizes="(min-width: 1216px) 73rem, 100vw"
      alt={alt}
      loading="eager"
      decoding="async"
      className="block aspect-[5/2] w-full object-cover sm:aspect-[4/1]"
    />
  );
}
