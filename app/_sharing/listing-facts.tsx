import { getLocale, getTranslations } from 'next-intl/server';

import { breadcrumbData, listingData, scriptText } from '#app/_sharing/structured-data.ts';
import { FactsForMachines } from '#components/layout/facts-for-machines.tsx';
import { pathOfCategory } from '#components/listing/listing-details.tsx';
import { plainWords } from '#components/listing/rich-text-tree.ts';
import { deployment } from '#server/api/deployment.ts';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategoryNode } from '#server/market/catalogue/details-schema.ts';

interface ListingFactsProps {
  listing: ListingView;
  tree: readonly CategoryNode[];
  prefix: string;
}

const descriptionLengthMax = 1_000;

/** What search engines show of a listing beside its words: price, stock, stars, and where it stands. */
export async function ListingFacts({ listing, tree, prefix }: ListingFactsProps) {
  const [t, locale] = await Promise.all([getTranslations('market'), getLocale()]);
  const { appUrl } = deployment();
  const url = `${appUrl}${prefix}/listings/${listing.id}`;
  const market = `${appUrl}${prefix}/market`;
  const product = listingData({
    listing,
    url,
    image: `${appUrl}/${locale}/share/listings/${listing.id}.png`,
    sellerUrl: `${appUrl}${prefix}/sellers/${encodeURIComponent(listing.seller.username)}`,
    description: plainWords(listing.description).slice(0, descriptionLengthMax),
  });
  const way = breadcrumbData([
    { name: t('title'), url: market },
    ...pathOfCategory(listing.categorySlug, tree).map(({ slug, nameEn, nameIt }) => ({
      name: locale === 'it' ? nameIt : nameEn,
      url: `${market}?category=${slug}`,
    })),
    { name: listing.title, url },
  ]);
  return (
    <>
      <FactsForMachines text={scriptText(product)} />
      <FactsForMachines text={scriptText(way)} />
    </>
  );
}
