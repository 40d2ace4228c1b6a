/** Letters about ducats between citizens, by language. */

interface Values {
  get: (name: string) => string;
}

interface PeerLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

export type PeerTexts = Readonly<
  Record<
    | 'sent_taken_back'
    | 'sent_given_back'
    | 'ducats_sent'
    | 'ducats_received'
    | 'ducats_requested'
    | 'request_declined'
    | 'request_withdrawn'
    | 'request_expired',
    (values: Values) => PeerLetter
  >
>;

export const englishPeers: PeerTexts = {
  sent_taken_back: ({ get }) => ({
    subject: 'ducats that you were sent were taken back',
    lines: [`${get('amount')} ducats were taken back, because the card payment that bought them is disputed.`],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  sent_given_back: ({ get }) => ({
    subject: 'ducats that were taken back are yours again',
    lines: [`The dispute was won: ${get('amount')} ducats that you had been sent are in your wallet again.`],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  ducats_sent: ({ get }) => ({
    subject: 'ducats were sent from your wallet',
    lines: [`${get('amount')} ducats went to ${get('name')}.`],
    link: { words: 'Was this not you? Then end your other sessions at once:', path: '/account/sessions' },
  }),
  ducats_received: ({ get }) => ({
    subject: 'you received ducats',
    lines: [`${get('name')} sent you ${get('amount')} ducats. They keep the origin and the hold they had.`],
    link: { words: 'Your wallet:', path: '/wallet' },
  }),
  ducats_requested: ({ get }) => ({
    subject: 'you are asked for ducats',
    lines: [`${get('name')} asks you for ${get('amount')} ducats. Nothing moves unless you pay.`],
    link: { words: 'Pay or decline:', path: '/wallet/requests' },
  }),
  request_declined: ({ get }) => ({
    subject: 'a request of yours was declined',
    lines: [`${get('name')} will not pay the ${get('amount')} ducats you asked for.`],
    link: { words: 'Your requests:', path: '/wallet/requests?side=asked' },
  }),
  request_withdrawn: ({ get }) => ({
    subject: 'a request to you was withdrawn',
    lines: [`${get('name')} no longer asks you for ${get('amount')} ducats.`],
    link: { words: 'Your requests:', path: '/wallet/requests' },
  }),
  request_expired: ({ get }) => ({
    subject: 'a request of yours has expired',
    lines: [`${get('name')} did not answer your request for ${get('amount')} ducats in time.`],
    link: { words: 'Your requests:', path: '/wallet/requests?side=asked' },
  }),
};

export const italianPeers: PeerTexts = {
  sent_taken_back: ({ get }) => ({
    subject: 'dei ducati che hai ricevuto sono stati ripresi',
    lines: [`${get('amount')} ducati sono stati ripresi, perché il pagamento che li ha comprati è contestato.`],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  sent_given_back: ({ get }) => ({
    subject: 'i ducati ripresi sono di nuovo tuoi',
    lines: [`La contestazione è vinta: ${get('amount')} ducati che avevi ricevuto sono di nuovo nel portafoglio.`],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  ducats_sent: ({ get }) => ({
    subject: 'dei ducati sono partiti dal tuo portafoglio',
    lines: [`${get('amount')} ducati sono andati a ${get('name')}.`],
    link: { words: 'Non è opera tua? Allora chiudi subito le altre sessioni:', path: '/account/sessions' },
  }),
  ducats_received: ({ get }) => ({
    subject: 'hai ricevuto dei ducati',
    lines: [`${get('name')} ti ha inviato ${get('amount')} ducati. Conservano l’origine e il vincolo che avevano.`],
    link: { words: 'Il tuo portafoglio:', path: '/wallet' },
  }),
  ducats_requested: ({ get }) => ({
    subject: 'ti sono chiesti dei ducati',
    lines: [`${get('name')} ti chiede ${get('amount')} ducati. Nulla si muove se non paghi.`],
    link: { words: 'Paga o rifiuta:', path: '/wallet/requests' },
  }),
  request_declined: ({ get }) => ({
    subject: 'una tua richiesta è stata rifiutata',
    lines: [`${get('name')} non pagherà i ${get('amount')} ducati che hai chiesto.`],
    link: { words: 'Le tue richieste:', path: '/wallet/requests?side=asked' },
  }),
  request_withdrawn: ({ get }) => ({
    subject: 'una richiesta è stata ritirata',
    lines: [`${get('name')} non ti chiede più ${get('amount')} ducati.`],
    link: { words: 'Le tue richieste:', path: '/wallet/requests' },
  }),
  request_expired: ({ get }) => ({
    subject: 'una tua richiesta è scaduta',
    lines: [`${get('name')} non ha risposto in tempo alla tua richiesta di ${get('amount')} ducati.`],
    link: { words: 'Le tue richieste:', path: '/wallet/requests?side=asked' },
  }),
};
