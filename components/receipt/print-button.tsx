'use client';

import { useTranslations } from 'next-intl';

import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Opens the browser's own print dialog. Without scripts the browser's menu does the same, so it is not shown. */
export function PrintButton() {
  const t = useTranslations('receipt');
  const hydrated = useHydrated();
  if (!hydrated) return null;
  return (
    <div className="print:hidden">
      <Button variant="secondary" onClick={() => globalThis.print()}>
        {t('print')}
      </Button>
    </div>
  );
}
