import { useFormatter, useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { NoticeTone } from '#components/ui/notice.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { Finding, LedgerReport } from '#server/ledger/checker.ts';

type Verdict = 'ok' | 'look' | 'wrong';

const tones: Record<Verdict, NoticeTone> = { ok: 'success', look: 'info', wrong: 'danger' };
const counted = ['accounts', 'transfers', 'entries', 'refusals', 'openPendings'] as const;

/** Whether the books agree, what the checker counted, and what it found. */
export function BooksReport({ report }: { report: LedgerReport }) {
  const t = useTranslations('operator');
  const format = useFormatter();
  const verdict = verdictOf(report);
  return (
    <section aria-labelledby="books" className="flex flex-col gap-4">
      <h2 id="books" className="font-display text-display-sm font-semibold">
        {t('books.title')}
      </h2>
      <Notice tone={tones[verdict]} title={t(`books.${verdict}`)}>
        <p>{t(`books.${verdict}Text`, { count: report.findings.length })}</p>
        <p className="text-sm">
          {t('books.checkedAt', {
            time: format.dateTime(report.checkedAt, { dateStyle: 'medium', timeStyle: 'medium' }),
          })}
        </p>
      </Notice>
      <Figures
        figures={counted.map((name) => ({
          key: name,
          label: t(`books.${name}`),
          value: format.number(report.figures[name]),
        }))}
      />
      {report.findings.length === 0 ? null : <Findings findings={report.findings} />}
    </section>
  );
}

function verdictOf(report: LedgerReport): Verdict {
  if (!report.ok) return 'wrong';
  return report.findings.length === 0 ? 'ok' : 'look';
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const t = useTranslations('operator.findings');
  const format = useFormatter();
  const columns: Column<Finding>[] = [
    { key: 'check', header: t('check'), isTitle: true, cell: (finding) => <code>{finding.check}</code> },
    {
      key: 'severity',
      header: t('severity'),
      cell: (finding) => <Badge tone={finding.severity === 'hard' ? 'danger' : 'gold'}>{t(finding.severity)}</Badge>,
    },
    { key: 'count', header: t('count'), align: 'end', cell: (finding) => format.number(finding.count) },
    { key: 'place', header: t('place'), cell: (finding) => finding.place },
    { key: 'expected', header: t('expected'), cell: (finding) => finding.expected },
    { key: 'actual', header: t('actual'), cell: (finding) => finding.actual },
  ];
  return (
    <div className="flex flex-col gap-3">
      <h3 className="text-lg font-semibold">{t('title')}</h3>
      <Table caption={t('caption')} columns={columns} rows={findings} rowKey={(finding) => finding.check} />
    </div>
  );
}
