import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { DisputeDetail } from '#server/payments/disputes/dispute-queries.ts';

type Seller = DisputeDetail['sellers'][number];

/** What the buyer owes for a dispute, and which sellers wait for it. */
export function DisputeDebt({ dispute }: { dispute: DisputeDetail }) {
  const t = useTranslations('disputes.detail');
  const columns: Column<Seller>[] = [
    { key: 'name', header: t('seller'), isTitle: true, cell: (row) => <span className="break-words">{row.name}</span> },
    {
      key: 'taken',
      header: t('taken'),
      align: 'end',
      cell: (row) => <Amount asset="DUCAT" minor={row.takenMinor} unit="mark" />,
    },
    {
      key: 'back',
      header: t('returned'),
      align: 'end',
      cell: (row) => <Amount asset="DUCAT" minor={row.returnedMinor} unit="mark" />,
    },
  ];
  return (
    <section aria-labelledby="debt" className="flex flex-col gap-4">
      <h2 id="debt" className="font-display text-display-sm font-semibold">
        {t('debt')}
      </h2>
      <div className="max-w-form">
        <Figures
          figures={[
            { key: 'repaid', label: t('repaid'), value: <Amount asset="USD" minor={dispute.repaidMinor} /> },
            {
              key: 'writtenOff',
              label: t('writtenOff'),
              value: <Amount asset="USD" minor={dispute.writtenOffMinor} />,
            },
            { key: 'owed', label: t('owed'), value: <Amount asset="USD" minor={dispute.owedMinor} />, isTotal: true },
          ]}
        />
      </div>
      {dispute.sellers.length === 0 ? (
        <p className="text-muted">{t('sellersEmpty')}</p>
      ) : (
        <Table
          caption={t('sellers')}
          columns={columns}
          rows={dispute.sellers}
          rowKey={(row) => `${row.name} ${String(row.takenMinor)}`}
        />
      )}
    </section>
  );
}
