'use client';

import { ShieldAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { usePathname } from 'next/navigation';
import { useState } from 'react';

import { factorBannerCookie, keepChoice } from '#components/layout/preferences.ts';
import { Button } from '#components/ui/button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

const notOn = /^\/(?:account\/security|sign-in)(?:\/|$)/;

/** Encourages whoever has no second factor to add one, until they put it away. The server says whether it is due. */
export function FactorBanner() {
  const t = useTranslations('security.banner');
  const path = usePathname();
  const hydrated = useHydrated();
  const [isDismissed, setDismissed] = useState(false);
  if (isDismissed || notOn.test(path)) return null;
  const dismiss = () => {
    keepChoice(factorBannerCookie, 'dismissed');
    setDismissed(true);
    // The button is gone with the banner, and the keyboard goes on from the content below it.
    document.getElementById('main')?.focus();
  };
  return (
    <aside aria-label={t('label')} className="border-b border-line bg-gold-soft">
      <div className="mx-auto flex w-full max-w-page flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1 sm:px-6">
        <ShieldAlert aria-hidden="true" className="size-icon shrink-0 text-gold" />
        <p className="min-w-0 flex-1 text-sm">
          {t('text')}{' '}
          <TextLink href="/account/security" prefetch={false}>
            {t('link')}
          </TextLink>
        </p>
        <Button variant="quiet" size="small" disabled={!hydrated} onClick={dismiss}>
          {t('dismiss')}
        </Button>
      </div>
    </aside>
  );
}
