'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useImportStep } from '#components/imports/use-import-step.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Takes back what an import did. What it made is archived for good, so it asks first. */
export function UndoButton({ importId }: { importId: string }) {
  const t = useTranslations('imports.undo');
  const common = useTranslations('common');
  const hydrated = useHydrated();
  const [isAsking, setAsking] = useState(false);
  const step = useImportStep(importId);
  return (
    <>
      <Button variant="secondary" disabled={!hydrated} onClick={() => setAsking(true)}>
        {t('button')}
      </Button>
      <Dialog open={isAsking} onClose={() => setAsking(false)} title={t('title')} closeLabel={common('close')}>
        <p>{t('text')}</p>
        <div className="flex flex-col gap-3 sm:flex-row sm:justify-end">
          <Button variant="secondary" onClick={() => setAsking(false)}>
            {common('cancel')}
          </Button>
          <Button variant="danger" pending={step.isPending} onClick={() => step.undo(t('started'))}>
            {t('confirm')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
