import type { useTranslations } from 'next-intl';

import type { Suggested } from '#components/market/use-suggestions.ts';
import { withPrefix } from '#components/layout/public-path.ts';
import { categorySlugs } from '#server/market/catalogue/trade-schema.ts';

export interface Command {
  id: string;
  label: string;
  group: string;
  /** Where it leads; a command without an address is carried out by the palette itself. */
  href?: string;
  theme?: 'light' | 'dark' | 'system';
}

interface CommandContext {
  text: string;
  prefix: string;
  isSignedIn: boolean;
  isOperator: boolean;
  /** What the market has for the text. */
  suggested: readonly Suggested[];
  t: ReturnType<typeof useTranslations<'command'>>;
  category: ReturnType<typeof useTranslations<'category'>>;
}

const listed = 11;

/** Where a citizen goes, most often first: what nobody typed for shows the first of them. */
const places = [
  ['wallet', '/wallet'],
  ['topUp', '/wallet/top-up'],
  ['orders', '/orders'],
  ['sold', '/orders?tab=sold'],
  ['messages', '/messages'],
  ['buying', '/account/buying'],
  ['wishlist', '/account/wishlist'],
  ['offers', '/offers'],
  ['sell', '/sell'],
  ['newListing', '/sell/new'],
  ['cart', '/cart'],
  ['send', '/wallet/send'],
  ['requests', '/wallet/requests'],
  ['cashOut', '/wallet/cash-out'],
  ['origins', '/wallet/origins'],
  ['overview', '/sell/overview'],
  ['discounts', '/sell/discounts'],
  ['import', '/sell/import'],
  ['storefront', '/sell/storefront'],
  ['notifications', '/account/notifications'],
  ['searches', '/account/searches'],
  ['reviews', '/account/reviews'],
  ['account', '/account'],
  ['plan', '/account/plan'],
  ['security', '/account/security'],
  ['credentials', '/account/credentials'],
  ['help', '/help'],
] as const;

/** What the palette offers for what was typed: commands that begin so, a search, then whatever else matches. */
export function findCommands(context: CommandContext): Command[] {
  const { text, prefix, isSignedIn, isOperator, suggested, t, category } = context;
  const wanted = text.trim().toLocaleLowerCase();
  const goTo = t('group.go');
  const browse = t('group.browse');
  const market = withPrefix(prefix, '/market');
  const commands: Command[] = [
    { id: 'market', label: t('go.market'), group: goTo, href: market },
    ...places.map(([id, href]) => ({ id, label: t(`go.${id}`), group: goTo, href })),
    ...(isOperator ? [{ id: 'operator', label: t('go.operator'), group: goTo, href: '/operator' }] : []),
    ...(isSignedIn ? [] : [{ id: 'sign-in', label: t('go.signIn'), group: goTo, href: '/sign-in' }]),
    ...categorySlugs.map((slug) => ({
      id: `category-${slug}`,
      label: category(`${slug}.name`),
      group: browse,
      href: `${market}?category=${slug}`,
    })),
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme-${theme}`,
      label: t(`theme.${theme}`),
      group: t('group.theme'),
      theme,
    })),
  ];
  if (wanted === '') return commands.slice(0, listed);
  const search = {
    id: 'search',
    label: t('search', { text: text.trim() }),
    group: browse,
    href: `${market}?q=${encodeURIComponent(text.trim())}`,
  };
  const matching = commands.filter((command) => command.label.toLocaleLowerCase().includes(wanted));
  const named = matching.filter((command) => command.label.toLocaleLowerCase().startsWith(wanted));
  const others = matching.filter((command) => !named.includes(command));
  const found = suggested
    .filter(({ kind }) => kind !== 'category')
    .map(({ kind, label, href }) => ({ id: `${kind} ${href}`, label, group: t(`kind.${kind}`), href }));
  return [...named, search, ...found, ...others].slice(0, listed);
}
