import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { FileLink } from '#components/imports/export-links.tsx';
import { PreviewForm } from '#components/imports/import-preview.tsx';
import { ImportProgress } from '#components/imports/import-progress.tsx';
import { ImportResult } from '#components/imports/import-result.tsx';
import { ImportStateBadge } from '#components/imports/import-state.tsx';
import { ReportTable } from '#components/imports/report-table.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Notice } from '#components/ui/notice.tsx';
import {
  importPath,
  importProblemsMax,
  reportKinds,
  type ImportView,
  type ReportKind,
  type ReportPage,
} from '#server/market/imports/import-schema.ts';

interface ImportPageProps {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}

interface Report {
  kind: ReportKind;
  after: number;
  page: ReportPage;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('imports');
  return { title: t('title') };
}

export default async function ImportPage({ params, searchParams }: ImportPageProps) {
  await requireVisitor();
  const { id: importId } = await params;
  const caller = await serverCaller();
  const [t, view] = await Promise.all([getTranslations('imports'), orNotFound(caller.imports.byId({ importId }))]);
  const reports = await reportsOf(view, await searchParams);
  const isAtWork = view.state === 'uploaded' || view.state === 'applying' || view.state === 'undoing';
  const isOver = view.rule !== null && !isAtWork;
  return (
    <Page width="wide">
      <div className="flex flex-col gap-2">
        <BackLink href="/sell/import">{t('back')}</BackLink>
        <PageHeading title={t('title')}>
          <span className="flex flex-wrap items-center gap-3">
            <span className="wrap-anywhere">{view.fileName}</span>
            <ImportStateBadge state={view.state} />
          </span>
        </PageHeading>
      </div>
      <NeedsScript />
      {isAtWork ? (
        <ImportProgress key={view.state} importId={view.id} state={view.state} done={view.done} toDo={view.toDo} />
      ) : null}
      {view.state === 'checked' ? (
        <section aria-labelledby="preview" className="flex flex-col gap-4">
          <h2 id="preview" className="text-lg font-semibold">
            {t('preview.heading')}
          </h2>
          <p>{t('preview.rows', { count: view.rowCount, wrong: view.wrongCount })}</p>
          <PreviewForm importId={view.id} previews={view.previews} />
        </section>
      ) : null}
      {isOver ? <ImportResult view={view} /> : null}
      {view.state === 'discarded' ? <Notice title={t('discarded')} /> : null}
      {reports.map((report) => (
        <ReportSection key={report.kind} view={view} report={report} />
      ))}
    </Page>
  );
}

/** What there is to tell of the rows, each from where the address says. */
async function reportsOf(view: ImportView, parameters: Awaited<SearchParams>): Promise<Report[]> {
  const caller = await serverCaller();
  const counts: Record<ReportKind, number> = {
    problems: view.problemCount,
    conflicts: view.state === 'checked' ? view.conflictCount : 0,
    left: view.outcomes.left,
    undo_left: view.undone.left,
  };
  const told = reportKinds.filter((kind) => counts[kind] > 0);
  return Promise.all(
    told.map(async (kind) => {
      const after = Number.parseInt(textOf(parameters[kind]) ?? '0', 10);
      const known = Number.isNaN(after) ? 0 : after;
      return {
        kind,
        after: known,
        page: await orNotFound(caller.imports.report({ importId: view.id, kind, after: known })),
      };
    }),
  );
}

async function ReportSection({ view, report }: { view: ImportView; report: Report }) {
  const t = await getTranslations('imports.report');
  const format = await getFormatter();
  const { kind, page, after } = report;
  const isCut = kind === 'problems' && view.problemCount > importProblemsMax;
  return (
    <section aria-labelledby={kind} className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id={kind} className="text-lg font-semibold">
          {t(kind)}
          {kind === 'problems' ? ` (${format.number(view.problemCount)})` : null}
        </h2>
        {kind === 'problems' ? (
          <FileLink href={`${importPath}${view.id}/problems.csv`}>{t('download')}</FileLink>
        ) : null}
      </div>
      {isCut ? <p className="text-muted">{t('more', { shown: importProblemsMax, count: view.problemCount })}</p> : null}
      <ReportTable
        kind={kind}
        page={page}
        isFirst={after === 0}
        hrefOf={(from) => addressOf(`/sell/import/${view.id}`, from === 0 ? {} : { [kind]: String(from) })}
      />
    </section>
  );
}
