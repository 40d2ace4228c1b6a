import { useTranslations } from 'next-intl';

import { openColumns } from '#server/market/imports/import-schema.ts';

/** What only buyers read is told as one, behind the attributes. */
const columns = [...openColumns, 'attribute', 'content'] as const;

/** What may stand in each column of a file. */
export function ColumnHelp() {
  const t = useTranslations('imports.columns');
  return (
    <details className="rounded-md border border-line bg-surface">
      <summary className="cursor-pointer p-4 font-semibold sm:px-6">{t('heading')}</summary>
      <div className="flex flex-col gap-4 px-4 pb-4 sm:px-6 sm:pb-6">
        <p className="max-w-prose text-muted">{t('lead')}</p>
        <dl className="grid grid-cols-1 gap-x-6 gap-y-1 sm:grid-cols-[10rem_1fr]">
          {columns.map((column) => (
            <div key={column} className="contents">
              <dt className="font-medium wrap-anywhere">{column}</dt>
              <dd className="mb-2 text-muted sm:mb-0">{t(column)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </details>
  );
}
