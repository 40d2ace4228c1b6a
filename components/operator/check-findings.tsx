import { useFormatter, useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { Finding } from '#server/ledger/checker.ts';
import type { CheckKind, CheckRun } from '#server/ledger/check-runs.ts';

type Found = Finding & { kinds: CheckKind[] };

/** What the last check of each kind found, the gravest first; nothing where they found nothing. */
export function CheckFindings({ runs }: { runs: readonly CheckRun[] }) {
  const t = useTranslations('operator.findings');
  const kinds = useTranslations('operator.check.kind');
  const format = useFormatter();
  const found = foundBy(runs);
  if (found.length === 0) return null;
  const text = (words: string) => <span className="wrap-anywhere">{words}</span>;
  const columns: Column<Found>[] = [
    {
      key: 'check',
      header: t('check'),
      isTitle: true,
      cell: (row) => <code className="text-sm wrap-anywhere md:whitespace-nowrap">{row.check}</code>,
    },
    {
      key: 'severity',
      header: t('severity'),
      cell: (row) => <Badge tone={row.severity === 'hard' ? 'danger' : 'gold'}>{t(row.severity)}</Badge>,
    },
    { key: 'kind', header: t('seenBy'), cell: (row) => format.list(row.kinds.map((kind) => kinds(kind))) },
    { key: 'count', header: t('count'), align: 'end', cell: (row) => format.number(row.count) },
    { key: 'place', header: t('place'), cell: (row) => text(row.place) },
    { key: 'expected', header: t('expected'), cell: (row) => text(row.expected) },
    { key: 'actual', header: t('actual'), cell: (row) => text(row.actual) },
  ];
  return (
    <div className="flex flex-col gap-3">
      <h3 className="text-lg font-semibold">{t('title')}</h3>
      <Table caption={t('caption')} columns={columns} rows={found} rowKey={(row) => row.check} />
    </div>
  );
}

/** One row per check, as the newest of the runs that found it says it. */
function foundBy(runs: readonly CheckRun[]): Found[] {
  const found = new Map<string, Found>();
  const newestFirst = runs.toSorted((left, right) => right.finishedAt.getTime() - left.finishedAt.getTime());
  for (const { kind, findings } of newestFirst) {
    for (const finding of findings) {
      const known = found.get(finding.check);
      if (known === undefined) found.set(finding.check, { ...finding, kinds: [kind] });
      else known.kinds.push(kind);
    }
  }
  return [...found.values()].toSorted((left, right) => rankOf(left) - rankOf(right));
}

function rankOf(finding: Finding): number {
  return finding.severity === 'hard' ? 0 : 1;
}
