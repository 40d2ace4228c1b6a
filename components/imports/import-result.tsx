import { useFormatter, useTranslations } from 'next-intl';

import { UndoButton } from '#components/imports/undo-button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ImportView } from '#server/market/imports/import-schema.ts';

const outcomes = ['created', 'updated', 'kept', 'skipped', 'left'] as const;

/** What an import did, and what was taken back of it. */
export function ImportResult({ view }: { view: ImportView }) {
  const t = useTranslations('imports');
  const errors = useTranslations('errors.code');
  const format = useFormatter();
  const undone = [
    { key: 'archived', label: t('result.archived'), value: format.number(view.undone.archived) },
    { key: 'restored', label: t('result.restored'), value: format.number(view.undone.restored) },
    { key: 'left', label: t('result.undoLeft'), value: format.number(view.undone.left) },
  ];
  return (
    <>
      {view.state === 'stopped' ? <Notice tone="danger" title={errors('import_failed')} /> : null}
      <div className="grid gap-6 md:grid-cols-2">
        <Card as="section" labelledBy="did">
          <h2 id="did" className="pb-2 text-lg font-semibold">
            {t('result.heading')}
          </h2>
          <Figures
            figures={outcomes.map((key) => ({
              key,
              label: t(`result.${key}`),
              value: format.number(view.outcomes[key]),
            }))}
          />
        </Card>
        {view.state === 'undone' ? (
          <Card as="section" labelledBy="undone">
            <h2 id="undone" className="pb-2 text-lg font-semibold">
              {t('result.undoneHeading')}
            </h2>
            <Figures figures={undone} />
          </Card>
        ) : null}
      </div>
      <div className="flex flex-wrap items-center gap-4">
        {view.undoUntil === null ? null : (
          <>
            <UndoButton importId={view.id} />
            <p className="text-sm text-muted">
              {t('undo.until', { date: format.dateTime(view.undoUntil, { dateStyle: 'long', timeStyle: 'short' }) })}
            </p>
          </>
        )}
        <TextLink href="/sell">{t('result.see')}</TextLink>
      </div>
    </>
  );
}
