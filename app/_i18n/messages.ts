import type { Locale } from './locale.ts';

/** One catalogue per noun; the file's name is its namespace. */
const nouns = [
  'account',
  'block',
  'cart',
  'cash-out',
  'category',
  'command',
  'common',
  'conversation',
  'debt',
  'discounts',
  'disputes',
  'errors',
  'events',
  'fees',
  'help',
  'home',
  'layout',
  'listing',
  'mailbox',
  'market',
  'moderation',
  'money',
  'notification',
  'operator',
  'order',
  'people',
  'plan',
  'privacy',
  'process',
  'proof',
  'provenance',
  'receipt',
  'reconciliation',
  'record',
  'refund',
  'reserve',
  'searches',
  'review',
  'security',
  'sell',
  'send',
  'session',
  'sign-in',
  'storefront',
  'terms',
  'tier',
  'top-up',
  'trust',
  'venice',
  'wallet',
  'wallet-sign-in',
] as const;

/** What islands in the browser say; the rest is only ever said by the server. */
const spokenInBrowser: readonly string[] = [
  'account',
  'block',
  'cart',
  'cash-out',
  'category',
  'command',
  'common',
  'conversation',
  'debt',
  'discounts',
  'disputes',
  'errors',
  'events',
  'layout',
  'listing',
  'moderation',
  'money',
  'notification',
  'operator',
  'order',
  'people',
  'plan',
  'process',
  'proof',
  'receipt',
  'reconciliation',
  'refund',
  'searches',
  'review',
  'security',
  'sell',
  'send',
  'session',
  'storefront',
  'tier',
  'top-up',
  'trust',
  'wallet',
  'wallet-sign-in',
];

interface Catalogue {
  default: Record<string, unknown>;
}

export async function loadMessages(locale: Locale): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    nouns.map(async (noun) => {
      const catalogue = (await import(`../_messages/${locale}/${noun}.json`)) as Catalogue;
      return [noun, catalogue.default] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** The part of the messages that travels to the browser. */
export function messagesForBrowser<Messages extends object>(messages: Messages): Partial<Messages> {
  return Object.fromEntries(
    Object.entries(messages).filter(([noun]) => spokenInBrowser.includes(noun)),
  ) as Partial<Messages>;
}
