import type { MailLocale } from './schema.ts';

/** What stands at the end of letters, by language. */

/** For letters about the safety of an account. */
export const warning: Readonly<Record<MailLocale, (appUrl: string) => string>> = {
  en: (appUrl) => `Was this not you? Then end your other sessions at once:\n${appUrl}/account/sessions`,
  it: (appUrl) => `Non è opera tua? Allora chiudi subito le altre sessioni:\n${appUrl}/account/sessions`,
};

export const closing: Readonly<Record<MailLocale, (appUrl: string) => string>> = {
  en: (appUrl) => `CASCADE, the ducat market of Venice\n${appUrl}`,
  it: (appUrl) => `CASCADE, il mercato del ducato di Venezia\n${appUrl}`,
};
