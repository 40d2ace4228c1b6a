/** Letters about messages, reviews and what operators decide, by language. */

interface Values {
  get: (name: string) => string;
}

interface PeopleLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

type PeopleTexts = Readonly<
  Record<
    | 'question_received'
    | 'message_received'
    | 'question_shown'
    | 'review_waiting'
    | 'review_shown'
    | 'review_answered'
    | 'report_decided'
    | 'content_moderated'
    | 'moderation_undone',
    (values: Values) => PeopleLetter
  >
>;

export const englishPeople: PeopleTexts = {
  question_received: ({ get }) => ({
    subject: 'somebody asks about a listing of yours',
    lines: [`You were asked a question about “${get('title')}”.`],
    link: { words: 'Read and answer it:', path: `/messages/${get('thread')}` },
  }),
  message_received: ({ get }) => ({
    subject: 'you have a new message',
    lines: [`Somebody wrote to you about “${get('title')}”.`],
    link: { words: 'Read it:', path: `/messages/${get('thread')}` },
  }),
  question_shown: ({ get }) => ({
    subject: 'your question was answered for everybody',
    lines: [`The seller shows your question about “${get('title')}” and the answer to it, without your name.`],
    link: { words: 'The listing:', path: `/listings/${get('listing')}` },
  }),
  review_waiting: ({ get }) => ({
    subject: 'the other side has reviewed an order',
    lines: [
      `They wrote about “${get('title')}”. You read it when you have written too, or when seven days have passed since the order was completed.`,
    ],
    link: { words: 'Write yours:', path: `/orders/${get('order')}` },
  }),
  review_shown: ({ get }) => ({
    subject: 'a review of you is shown',
    lines: [`For “${get('title')}” you were given ${get('count')} of five stars. You may answer once.`],
    link: { words: 'Read it:', path: `/orders/${get('order')}` },
  }),
  review_answered: ({ get }) => ({
    subject: 'your review was answered',
    lines: [`Whoever you reviewed for “${get('title')}” has answered.`],
    link: { words: 'Read it:', path: `/orders/${get('order')}` },
  }),
  report_decided: ({ get }) => ({
    subject: 'your report was decided',
    lines: [`Operators looked at what you reported (“${get('title')}”): ${decidedEnglish(get('to'))}. Thank you.`],
    link: { words: 'Your notifications:', path: '/account/notifications' },
  }),
  content_moderated: ({ get }) => ({
    subject: 'the house has looked at something of yours',
    lines: [`“${get('title')}” was reported, and an operator decided: ${decidedEnglish(get('to'))}.`],
    link: { words: 'Your notifications:', path: '/account/notifications' },
  }),
  moderation_undone: ({ get }) => ({
    subject: 'a decision about something of yours was taken back',
    lines: [
      get('to') === 'pause'
        ? `You may put “${get('title')}” on sale again.`
        : `What was decided about “${get('title')}” does not count any more.`,
    ],
    link: { words: 'Your notifications:', path: '/account/notifications' },
  }),
};

export const italianPeople: PeopleTexts = {
  question_received: ({ get }) => ({
    subject: 'qualcuno chiede di un tuo annuncio',
    lines: [`Ti è stata fatta una domanda su «${get('title')}».`],
    link: { words: 'Leggila e rispondi:', path: `/messages/${get('thread')}` },
  }),
  message_received: ({ get }) => ({
    subject: 'hai un nuovo messaggio',
    lines: [`Qualcuno ti ha scritto su «${get('title')}».`],
    link: { words: 'Leggilo:', path: `/messages/${get('thread')}` },
  }),
  question_shown: ({ get }) => ({
    subject: 'la tua domanda ha una risposta per tutti',
    lines: [`Chi vende mostra la tua domanda su «${get('title')}» e la risposta, senza il tuo nome.`],
    link: { words: 'L’annuncio:', path: `/listings/${get('listing')}` },
  }),
  review_waiting: ({ get }) => ({
    subject: 'l’altra parte ha recensito un ordine',
    lines: [
      `Ha scritto su «${get('title')}». La leggi quando hai scritto anche tu, o quando sono passati sette giorni dalla fine dell’ordine.`,
    ],
    link: { words: 'Scrivi la tua:', path: `/orders/${get('order')}` },
  }),
  review_shown: ({ get }) => ({
    subject: 'una recensione su di te è visibile',
    lines: [`Per «${get('title')}» hai ricevuto ${get('count')} stelle su cinque. Puoi rispondere una volta.`],
    link: { words: 'Leggila:', path: `/orders/${get('order')}` },
  }),
  review_answered: ({ get }) => ({
    subject: 'la tua recensione ha una risposta',
    lines: [`Chi hai recensito per «${get('title')}» ha risposto.`],
    link: { words: 'Leggila:', path: `/orders/${get('order')}` },
  }),
  report_decided: ({ get }) => ({
    subject: 'la tua segnalazione è stata decisa',
    lines: [`Gli operatori hanno esaminato «${get('title')}»: ${decidedItalian(get('to'))}. Grazie.`],
    link: { words: 'Le tue notifiche:', path: '/account/notifications' },
  }),
  content_moderated: ({ get }) => ({
    subject: 'la casa ha esaminato qualcosa di tuo',
    lines: [`«${get('title')}» è stato segnalato, e un operatore ha deciso: ${decidedItalian(get('to'))}.`],
    link: { words: 'Le tue notifiche:', path: '/account/notifications' },
  }),
  moderation_undone: ({ get }) => ({
    subject: 'una decisione su qualcosa di tuo è stata ritirata',
    lines: [
      get('to') === 'pause'
        ? `Puoi rimettere in vendita «${get('title')}».`
        : `Ciò che era stato deciso su «${get('title')}» non conta più.`,
    ],
    link: { words: 'Le tue notifiche:', path: '/account/notifications' },
  }),
};

function decidedEnglish(action: string): string {
  switch (action) {
    case 'hide':
      return 'it is hidden from others';
    case 'pause':
      return 'it is off the market';
    case 'warn':
      return 'its author is warned';
    default:
      return 'nothing is wrong with it';
  }
}

function decidedItalian(action: string): string {
  switch (action) {
    case 'hide':
      return 'è nascosto agli altri';
    case 'pause':
      return 'è fuori dal mercato';
    case 'warn':
      return 'il suo autore è avvertito';
    default:
      return 'non c’è nulla che non va';
  }
}
