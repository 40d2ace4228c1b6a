'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

import { useImportStep } from '#components/imports/use-import-step.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Progress } from '#components/ui/progress.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { ImportState } from '#server/market/imports/import-schema.ts';

const everyMs = 1_000;

interface ImportProgressProps {
  importId: string;
  /** As the page was rendered with. */
  state: ImportState;
  done: number;
  toDo: number;
}

/** How far the worker has come; asks every second, and has the page rendered anew when it has ended. */
export function ImportProgress({ importId, state, ...counts }: ImportProgressProps) {
  const t = useTranslations('imports');
  const trpc = useTRPC();
  const router = useRouter();
  const hydrated = useHydrated();
  const step = useImportStep(importId);
  const { data } = useQuery({
    ...trpc.imports.byId.queryOptions({ importId }),
    refetchInterval: everyMs,
    staleTime: 0,
  });
  const hasMoved = data !== undefined && data.state !== state;
  useEffect(() => {
    if (hasMoved) router.refresh();
  }, [hasMoved, router]);
  const { done, toDo } = data ?? counts;
  const percent = toDo === 0 ? 0 : Math.floor((done * 100) / toDo);
  const isReading = state === 'uploaded';
  return (
    <section className="flex flex-col gap-4 rounded-md border border-line bg-surface p-4 sm:p-6">
      <h2 className="text-lg font-semibold">
        {isReading ? t('reading.title') : t(state === 'undoing' ? 'progress.undoing' : 'progress.applying')}
      </h2>
      <Progress label={t('progress.label')} {...(isReading ? {} : { value: done, max: Math.max(toDo, 1) })} />
      {isReading ? null : <p className="figures">{t('progress.rows', { done, of: toDo, percent })}</p>}
      <p className="text-muted">{isReading ? t('reading.text') : t('progress.text')}</p>
      {state === 'undoing' ? null : (
        <div>
          <Button
            variant="secondary"
            disabled={!hydrated}
            pending={step.isPending}
            onClick={() => step.cancel(isReading ? t('preview.givenUp') : t('progress.stopped'))}
          >
            {t('progress.stop')}
          </Button>
        </div>
      )}
    </section>
  );
}
