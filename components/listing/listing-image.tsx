import { Cover } from '#components/listing/cover.tsx';
import { Picture } from '#components/listing/picture.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

interface ListingImageProps {
  listing: Pick<ListingCard, 'id' | 'category'> & Partial<Pick<ListingCard, 'picture'>>;
  sizes: string;
}

/** What stands for a listing beside its title: its first picture, or else its drawing. Decoration either way. */
export function ListingImage({ listing, sizes }: ListingImageProps) {
  const { id, category, picture = null } = listing;
  if (picture === null) return <Cover category={category} seed={id} />;
  return <Picture id={picture.id} alt="" sizes={sizes} fit="cover" />;
}
