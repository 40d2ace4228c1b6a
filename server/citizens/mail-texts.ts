import { englishCashOuts, italianCashOuts } from './mail-texts-cash-outs.ts';
import { englishCredentials, italianCredentials } from './mail-texts-credentials.ts';
import { closing, warning } from './mail-texts-frame.ts';
import { englishMarket, italianMarket } from './mail-texts-market.ts';
import { englishMoney, italianMoney } from './mail-texts-money.ts';
import { englishOffers, italianOffers } from './mail-texts-offers.ts';
import { englishPeers, italianPeers } from './mail-texts-peers.ts';
import { englishPeople, italianPeople } from './mail-texts-people.ts';
import { englishPlan, italianPlan } from './mail-texts-plan.ts';
import { notificationTopicOf, notificationValues } from './schema.ts';
import type { MailLocale, NotificationDetails, NotificationKind } from './schema.ts';

/** The letters of the house. Besides what is told on pages too: the two that only go by mail. */
export type MailTemplate = NotificationKind | 'verify_email' | 'email_replaced';

export interface ComposedMail {
  subject: string;
  text: string;
}

interface Values {
  get: (name: string) => string;
  appUrl: string;
  secret: string;
}

interface Letter {
  subject: string;
  lines: string[];
  /** Where in the product it leads, with the words that say so. */
  link?: { words: string; path: string };
}

type Texts = Readonly<Record<MailTemplate, (values: Values) => Letter>>;

/** A letter in a citizen's language. `secret` is what was sealed with it; empty for letters that have none. */
export function composeMail(
  template: MailTemplate,
  input: { locale: MailLocale; details: NotificationDetails; appUrl: string; secret: string },
): ComposedMail {
  const { locale, details, appUrl, secret } = input;
  const words = notificationValues(details);
  const letter = texts[locale][template]({ get: (name) => String(words[name] ?? ''), appUrl, secret });
  const link = letter.link === undefined ? [] : [`${letter.link.words}\n${appUrl}${letter.link.path}`];
  const paragraphs = [...letter.lines, ...link, ...warningOf(template, locale, appUrl), closing[locale](appUrl)];
  return { subject: `CASCADE: ${letter.subject}`, text: `${paragraphs.join('\n\n')}\n` };
}

/** Whoever did not do it themselves has to know where it can be stopped. */
function warningOf(template: MailTemplate, locale: MailLocale, appUrl: string): string[] {
  const isSecurity =
    template === 'email_replaced' || (template !== 'verify_email' && notificationTopicOf[template] === 'security');
  return isSecurity && template !== 'account_closed' ? [warning[locale](appUrl)] : [];
}

const english: Texts = {
  ...englishCashOuts,
  ...englishCredentials,
  ...englishMoney,
  ...englishPeers,
  ...englishOffers,
  ...englishPlan,
  ...englishMarket,
  ...englishPeople,
  verify_email: ({ secret }) => ({
    subject: 'please confirm your e-mail address',
    lines: [
      'Someone who is signed in to CASCADE gave this address as theirs. If that was you, confirm it within a day.',
      'If it was not you, do nothing: without your confirmation nothing is ever sent here.',
    ],
    link: { words: 'Confirm this address:', path: `/verify-email?token=${secret}` },
  }),
  email_replaced: () => ({
    subject: 'this address is no longer used',
    lines: ['The contact address of your account was changed or removed. From now on letters no longer come here.'],
  }),
  email_changed: () => ({
    subject: 'your contact address was changed',
    lines: ['The contact address of your account was changed. Letters come to this address now.'],
    link: { words: 'Your contact address:', path: '/account/contact' },
  }),
  tier_changed: ({ get }) => ({
    subject: 'your tier has changed',
    lines: [`Your tier was ${get('from')} and is ${get('to')} now. What you may use and the fees you pay follow it.`],
    link: { words: 'What it allows:', path: '/account/trust' },
  }),
  trust_changed: ({ get }) => ({
    subject: 'your trust level has changed',
    lines: [`Your trust level was T${get('from')} and is T${get('to')} now. Your limits follow it.`],
    link: { words: 'What it allows:', path: '/account/trust' },
  }),
  factor_added: ({ get }) => ({
    subject: 'a second factor was added',
    lines: [`${factorEnglish(get('factor'))} was added to your account.`],
    link: { words: 'Your factors:', path: '/account/security' },
  }),
  factor_removed: ({ get }) => ({
    subject: 'a second factor was removed',
    lines: [`${factorEnglish(get('factor'))} was removed from your account.`],
    link: { words: 'Your factors:', path: '/account/security' },
  }),
  recovery_codes_made: () => ({
    subject: 'new recovery codes were made',
    lines: ['New recovery codes were made for your account. All earlier ones are void.'],
    link: { words: 'Your factors:', path: '/account/security' },
  }),
  recovery_code_used: () => ({
    subject: 'a recovery code was used',
    lines: ['One of your recovery codes was used in place of your second factor.'],
    link: { words: 'Your factors:', path: '/account/security' },
  }),
  wrong_codes: ({ get }) => ({
    subject: 'wrong codes were given for your second factor',
    lines: [
      `${get('count')} wrong codes of your authenticator app were given in a row, by someone who is signed in as you but for that code.`,
      'After 100 of them the app is accepted no more until a passkey or a recovery code was used.',
    ],
    link: { words: 'Your factors:', path: '/account/security' },
  }),
  signed_in_new_device: ({ get }) => ({
    subject: 'a sign-in from a new device',
    lines: [
      `Someone signed in to your account from a device that we have not seen before: ${get('device') || 'unknown'}, network ${get('place') || 'unknown'}.`,
    ],
  }),
  role_changed: ({ get }) => ({
    subject: 'your role in the house has changed',
    lines: [`Your role is now: ${roleEnglish(get('role'))}. You were signed out everywhere and can sign in again.`],
  }),
  account_closed: () => ({
    subject: 'your account is closed',
    lines: [
      'Your account was closed, and what we held about you was deleted but for the books, which stay under a pseudonym.',
      'If you sign in with Venice again, the same account opens, with its books and its trust history.',
    ],
  }),
};

const italian: Texts = {
  ...italianCashOuts,
  ...italianCredentials,
  ...italianMoney,
  ...italianPeers,
  ...italianOffers,
  ...italianPlan,
  ...italianMarket,
  ...italianPeople,
  verify_email: ({ secret }) => ({
    subject: 'conferma il tuo indirizzo e-mail',
    lines: [
      'Qualcuno che ha effettuato l’accesso a CASCADE ha dato questo indirizzo come proprio. Se sei tu, confermalo entro un giorno.',
      'Se non sei tu, non fare nulla: senza la tua conferma qui non verrà mai inviato nulla.',
    ],
    link: { words: 'Conferma questo indirizzo:', path: `/verify-email?token=${secret}` },
  }),
  email_replaced: () => ({
    subject: 'questo indirizzo non è più in uso',
    lines: [
      'L’indirizzo di contatto del tuo conto è stato cambiato o tolto. D’ora in poi qui non arrivano più lettere.',
    ],
  }),
  email_changed: () => ({
    subject: 'il tuo indirizzo di contatto è cambiato',
    lines: ['L’indirizzo di contatto del tuo conto è cambiato. Le lettere ora arrivano a questo indirizzo.'],
    link: { words: 'Il tuo indirizzo di contatto:', path: '/account/contact' },
  }),
  tier_changed: ({ get }) => ({
    subject: 'il tuo livello è cambiato',
    lines: [`Il tuo livello era ${get('from')} e ora è ${get('to')}. Ciò che puoi usare e le commissioni lo seguono.`],
    link: { words: 'Che cosa permette:', path: '/account/trust' },
  }),
  trust_changed: ({ get }) => ({
    subject: 'il tuo grado di fiducia è cambiato',
    lines: [`Il tuo grado di fiducia era T${get('from')} e ora è T${get('to')}. I tuoi limiti lo seguono.`],
    link: { words: 'Che cosa permette:', path: '/account/trust' },
  }),
  factor_added: ({ get }) => ({
    subject: 'è stato aggiunto un secondo fattore',
    lines: [`Al tuo conto è stato aggiunto: ${factorItalian(get('factor'))}.`],
    link: { words: 'I tuoi fattori:', path: '/account/security' },
  }),
  factor_removed: ({ get }) => ({
    subject: 'è stato tolto un secondo fattore',
    lines: [`Dal tuo conto è stato tolto: ${factorItalian(get('factor'))}.`],
    link: { words: 'I tuoi fattori:', path: '/account/security' },
  }),
  recovery_codes_made: () => ({
    subject: 'sono stati creati nuovi codici di recupero',
    lines: ['Per il tuo conto sono stati creati nuovi codici di recupero. Quelli di prima non valgono più.'],
    link: { words: 'I tuoi fattori:', path: '/account/security' },
  }),
  recovery_code_used: () => ({
    subject: 'è stato usato un codice di recupero',
    lines: ['Uno dei tuoi codici di recupero è stato usato al posto del secondo fattore.'],
    link: { words: 'I tuoi fattori:', path: '/account/security' },
  }),
  wrong_codes: ({ get }) => ({
    subject: 'codici sbagliati per il tuo secondo fattore',
    lines: [
      `Sono stati dati ${get('count')} codici sbagliati di fila della tua app di autenticazione, da qualcuno che è entrato come te salvo quel codice.`,
      'Dopo 100 l’app non viene più accettata finché non si usa una passkey o un codice di recupero.',
    ],
    link: { words: 'I tuoi fattori:', path: '/account/security' },
  }),
  signed_in_new_device: ({ get }) => ({
    subject: 'un accesso da un nuovo dispositivo',
    lines: [
      `Qualcuno è entrato nel tuo conto da un dispositivo mai visto prima: ${get('device') || 'sconosciuto'}, rete ${get('place') || 'sconosciuta'}.`,
    ],
  }),
  role_changed: ({ get }) => ({
    subject: 'il tuo ruolo nella casa è cambiato',
    lines: [`Il tuo ruolo ora è: ${roleItalian(get('role'))}. Sei stato disconnesso ovunque e puoi entrare di nuovo.`],
  }),
  account_closed: () => ({
    subject: 'il tuo conto è chiuso',
    lines: [
      'Il tuo conto è stato chiuso, e ciò che sapevamo di te è stato cancellato, tranne i libri, che restano sotto uno pseudonimo.',
      'Se entri di nuovo con Venezia, si riapre lo stesso conto, con i suoi libri e la sua storia di fiducia.',
    ],
  }),
};

const texts: Readonly<Record<MailLocale, Texts>> = { en: english, it: italian };

function factorEnglish(factor: string): string {
  if (factor === 'totp') return 'An authenticator app';
  if (factor === 'all') return 'Every second factor';
  return factor === 'passkey' ? 'A passkey' : 'A second factor';
}

function factorItalian(factor: string): string {
  if (factor === 'totp') return 'un’app di autenticazione';
  if (factor === 'all') return 'ogni secondo fattore';
  return factor === 'passkey' ? 'una passkey' : 'un secondo fattore';
}

function roleEnglish(role: string): string {
  return role === 'citizen' ? 'citizen' : `operator (${role})`;
}

function roleItalian(role: string): string {
  return role === 'citizen' ? 'cittadino' : `operatore (${role})`;
}
