import { useTranslations } from 'next-intl';
import Link from 'next/link';
import type { ReactNode } from 'react';

import { LanguageChoice } from '#components/layout/language-choice.tsx';
import type { Theme } from '#components/layout/preferences.ts';
import { ThemeChoice } from '#components/layout/theme-choice.tsx';
import type { Visitor } from '#components/layout/visitor.ts';
import { Amount } from '#components/money/amount.tsx';
import { SignOutButton } from '#components/session/sign-out-button.tsx';
import { Badge } from '#components/ui/badge.tsx';

export function AccountPanel({ visitor, theme }: { visitor: Visitor | null; theme: Theme }) {
  const t = useTranslations('layout');
  return (
    <>
      {visitor === null ? null : <Account visitor={visitor} />}
      <ThemeChoice theme={theme} />
      <LanguageChoice />
      {visitor === null ? null : (
        <SignOutButton variant="secondary" size="small" failure={t('signOutFailed')}>
          {t('signOut')}
        </SignOutButton>
      )}
    </>
  );
}

function Account({ visitor }: { visitor: Visitor }) {
  const t = useTranslations('layout');
  const tier = useTranslations('tier');
  return (
    <div className="flex flex-col gap-3 border-b border-line pb-3">
      <div className="flex flex-col gap-1">
        <div className="flex items-start justify-between gap-2">
          <p className="font-semibold">{visitor.displayName}</p>
          <Badge tone="gold">{tier(visitor.tier)}</Badge>
        </div>
        <p className="text-sm text-muted">{visitor.username}</p>
        {visitor.availableMinor === null ? null : (
          <p className="text-sm">
            {t.rich('menu.available', {
              amount: () => <Amount asset="DUCAT" minor={visitor.availableMinor ?? 0n} />,
            })}
          </p>
        )}
      </div>
      <ul className="flex flex-col">
        <PanelLink href="/account">{t('menu.hub')}</PanelLink>
        <PanelLink href="/account/buying">{t('menu.buying')}</PanelLink>
        <PanelLink href="/account/wishlist">{t('menu.wishlist')}</PanelLink>
        <PanelLink href="/messages" count={visitor.unreadMessages ?? 0}>
          {t('menu.messages')}
        </PanelLink>
        <PanelLink href="/wallet/top-up">{t('menu.topUp')}</PanelLink>
        <PanelLink href="/sell/new">{t('menu.newListing')}</PanelLink>
        {visitor.role === 'operator' ? <PanelLink href="/operator">{t('menu.operator')}</PanelLink> : null}
      </ul>
    </div>
  );
}

function PanelLink({ href, count = 0, children }: { href: string; count?: number; children: ReactNode }) {
  return (
    <li>
      <Link
        href={href}
        prefetch={false}
        className="-mx-2 flex min-h-control-sm items-center justify-between gap-3 rounded-md px-2 font-medium text-accent transition-colors hover:bg-accent-soft"
      >
        {children}
        {count === 0 ? null : <span className="figures text-sm font-semibold">{count}</span>}
      </Link>
    </li>
  );
}
