/** Letters about orders, by language. `to` is the state that an order has moved to. */

interface Values {
  get: (name: string) => string;
}

interface OrderLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

export type OrderTexts = Readonly<
  Record<'order_placed' | 'order_moved' | 'order_part_refunded' | 'order_proposal', (values: Values) => OrderLetter>
>;

type Words = Readonly<Record<string, string>>;

const movedEnglish: Words = {
  accepted: 'The seller has accepted it and delivers next.',
  declined: 'It was declined. The buyer has everything back.',
  delivered: 'It is delivered. Whoever bought it confirms, or objects, within 14 days.',
  completed: 'It is completed, and the seller is paid.',
  cancelled: 'It was cancelled. The buyer has everything back.',
  refunded: 'The buyer has everything back.',
  disputed: 'The buyer objects. The money stays in escrow until you agree or an operator decides.',
  settled: 'It is settled: each side has its part.',
};

const movedItalian: Words = {
  accepted: 'Il venditore lo ha accettato e ora consegna.',
  declined: 'È stato rifiutato. Chi ha comprato ha riavuto tutto.',
  delivered: 'È consegnato. Chi ha comprato conferma, o contesta, entro 14 giorni.',
  completed: 'È concluso, e il venditore è pagato.',
  cancelled: 'È stato annullato. Chi ha comprato ha riavuto tutto.',
  refunded: 'Chi ha comprato ha riavuto tutto.',
  disputed: 'Chi ha comprato contesta. I soldi restano in garanzia finché siete d’accordo o decide un operatore.',
  settled: 'È regolato: ciascuno ha la sua parte.',
};

const linkEnglish = { words: 'Your orders:', path: '/orders' };
const linkItalian = { words: 'I tuoi ordini:', path: '/orders' };

export const englishOrders: OrderTexts = {
  order_placed: ({ get }) => ({
    subject: 'something of yours was bought',
    lines: [
      `“${get('name')}” was bought, and the price is in escrow.`,
      get('to') === 'purchased'
        ? 'Accept or decline it within 3 days.'
        : 'What to do next, and by when, stands in the order.',
    ],
    link: { words: 'Your sales:', path: '/orders?tab=sold' },
  }),
  order_moved: ({ get }) => ({
    subject: `your order of “${get('name')}”`,
    lines: [movedEnglish[get('to')] ?? 'It has moved on.'],
    link: linkEnglish,
  }),
  order_part_refunded: ({ get }) => ({
    subject: `a part of an order was given back`,
    lines: [`${get('amount')} ducats of the order “${get('name')}” went back to its buyer.`],
    link: linkEnglish,
  }),
  order_proposal: ({ get }) => ({
    subject: 'a proposal to settle an order',
    lines: [`For the order “${get('name')}” it is proposed that ${get('amount')} ducats go back to the buyer.`],
    link: linkEnglish,
  }),
};

export const italianOrders: OrderTexts = {
  order_placed: ({ get }) => ({
    subject: 'qualcosa di tuo è stato comprato',
    lines: [
      `«${get('name')}» è stato comprato, e il prezzo è in garanzia.`,
      get('to') === 'purchased'
        ? 'Accettalo o rifiutalo entro 3 giorni.'
        : 'Che cosa fare ora, ed entro quando, sta nell’ordine.',
    ],
    link: { words: 'Le tue vendite:', path: '/orders?tab=sold' },
  }),
  order_moved: ({ get }) => ({
    subject: `il tuo ordine «${get('name')}»`,
    lines: [movedItalian[get('to')] ?? 'È andato avanti.'],
    link: linkItalian,
  }),
  order_part_refunded: ({ get }) => ({
    subject: 'parte di un ordine è stata restituita',
    lines: [`${get('amount')} ducati dell’ordine «${get('name')}» sono tornati a chi ha comprato.`],
    link: linkItalian,
  }),
  order_proposal: ({ get }) => ({
    subject: 'una proposta per regolare un ordine',
    lines: [`Per l’ordine «${get('name')}» si propone che ${get('amount')} ducati tornino a chi ha comprato.`],
    link: linkItalian,
  }),
};
