'use client';

import { Flag } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { lazy, Suspense, useState } from 'react';

import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { SubjectKind } from '#server/market/people/people-schema.ts';

const ReportDialog = lazy(async () => {
  const { ReportDialog: dialog } = await import('#components/moderation/report-dialog.tsx');
  return { default: dialog };
});

/** What a whole page is about is named on the button; what stands in the midst of it needs no name. */
const ofPages: readonly SubjectKind[] = ['listing', 'storefront', 'banner'];

interface ReportButtonProps {
  subjectKind: SubjectKind;
  subjectId: string;
}

/** Tells the house of something that another citizen wrote or shows; reported again, it is heard once. */
export function ReportButton({ subjectKind, subjectId }: ReportButtonProps) {
  const t = useTranslations('moderation.report');
  const hydrated = useHydrated();
  const [state, setState] = useState<'unasked' | 'open' | 'closed'>('unasked');
  return (
    <>
      <Button
        size="small"
        variant="quiet"
        disabled={!hydrated}
        aria-label={t(subjectKind)}
        onClick={() => setState('open')}
      >
        <Flag aria-hidden="true" className="size-icon-sm" />
        {ofPages.includes(subjectKind) ? t(subjectKind) : t('open')}
      </Button>
      {state === 'unasked' ? null : (
        <Suspense>
          <ReportDialog
            subjectKind={subjectKind}
            subjectId={subjectId}
            open={state === 'open'}
            onClose={() => setState('closed')}
          />
        </Suspense>
      )}
    </>
  );
}
