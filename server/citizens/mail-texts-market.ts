/** Letters about what is new on the market, by language. */

interface Values {
  get: (name: string) => string;
}

interface MarketLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

type MarketTexts = Readonly<Record<'seller_published' | 'search_found', (values: Values) => MarketLetter>>;

export const englishMarket: MarketTexts = {
  seller_published: ({ get }) => ({
    subject: `${get('name')} has something new`,
    lines: [`${get('name')}, whom you follow, has put something on sale.`],
    link: { words: 'The sellers you follow:', path: '/account/searches' },
  }),
  search_found: ({ get }) => ({
    subject: `new finds for “${get('name')}”`,
    lines: [`New listings that match the search you keep: ${get('count')}.`],
    link: { words: 'Your searches:', path: '/account/searches' },
  }),
};

export const italianMarket: MarketTexts = {
  seller_published: ({ get }) => ({
    subject: `novità da ${get('name')}`,
    lines: [`${get('name')}, che segui, ha messo in vendita qualcosa di nuovo.`],
    link: { words: 'I venditori che segui:', path: '/account/searches' },
  }),
  search_found: ({ get }) => ({
    subject: `novità per «${get('name')}»`,
    lines: [`Nuovi annunci che corrispondono alla tua ricerca salvata: ${get('count')}.`],
    link: { words: 'Le tue ricerche:', path: '/account/searches' },
  }),
};
