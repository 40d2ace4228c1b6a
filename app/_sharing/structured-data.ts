import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';
import { reducedMinor } from '#server/market/discounts/price-schema.ts';
import { ducat, toDecimal } from '#server/money/money.ts';

/** Facts of a page for machines, in the words of schema.org. */
export type StructuredData = Readonly<Record<string, unknown>>;

const context = 'https://schema.org';

/** Data as the text of a script element: nothing within it can end the element or begin another one. */
export function scriptText(data: StructuredData): string {
  return JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

interface ListingFacts {
  listing: Pick<
    ListingView,
    'title' | 'kind' | 'state' | 'stock' | 'priceMinor' | 'hasVariants' | 'sale' | 'seller' | 'rating'
  >;
  /** Address of the page, and of its image. */
  url: string;
  image: string;
  sellerUrl: string;
  /** Words of the listing without marks. */
  description: string;
}

/** A listing as a product with its offer. Prices are in ducats, which is no currency of ISO 4217, so they are named. */
export function listingData({ listing, url, image, sellerUrl, description }: ListingFacts): StructuredData {
  const isSold = listing.state === 'published' && listing.stock !== 0;
  const seller = { '@type': 'Person', name: listing.seller.displayName, url: sellerUrl };
  const { sale, rating } = listing;
  const priceMinor = sale === null ? listing.priceMinor : reducedMinor(listing.priceMinor, sale.percentBps);
  const price = { price: toDecimal(ducat(priceMinor)), priceCurrency: 'ducat' };
  return {
    '@context': context,
    '@type': listing.kind === 'service' ? 'Service' : 'Product',
    name: listing.title,
    description,
    url,
    image,
    ...(rating.starsMilli === null
      ? {}
      : {
          aggregateRating: {
            '@type': 'AggregateRating',
            ratingValue: rating.starsMilli / 1_000,
            ratingCount: rating.reviews,
            bestRating: 5,
            worstRating: 1,
          },
        }),
    offers: {
      '@type': listing.hasVariants ? 'AggregateOffer' : 'Offer',
      url,
      ...(listing.hasVariants ? { lowPrice: price.price, priceCurrency: price.priceCurrency } : price),
      ...(sale === null ? {} : { priceValidUntil: sale.endsAt.toISOString() }),
      availability: `${context}/${isSold ? 'InStock' : 'SoldOut'}`,
      seller,
    },
  };
}

/** The way down to a page, from the top. */
export function breadcrumbData(steps: readonly { name: string; url: string }[]): StructuredData {
  return {
    '@context': context,
    '@type': 'BreadcrumbList',
    itemListElement: steps.map(({ name, url }, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name,
      item: url,
    })),
  };
}

interface HouseFacts {
  name: string;
  description: string;
  /** Address of the home page in this language. */
  url: string;
  /** Address of the market, to which the words looked for are added. */
  searchUrl: string;
}

/** The house, and the way to search its market. */
export function houseData({ name, description, url, searchUrl }: HouseFacts): StructuredData {
  const organization = { '@type': 'Organization', '@id': `${url}#house`, name, url, description };
  const site = {
    '@type': 'WebSite',
    name,
    url,
    publisher: { '@id': organization['@id'] },
    potentialAction: {
      '@type': 'SearchAction',
      target: { '@type': 'EntryPoint', urlTemplate: `${searchUrl}?q={words}` },
      'query-input': 'required name=words',
    },
  };
  return { '@context': context, '@graph': [organization, site] };
}
