import type { Locale } from './locale.ts';

/** One catalogue per noun; the file's name is its namespace. */
const nouns = [
  'account',
  'block',
  'buying',
  'cart',
  'cash-out',
  'category',
  'command',
  'common',
  'conversation',
  'credentials',
  'dashboard',
  'debt',
  'discounts',
  'disputes',
  'errors',
  'events',
  'failure',
  'featured',
  'fees',
  'gift',
  'help',
  'home',
  'imports',
  'layout',
  'listing',
  'mailbox',
  'market',
  'moderation',
  'money',
  'notification',
  'offer',
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
  'wishlist',
] as const;

export type Noun = (typeof nouns)[number];

/** What the frame of every page says in the browser; it travels with every page, so it is kept short. */
export const spokenByFrame: readonly Noun[] = ['category', 'command', 'common', 'failure', 'layout', 'money', 'tier'];

/** What islands in the browser say on the pages of citizens and operators; the rest is only ever said by the server. */
export const spokenByIslands: readonly Noun[] = [
  'account',
  'block',
  'cart',
  'cash-out',
  'conversation',
  'credentials',
  'debt',
  'discounts',
  'disputes',
  'errors',
  'events',
  'featured',
  'gift',
  'imports',
  'listing',
  'moderation',
  'notification',
  'offer',
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
  'top-up',
  'trust',
  'wallet',
  'wallet-sign-in',
  'wishlist',
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

/** The part of the messages that travels to the browser: the texts of these nouns. */
export function messagesOf<Messages extends object>(messages: Messages, spoken: readonly Noun[]): Partial<Messages> {
  const said = new Set<string>(spoken);
  return Object.fromEntries(Object.entries(messages).filter(([noun]) => said.has(noun))) as Partial<Messages>;
}
