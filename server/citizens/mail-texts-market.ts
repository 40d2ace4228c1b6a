/** Letters about what is new on the market, by language. */

interface Values {
  get: (name: string) => string;
}

interface MarketLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

type MarketKind =
  'seller_published' | 'search_found' | 'wish_cheaper' | 'wish_back' | 'wish_on_sale' | 'stock_low' | 'import_ended';
type MarketTexts = Readonly<Record<MarketKind, (values: Values) => MarketLetter>>;

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
  wish_cheaper: ({ get }) => ({
    subject: `“${get('title')}” costs less`,
    lines: [`“${get('title')}”, which is on your wishlist, now costs ${get('amount')} ducats.`],
    link: { words: 'Your wishlist:', path: '/account/wishlist' },
  }),
  wish_back: ({ get }) => ({
    subject: `“${get('title')}” is back`,
    lines: [`“${get('title')}”, which is on your wishlist, can be bought again for ${get('amount')} ducats.`],
    link: { words: 'Your wishlist:', path: '/account/wishlist' },
  }),
  wish_on_sale: ({ get }) => ({
    subject: `“${get('title')}” is in a sale`,
    lines: [`“${get('title')}”, which is on your wishlist, costs ${get('amount')} ducats while its sale goes on.`],
    link: { words: 'Your wishlist:', path: '/account/wishlist' },
  }),
  stock_low: ({ get }) => ({
    subject: `“${get('title')}” is running out`,
    lines: [`Units left of “${get('title')}”: ${get('count')}.`],
    link: { words: 'Your stock:', path: '/sell#stock' },
  }),
  import_ended: ({ get }) => ({
    subject: `your import ${endEnglish(get('to'))}`,
    lines: [`The import of “${get('name')}” ${endEnglish(get('to'))}.`],
    link: { words: 'What it did:', path: `/sell/import/${get('import')}` },
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
  wish_cheaper: ({ get }) => ({
    subject: `«${get('title')}» costa meno`,
    lines: [`«${get('title')}», che è nella tua lista dei desideri, ora costa ${get('amount')} ducati.`],
    link: { words: 'La tua lista dei desideri:', path: '/account/wishlist' },
  }),
  wish_back: ({ get }) => ({
    subject: `«${get('title')}» è di nuovo disponibile`,
    lines: [
      `«${get('title')}», che è nella tua lista dei desideri, si può di nuovo comprare per ${get('amount')} ducati.`,
    ],
    link: { words: 'La tua lista dei desideri:', path: '/account/wishlist' },
  }),
  wish_on_sale: ({ get }) => ({
    subject: `«${get('title')}» è in saldo`,
    lines: [
      `«${get('title')}», che è nella tua lista dei desideri, costa ${get('amount')} ducati finché dura il saldo.`,
    ],
    link: { words: 'La tua lista dei desideri:', path: '/account/wishlist' },
  }),
  stock_low: ({ get }) => ({
    subject: `«${get('title')}» sta per finire`,
    lines: [`Unità rimaste di «${get('title')}»: ${get('count')}.`],
    link: { words: 'Le tue scorte:', path: '/sell#stock' },
  }),
  import_ended: ({ get }) => ({
    subject: `la tua importazione ${endItalian(get('to'))}`,
    lines: [`L’importazione di «${get('name')}» ${endItalian(get('to'))}.`],
    link: { words: 'Che cosa ha fatto:', path: `/sell/import/${get('import')}` },
  }),
};

function endEnglish(to: string): string {
  if (to === 'undone') return 'is undone';
  return to === 'applied' ? 'is applied' : 'was stopped by an error';
}

function endItalian(to: string): string {
  if (to === 'undone') return 'è annullata';
  return to === 'applied' ? 'è applicata' : 'è stata fermata da un errore';
}
