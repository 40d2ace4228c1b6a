import { englishOrders, italianOrders, type OrderTexts } from './mail-texts-orders.ts';

/** Letters about orders, payments and earnings that are taken back or returned, and about refunds, by language. */

interface Values {
  get: (name: string) => string;
}

interface MoneyLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

type MoneyTexts = Readonly<
  Record<
    | 'charge_disputed'
    | 'dispute_won'
    | 'earning_taken_back'
    | 'earning_given_back'
    | 'grant_expired'
    | 'refund_paid'
    | 'refund_failed',
    (values: Values) => MoneyLetter
  >
>;

export const englishMoney: MoneyTexts & OrderTexts = {
  ...englishOrders,
  charge_disputed: () => ({
    subject: 'a payment of yours is disputed',
    lines: ['Your bank takes a payment back. Your wallet rests until what is owed is paid.'],
    link: { words: 'How much it is, and how to pay it:', path: '/wallet' },
  }),
  dispute_won: () => ({
    subject: 'a dispute ended in your favour',
    lines: ['Nothing is owed for it any more, and what you repaid is in your wallet.'],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  earning_taken_back: ({ get }) => ({
    subject: 'an earning on hold was taken back',
    lines: [
      `${get('amount')} ducats were taken back, because the payment behind a sale of yours is disputed.`,
      'You get them back when the buyer pays or the dispute is won.',
    ],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  earning_given_back: ({ get }) => ({
    subject: 'an earning came back',
    lines: [`${get('amount')} ducats that a dispute had taken are in your wallet again.`],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  grant_expired: ({ get }) => ({
    subject: 'ducats that were given to you have expired',
    lines: [`${get('amount')} ducats that the house had given you were not spent in time and went back to it.`],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  refund_paid: ({ get }) => ({
    subject: 'a payment of yours is refunded',
    lines: [
      `${get('amount')} are on their way back to the card or account you paid with. Banks take up to ten days.`,
      'The ducats of that payment have left your wallet.',
    ],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  refund_failed: ({ get }) => ({
    subject: 'a refund did not reach your bank',
    lines: [`The refund of ${get('amount')} was sent back. The ducats are in your wallet again; nothing is lost.`],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
};

export const italianMoney: MoneyTexts & OrderTexts = {
  ...italianOrders,
  charge_disputed: () => ({
    subject: 'un tuo pagamento è contestato',
    lines: ['La tua banca riprende un pagamento. Il portafoglio resta fermo finché il dovuto non è saldato.'],
    link: { words: 'Quanto devi, e come saldarlo:', path: '/wallet' },
  }),
  dispute_won: () => ({
    subject: 'una contestazione è finita a tuo favore',
    lines: ['Il debito è estinto, e ciò che avevi versato è nel tuo portafoglio.'],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  earning_taken_back: ({ get }) => ({
    subject: 'un guadagno in sospeso è stato ripreso',
    lines: [
      `${get('amount')} ducati sono stati ripresi, perché il pagamento dietro una tua vendita è contestato.`,
      'Li riavrai quando il compratore paga o la contestazione è vinta.',
    ],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  earning_given_back: ({ get }) => ({
    subject: 'un guadagno è tornato',
    lines: [`${get('amount')} ducati che una contestazione aveva preso sono di nuovo nel tuo portafoglio.`],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  grant_expired: ({ get }) => ({
    subject: 'dei ducati donati sono scaduti',
    lines: [`${get('amount')} ducati che la casa ti aveva donato non sono stati spesi in tempo e le sono tornati.`],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  refund_paid: ({ get }) => ({
    subject: 'un tuo pagamento è rimborsato',
    lines: [
      `${get('amount')} tornano sulla carta o sul conto con cui hai pagato. Le banche impiegano fino a dieci giorni.`,
      'I ducati di quel pagamento hanno lasciato il tuo portafoglio.',
    ],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  refund_failed: ({ get }) => ({
    subject: 'un rimborso non è arrivato alla banca',
    lines: [
      `Il rimborso di ${get('amount')} è tornato indietro. I ducati sono di nuovo nel tuo portafoglio; nulla è perso.`,
    ],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
};
