import { Mail, SlidersHorizontal, UserRound } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { CartLink } from '#components/cart/cart-link.tsx';
import { CommandPalette } from '#components/command/command-palette.tsx';
import { AccountPanel } from '#components/layout/account-panel.tsx';
import { DisclosureMenu } from '#components/layout/disclosure-menu.tsx';
import { HomeLink } from '#components/layout/home-link.tsx';
import { NavLinks } from '#components/layout/nav-links.tsx';
import type { Theme } from '#components/layout/preferences.ts';
import type { Visitor } from '#components/layout/visitor.ts';
import { NotificationBell } from '#components/notification/notification-bell.tsx';
import { Wordmark } from '#components/layout/wordmark.tsx';
import { Amount } from '#components/money/amount.tsx';
import { CountLink } from '#components/ui/count-link.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

interface HeaderProps {
  visitor: Visitor | null;
  /** Units in the cart. */
  inCart: number;
  theme: Theme;
}

export function Header({ visitor, inCart, theme }: HeaderProps) {
  const t = useTranslations('layout');
  const proof = useTranslations('proof');
  const owesFactor = visitor?.owesSecondFactor === true;
  const isSignedIn = visitor !== null && !owesFactor;
  return (
    <header className="rule-double bg-surface">
      <div className="relative mx-auto flex min-h-bar w-full max-w-page items-center gap-2 px-4 sm:gap-3 sm:px-6">
        <HomeLink label={t('home')}>
          <Wordmark />
        </HomeLink>
        <nav aria-label={t('nav.label')} className="ml-3 hidden flex-1 lg:block">
          <NavLinks look="bar" balance={visitor === null ? null : <Balance visitor={visitor} />} />
        </nav>
        <div className="ml-auto flex items-center gap-1 sm:gap-2">
          {/* A narrow screen has no room for it beside the way to sign in; the market has its own search. */}
          <div className={isSignedIn ? undefined : 'hidden sm:block'}>
            <CommandPalette isSignedIn={visitor !== null} isOperator={visitor?.role === 'operator'} theme={theme} />
          </div>
          <div className={owesFactor ? 'hidden sm:block' : undefined}>
            <CartLink count={inCart} />
          </div>
          {visitor === null || visitor.unreadMessages === null ? null : (
            // A narrow screen has it in the menu.
            <div className="hidden sm:block">
              <CountLink
                href="/messages"
                icon={Mail}
                label={t('messages', { count: visitor.unreadMessages })}
                count={visitor.unreadMessages}
              />
            </div>
          )}
          {visitor === null || visitor.unread === null ? null : <NotificationBell unread={visitor.unread} />}
          <div className={isSignedIn ? '-mr-3' : undefined}>
            <DisclosureMenu
              label={visitor === null ? t('menu.preferences') : t('menu.account', { name: visitor.displayName })}
              summary={
                visitor === null ? (
                  <SlidersHorizontal aria-hidden="true" className="size-icon" />
                ) : (
                  <UserRound aria-hidden="true" className="size-icon" />
                )
              }
            >
              <AccountPanel visitor={visitor} theme={theme} />
            </DisclosureMenu>
          </div>
          {owesFactor ? (
            <LinkButton href="/sign-in/factor" size="small" prefetch={false}>
              {proof('signIn.finish')}
            </LinkButton>
          ) : null}
          {visitor === null ? (
            <LinkButton href="/sign-in" size="small" prefetch={false}>
              {t('signIn')}
            </LinkButton>
          ) : null}
        </div>
      </div>
    </header>
  );
}

function Balance({ visitor }: { visitor: Visitor }) {
  if (visitor.availableMinor === null) return null;
  return (
    <span className="rounded-md border border-line bg-page px-2 text-sm font-medium text-text">
      <Amount asset="DUCAT" minor={visitor.availableMinor} unit="mark" />
    </span>
  );
}
