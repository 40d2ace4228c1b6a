'use client';

import { Landmark, ScrollText, Store, Tags } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

import { localePrefix, withoutLocale, withPrefix } from '#components/layout/public-path.ts';
import { classNames } from '#components/ui/class-names.ts';
import { OnItsWay } from '#components/ui/on-its-way.tsx';

const places = [
  { key: 'market', href: '/market', under: ['/market', '/listings', '/sellers'], icon: Store, isPublic: true },
  { key: 'orders', href: '/orders', under: ['/orders', '/offers', '/gifts'], icon: ScrollText, isPublic: false },
  { key: 'sell', href: '/sell/overview', under: ['/sell'], icon: Tags, isPublic: false },
  { key: 'wallet', href: '/wallet', under: ['/wallet'], icon: Landmark, isPublic: false },
] as const;

interface NavLinksProps {
  look: 'bar' | 'bottom';
  /** The amount shown beside the wallet. */
  balance?: ReactNode;
}

/** The four places of the product: a row in the header, or a bar under the thumb on a narrow screen. */
export function NavLinks({ look, balance }: NavLinksProps) {
  const t = useTranslations('layout.nav');
  const path = usePathname();
  const here = withoutLocale(path);
  const prefix = localePrefix(path);
  return (
    <ul className={look === 'bar' ? 'flex items-center gap-1' : 'grid grid-cols-4'}>
      {places.map(({ key, href, under, icon: Icon, isPublic }) => {
        const isCurrent = under.some((start) => here === start || here.startsWith(`${start}/`));
        return (
          <li key={key}>
            <Link
              href={isPublic ? withPrefix(prefix, href) : href}
              prefetch={false}
              aria-current={isCurrent ? 'page' : undefined}
              className={classNames(
                'flex items-center justify-center transition-colors',
                look === 'bar'
                  ? 'min-h-control gap-2 rounded-md px-3 hover:bg-accent-soft'
                  : 'min-h-bar flex-col gap-1 text-xs',
                isCurrent ? 'font-semibold text-accent' : 'font-medium text-text',
              )}
            >
              {look === 'bottom' ? <Icon aria-hidden="true" className="size-icon" /> : null}
              <span className={classNames(look === 'bar' && isCurrent && 'underline decoration-2 underline-offset-8')}>
                {t(key)}
              </span>
              {key === 'wallet' && look === 'bar' ? balance : null}
              <OnItsWay />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
