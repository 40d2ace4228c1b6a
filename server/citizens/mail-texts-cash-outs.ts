/** Letters about cash-outs and where they are paid, by language. */

interface Values {
  get: (name: string) => string;
}

interface CashOutLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

type CashOutTexts = Readonly<
  Record<'payout_account_changed' | 'cash_out_requested' | 'cash_out_ended', (values: Values) => CashOutLetter>
>;

export const englishCashOuts: CashOutTexts = {
  payout_account_changed: () => ({
    subject: 'where you are paid has changed',
    lines: ['A bank account was named or changed to which your cash-outs go. Nothing is cashed out for some days.'],
    link: { words: 'Your cash-outs:', path: '/wallet/cash-out' },
  }),
  cash_out_requested: ({ get }) => ({
    subject: 'a cash-out was requested',
    lines: [`A cash-out was requested from your account: ${get('amount')} to your bank. It waits for our operators.`],
    link: { words: 'Your cash-outs:', path: '/wallet/cash-out' },
  }),
  cash_out_ended: ({ get }) => ({
    subject: cashOutEndEnglish(get('to')),
    lines: [
      get('to') === 'paid'
        ? `Your bank has been paid ${get('amount')}.`
        : `Your cash-out of ${get('amount')} did not reach your bank. The ducats are in your wallet again.`,
    ],
    link: { words: 'Your cash-outs:', path: '/wallet/cash-out' },
  }),
};

export const italianCashOuts: CashOutTexts = {
  payout_account_changed: () => ({
    subject: 'è cambiato il conto su cui vieni pagato',
    lines: [
      'È stato indicato o cambiato il conto bancario a cui vanno i tuoi prelievi. Per alcuni giorni non si preleva nulla.',
    ],
    link: { words: 'I tuoi prelievi:', path: '/wallet/cash-out' },
  }),
  cash_out_requested: ({ get }) => ({
    subject: 'è stato richiesto un prelievo',
    lines: [
      `Dal tuo conto è stato richiesto un prelievo: ${get('amount')} verso la tua banca. Attende i nostri operatori.`,
    ],
    link: { words: 'I tuoi prelievi:', path: '/wallet/cash-out' },
  }),
  cash_out_ended: ({ get }) => ({
    subject: cashOutEndItalian(get('to')),
    lines: [
      get('to') === 'paid'
        ? `La tua banca ha ricevuto ${get('amount')}.`
        : `Il tuo prelievo di ${get('amount')} non è arrivato alla banca. I ducati sono di nuovo nel tuo portafoglio.`,
    ],
    link: { words: 'I tuoi prelievi:', path: '/wallet/cash-out' },
  }),
};

function cashOutEndEnglish(state: string): string {
  switch (state) {
    case 'paid':
      return 'your cash-out was paid';
    case 'rejected':
      return 'your cash-out was rejected';
    default:
      return 'your cash-out came back';
  }
}

function cashOutEndItalian(state: string): string {
  switch (state) {
    case 'paid':
      return 'il tuo prelievo è stato pagato';
    case 'rejected':
      return 'il tuo prelievo è stato rifiutato';
    default:
      return 'il tuo prelievo è tornato indietro';
  }
}
