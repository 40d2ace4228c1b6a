import { expect, test } from 'vitest';
import { sitemapPage, sitemapStarts } from '#server/market/catalogue/sitemap-queries.ts';
import { testMarket } from '#server/testing/market.ts';

test('the sitemap names what is on sale and nothing else, from a listing on, in the order of ids', async () => {
  const market = await testMarket();
  const { client } = market.database;
  const seller = await market.citizen();
  const made = [];
  for (let number = 0; number < 4; number += 1) made.push((await market.listing(seller)).listingId);
  const [first = '', hidden = '', third = '', last = ''] = made.toSorted();
  await client.listing.update({ where: { id: hidden }, data: { state: 'paused' } });
  expect(await sitemapStarts(client)).toEqual([first]);
  const page = async (from: string) => (await sitemapPage(client, from)).map(({ id }) => id);
  expect(await page(first)).toEqual([first, third, last]);
  expect(await page(third)).toEqual([third, last]);
});
