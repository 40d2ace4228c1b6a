import { useTranslations } from 'next-intl';

import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';

interface Defect {
  transferId: string;
  code: string;
  detail: string;
}

const known = ['take_unsatisfied', 'overdraft', 'units_missing'] as const;

/** Transfers whose units could not be taken as they should have been. */
export function DefectsTable({ defects }: { defects: readonly Defect[] }) {
  const t = useTranslations('provenance.desk.defects');
  if (defects.length === 0) return <p className="text-muted">{t('none')}</p>;
  const columns: Column<Defect>[] = [
    {
      key: 'transfer',
      header: t('transfer'),
      isTitle: true,
      cell: ({ transferId }) => <code className="text-sm break-all">{transferId}</code>,
    },
    {
      key: 'what',
      header: t('what'),
      cell: ({ code }) => {
        const name = known.find((one) => one === code);
        return name === undefined ? code : t(`codes.${name}`);
      },
    },
    { key: 'amount', header: t('amount'), align: 'end', cell: ({ detail }) => detail },
  ];
  return (
    <Table
      caption={t('caption')}
      columns={columns}
      rows={defects}
      rowKey={({ transferId, code }) => `${transferId} ${code}`}
    />
  );
}
