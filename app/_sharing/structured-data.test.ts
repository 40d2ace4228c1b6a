import { expect, test } from 'vitest';

import { breadcrumbData, houseData, listingData, scriptText } from './structured-data.ts';
import { lightTokens } from './house-style.ts';
import { readFileSync } from 'node:fs';
import { ducat } from '#server/money/money.ts';

const listing = {
  title: 'Goblet </script><script>alert("x")</script> & co',
  kind: 'goods',
  hasVariants: false,
  priceMinor: ducat(123_450n),
  stock: 3,
  state: 'published',
  rating: { reviews: 7, starsMilli: 4_571 },
  seller: { citizenId: '1', username: 'murano', displayName: 'Angela Barovier' },
  sale: null,
} satisfies Parameters<typeof listingData>[0]['listing'];

const facts = {
  listing,
  url: 'https://cascade.example/listings/1',
  image: 'https://cascade.example/en/share/listings/1.png',
  sellerUrl: 'https://cascade.example/sellers/murano',
  description: 'Blue.',
};

test('a title that would end the script is a text like any other', () => {
  const text = scriptText(listingData(facts));
  expect(text).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(text)).toMatchObject({ name: listing.title });
});

test('a listing is a product with its price in ducats and what its buyers think', () => {
  expect(listingData(facts)).toMatchObject({
    '@type': 'Product',
    aggregateRating: { ratingValue: 4.571, ratingCount: 7 },
    offers: { '@type': 'Offer', price: '1234.50', priceCurrency: 'ducat', availability: 'https://schema.org/InStock' },
  });
});

test('in a sale the price is the reduced one, and how long it is', () => {
  const endsAt = new Date('2026-12-01T00:00:00Z');
  const sale = { saleId: '1', percentBps: 2_500, endsAt };
  expect(listingData({ ...facts, listing: { ...listing, sale } })).toMatchObject({
    offers: { price: '925.88', priceValidUntil: '2026-12-01T00:00:00.000Z' },
  });
});

test('what nobody rated has no rating, what is sold out says so, and a choice has its lowest price', () => {
  const data = listingData({
    ...facts,
    listing: { ...listing, stock: 0, hasVariants: true, kind: 'service', rating: { reviews: 0, starsMilli: null } },
  });
  expect(data).not.toHaveProperty('aggregateRating');
  expect(data).toMatchObject({
    '@type': 'Service',
    offers: { '@type': 'AggregateOffer', lowPrice: '1234.50', availability: 'https://schema.org/SoldOut' },
  });
});

test('the way down is numbered from one, and the house says how its market is searched', () => {
  const way = breadcrumbData([
    { name: 'Market', url: 'https://a/market' },
    { name: 'Glass', url: 'https://a/market?category=glass' },
  ]);
  expect(way).toMatchObject({ itemListElement: [{ position: 1 }, { position: 2, name: 'Glass' }] });
  const house = houseData({ name: 'C', description: 'd', url: 'https://a/it', searchUrl: 'https://a/it/market' });
  expect(JSON.stringify(house)).toContain('https://a/it/market?q={words}');
});

test('the tokens of the light theme are read from the style sheet', () => {
  const tokens = lightTokens(readFileSync(new URL('../globals.css', import.meta.url), 'utf8'));
  for (const name of ['surface', 'text', 'muted', 'accent', 'cover-ink', 'cover-tint-rose'])
    expect(tokens.get(name), name).toMatch(/^#[0-9a-f]{6}$/);
});
