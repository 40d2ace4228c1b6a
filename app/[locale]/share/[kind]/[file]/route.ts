import { getFormatter, getLocale, getTranslations } from 'next-intl/server';
import { notFound } from 'next/navigation';

import { readListing } from '#app/_reading/listing.ts';
import { readStorefront } from '#app/_reading/storefront.ts';
import { shareImage, type ShareContent } from '#app/_sharing/share-image.ts';
import { salePriceOf } from '#components/listing/listing-price.tsx';
import { formatAmount } from '#server/money/money.ts';

export const dynamic = 'force-dynamic';

/** An image costs as much as many pages: so many are drawn at a time, and who comes then is asked to come again. */
const drawnAtATimeMax = 2;
let drawnNow = 0;

/** The image of a page that is shared: of a listing, of a storefront, of the house. */
export async function GET(
  _request: Request,
  { params }: { params: Promise<{ kind: string; file: string }> },
): Promise<Response> {
  const { kind, file } = await params;
  const name = /^([\w.-]{1,64})\.png$/.exec(file)?.[1];
  if (name === undefined) notFound();
  if (drawnNow >= drawnAtATimeMax) return new Response(null, { status: 503, headers: { 'retry-after': '2' } });
  drawnNow += 1;
  try {
    const image = await shareImage(await contentOf(kind, name));
    return new Response(await image.arrayBuffer(), { headers: image.headers });
  } finally {
    drawnNow -= 1;
  }
}

async function contentOf(kind: string, name: string): Promise<ShareContent> {
  const brand = (await getTranslations('common'))('brand');
  switch (kind) {
    case 'listings':
      return { brand, ...(await contentOfListing(name)) };
    case 'sellers':
      return { brand, ...(await contentOfStorefront(name)) };
    case 'house': {
      const t = await getTranslations('home');
      return {
        brand,
        title: t('title'),
        detail: t('lead'),
        price: null,
        picture: null,
        cover: { category: 'maps', seed: 'house' },
      };
    }
    default:
      return notFound();
  }
}

async function contentOfListing(id: string): Promise<Omit<ShareContent, 'brand'>> {
  const listing = await readListing(id);
  const [t, locale] = await Promise.all([getTranslations('listing'), getLocale()]);
  const money = await getTranslations('money');
  const priceMinor = salePriceOf(listing);
  const figure = formatAmount(priceMinor, 'DUCAT', { locale, trimWhole: true });
  const price = `${figure} ${money('ducats', { isOne: priceMinor === 100n ? 'yes' : 'no' })}`;
  return {
    title: listing.title,
    detail: t('soldBy', { seller: listing.seller.displayName }),
    price: listing.hasVariants ? `${t('from')} ${price}` : price,
    picture: listing.picture,
    cover: { category: listing.category, seed: listing.id },
  };
}

async function contentOfStorefront(slug: string): Promise<Omit<ShareContent, 'brand'>> {
  const { seller, title, about, bannerPictureId, statistics } = await readStorefront(slug);
  const [t, format] = await Promise.all([getTranslations('storefront'), getFormatter()]);
  return {
    title: title === '' ? seller.displayName : title,
    detail: about === '' ? t('description', { name: seller.displayName }) : about,
    price: t('shared', { count: statistics.listings, number: format.number(statistics.listings) }),
    picture: bannerPictureId === null ? null : { id: bannerPictureId },
    cover: { category: 'patterns', seed: seller.username },
  };
}
