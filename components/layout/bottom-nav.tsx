import { useTranslations } from 'next-intl';

import { NavLinks } from '#components/layout/nav-links.tsx';

/**
 * The places of the product under the thumb, where the header has no room for them. On a public page they rest at its
 * end until its first part is passed.
 */
export function BottomNav() {
  const t = useTranslations('layout.nav');
  return (
    <nav
      aria-label={t('label')}
      className="sticky bottom-0 z-30 in-[body:has([data-clears-fold])]:static border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      <NavLinks look="bottom" />
    </nav>
  );
}
