import { useFormatter, useTranslations } from 'next-intl';

import { Pagination } from '#components/ui/pagination.tsx';
import { Table, type Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ReportKind, ReportLine, ReportPage } from '#server/market/imports/import-schema.ts';

interface ReportTableProps {
  kind: ReportKind;
  page: ReportPage;
  /** Where the first page and the next one are. */
  hrefOf: (after: number) => string;
  isFirst: boolean;
}

type ProblemKey = Parameters<ReturnType<typeof useTranslations<'imports.problem'>>>[0];

/** Rows of an import of which there is something to tell. */
export function ReportTable({ kind, page, hrefOf, isFirst }: ReportTableProps) {
  const t = useTranslations('imports.report');
  const problem = useTranslations('imports.problem');
  const format = useFormatter();
  const textOf = (code: string) => problem(problem.has(code as ProblemKey) ? (code as ProblemKey) : 'other');
  const isProblem = kind === 'problems';
  const place: Column<ReportLine>[] = [
    {
      key: 'row',
      header: t('row'),
      isTitle: true,
      cell: ({ rowNumber }) => (
        <>
          <span className="md:hidden">{t('row')} </span>
          {format.number(rowNumber)}
        </>
      ),
    },
  ];
  const what: Column<ReportLine>[] = isProblem
    ? [
        { key: 'column', header: t('column'), cell: ({ columnName }) => <Found>{columnName}</Found> },
        { key: 'found', header: t('found'), cell: ({ value }) => <Found>{value}</Found> },
        { key: 'problem', header: t('problem'), cell: ({ code }) => textOf(code) },
      ]
    : [
        { key: 'listing', header: t('listing'), cell: (line) => <ListingName line={line} /> },
        { key: 'why', header: t('why'), cell: ({ code }) => textOf(code) },
      ];
  return (
    <>
      <Table
        caption={t(kind)}
        columns={[...place, ...what]}
        rows={page.lines}
        rowKey={({ position }) => String(position)}
      />
      <Pagination
        label={t(kind)}
        first={isFirst ? undefined : { href: hrefOf(0), label: t('first') }}
        next={page.nextAfter === null ? undefined : { href: hrefOf(page.nextAfter), label: t('next') }}
      />
    </>
  );
}

function Found({ children }: { children: string }) {
  return <span className="wrap-anywhere">{children === '' ? '–' : children}</span>;
}

function ListingName({ line: { listingId, value } }: { line: ReportLine }) {
  if (listingId === null) return <Found>{value}</Found>;
  return (
    <span className="wrap-anywhere">
      <TextLink href={`/sell/${listingId}`} prefetch={false}>
        {value}
      </TextLink>
    </span>
  );
}
