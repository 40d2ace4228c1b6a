import { useTranslations } from 'next-intl';

import { Cover } from '#components/listing/cover.tsx';
import { Picture } from '#components/listing/picture.tsx';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';

/**
 * A listing's pictures side by side in a strip that is scrolled, by keys as well; below it links that lead to each. Needs
 * no script. Without pictures, the drawn cover.
 */
export function Gallery({ listing }: { listing: Pick<ListingView, 'id' | 'title' | 'category' | 'pictures'> }) {
  const t = useTranslations('listing');
  const { id, title, category, pictures } = listing;
  const count = pictures.length;
  if (count === 0) {
    // Of a telephone's screen it leaves enough for the price and the button.
    return (
      <div className="flex aspect-wide items-center overflow-hidden rounded-md border border-line sm:aspect-auto">
        <Cover category={category} seed={id} />
      </div>
    );
  }
  const labelOf = (alt: string, index: number) =>
    alt === '' ? t('pictureOf', { number: index + 1, count, title }) : alt;
  return (
    <section aria-label={t('pictures')} className="flex min-w-0 flex-col gap-3">
      <ul
        tabIndex={count > 1 ? 0 : undefined}
        aria-label={t('pictures')}
        className="flex snap-x snap-mandatory overflow-x-auto rounded-md border border-line bg-sunken"
      >
        {pictures.map((picture, index) => (
          <li key={picture.id} id={`picture-${String(index + 1)}`} className="w-full shrink-0 snap-center">
            <Picture
              id={picture.id}
              alt={labelOf(picture.alt, index)}
              sizes="(min-width: 1024px) 44rem, 100vw"
              fit="contain"
              isFirst={index === 0}
            />
          </li>
        ))}
      </ul>
      {count > 1 ? (
        <ol className="grid grid-cols-4 gap-2 sm:grid-cols-8">
          {pictures.map((picture, index) => (
            <li key={picture.id}>
              <a
                href={`#picture-${String(index + 1)}`}
                aria-label={t('showPicture', { number: index + 1, count })}
                className="block overflow-hidden rounded-md border border-line hover:border-accent"
              >
                <Picture id={picture.id} alt="" sizes="6rem" fit="cover" />
              </a>
            </li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}
