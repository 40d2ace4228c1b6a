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

/** What the palette offers for what was typed: commands that begin so, a search, then whatever else matches. */
export function findCommands(context: CommandContext): Command[] {
  const { text, prefix, isSignedIn, isOperator, suggested, t, category } = context;
  const wanted = text.trim().toLocaleLowerCase();
  const goTo = t('group.go');
  const browse = t('group.browse');
  const market = withPrefix(prefix, '/market');
  const commands: Command[] = [
    { id: 'market', label: t('go.market'), group: goTo, href: market },
    { id: 'wallet', label: t('go.wallet'), group: goTo, href: '/wallet' },
    { id: 'top-up', label: t('go.topUp'), group: goTo, href: '/wallet/top-up' },
    { id: 'orders', label: t('go.orders'), group: goTo, href: '/orders' },
    { id: 'sold', label: t('go.sold'), group: goTo, href: '/orders?tab=sold' },
    { id: 'messages', label: t('go.messages'), group: goTo, href: '/messages' },
    { id: 'buying', label: t('go.buying'), group: goTo, href: '/account/buying' },
    { id: 'wishlist', label: t('go.wishlist'), group: goTo, href: '/account/wishlist' },
    { id: 'offers', label: t('go.offers'), group: goTo, href: '/offers' },
    { id: 'sell', label: t('go.sell'), group: goTo, href: '/sell' },
    { id: 'new', label: t('go.newListing'), group: goTo, href: '/sell/new' },
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
