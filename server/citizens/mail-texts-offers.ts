/** Letters about offers and gifts, by language. `to` is the state that an offer or order has moved to. */

interface Values {
  get: (name: string) => string;
}

interface OfferLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

export type OfferTexts = Readonly<
  Record<
    'offer_received' | 'offer_countered' | 'offer_accepted' | 'offer_ended' | 'gift_given' | 'gift_moved',
    (values: Values) => OfferLetter
  >
>;

type Words = Readonly<Record<string, string>>;

const endedEnglish: Words = {
  declined: 'It was declined.',
  withdrawn: 'It was withdrawn.',
  expired: 'Its time was over before anybody went on.',
};

const endedItalian: Words = {
  declined: 'È stata rifiutata.',
  withdrawn: 'È stata ritirata.',
  expired: 'Il tempo è scaduto prima che qualcuno proseguisse.',
};

const giftEnglish: Words = {
  delivered: 'It is delivered. Have a look, and confirm that you have it.',
  completed: 'It is completed.',
};

const giftItalian: Words = {
  delivered: 'È consegnato. Guardalo, e conferma di averlo ricevuto.',
  completed: 'È concluso.',
};

export const englishOffers: OfferTexts = {
  offer_received: ({ get }) => ({
    subject: 'you have an offer',
    lines: [
      `${get('name')} offers ${get('amount')} ducats each for ${get('count')} of “${get('title')}”.`,
      'Accept, decline or name another price within 48 hours.',
    ],
    link: { words: 'The offer:', path: `/offers/${get('offer')}` },
  }),
  offer_countered: ({ get }) => ({
    subject: 'another price was named',
    lines: [
      `${get('name')} names ${get('amount')} ducats each for ${get('count')} of “${get('title')}”.`,
      'It is your turn, for 48 hours.',
    ],
    link: { words: 'The offer:', path: `/offers/${get('offer')}` },
  }),
  offer_accepted: ({ get }) => ({
    subject: 'you agree on a price',
    lines: [
      `${get('name')} accepted ${get('amount')} ducats each for ${get('count')} of “${get('title')}”.`,
      'The price stands for the buyer for 48 hours. Nothing is set aside: it can be sold out meanwhile.',
    ],
    link: { words: 'The offer:', path: `/offers/${get('offer')}` },
  }),
  offer_ended: ({ get }) => ({
    subject: 'an offer is over',
    lines: [
      `The offer for “${get('title')}”, with ${get('name')}.`,
      endedEnglish[get('to')] ?? 'The two sides do not deal with each other any more.',
    ],
    link: { words: 'The offer:', path: `/offers/${get('offer')}` },
  }),
  gift_given: ({ get }) => ({
    subject: 'you are given something',
    lines: [`${get('name')} bought “${get('title')}” for you.`],
    link: { words: 'Your gift:', path: `/gifts/${get('order')}` },
  }),
  gift_moved: ({ get }) => ({
    subject: `your gift “${get('title')}”`,
    lines: [giftEnglish[get('to')] ?? 'It is over: the giver has their money back.'],
    link: { words: 'Your gift:', path: `/gifts/${get('order')}` },
  }),
};

export const italianOffers: OfferTexts = {
  offer_received: ({ get }) => ({
    subject: 'hai un’offerta',
    lines: [
      `${get('name')} offre ${get('amount')} ducati l’uno per ${get('count')} di «${get('title')}».`,
      'Accetta, rifiuta o proponi un altro prezzo entro 48 ore.',
    ],
    link: { words: 'L’offerta:', path: `/offers/${get('offer')}` },
  }),
  offer_countered: ({ get }) => ({
    subject: 'è stato proposto un altro prezzo',
    lines: [
      `${get('name')} propone ${get('amount')} ducati l’uno per ${get('count')} di «${get('title')}».`,
      'Tocca a te, per 48 ore.',
    ],
    link: { words: 'L’offerta:', path: `/offers/${get('offer')}` },
  }),
  offer_accepted: ({ get }) => ({
    subject: 'siete d’accordo sul prezzo',
    lines: [
      `${get('name')} ha accettato ${get('amount')} ducati l’uno per ${get('count')} di «${get('title')}».`,
      'Il prezzo vale per chi compra per 48 ore. Nulla è messo da parte: intanto può andare esaurito.',
    ],
    link: { words: 'L’offerta:', path: `/offers/${get('offer')}` },
  }),
  offer_ended: ({ get }) => ({
    subject: 'un’offerta è conclusa',
    lines: [
      `L’offerta per «${get('title')}», con ${get('name')}.`,
      endedItalian[get('to')] ?? 'Le due parti non trattano più tra loro.',
    ],
    link: { words: 'L’offerta:', path: `/offers/${get('offer')}` },
  }),
  gift_given: ({ get }) => ({
    subject: 'hai un regalo',
    lines: [`${get('name')} ha comprato «${get('title')}» per te.`],
    link: { words: 'Il tuo regalo:', path: `/gifts/${get('order')}` },
  }),
  gift_moved: ({ get }) => ({
    subject: `il tuo regalo «${get('title')}»`,
    lines: [giftItalian[get('to')] ?? 'È finito: chi lo donava ha riavuto i soldi.'],
    link: { words: 'Il tuo regalo:', path: `/gifts/${get('order')}` },
  }),
};
