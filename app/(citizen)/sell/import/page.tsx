import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { ColumnHelp } from '#components/imports/column-help.tsx';
import { ExportLinks, FileLink } from '#components/imports/export-links.tsx';
import { ImportTable } from '#components/imports/import-table.tsx';
import { UploadForm } from '#components/imports/upload-form.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { exportPath } from '#server/market/imports/import-schema.ts';

const path = '/sell/import';
const importsPerPage = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('imports');
  return { title: t('title') };
}

export default async function ImportsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const cursor = textOf((await searchParams)['cursor']);
  const caller = await serverCaller();
  const [t, sell, common, page] = await Promise.all([
    getTranslations('imports'),
    getTranslations('sell'),
    getTranslations('common'),
    orNotFound(caller.imports.mine({ cursor, limit: importsPerPage })),
  ]);
  return (
    <Page width="wide">
      <div className="flex flex-col gap-2">
        <BackLink href="/sell">{sell('back')}</BackLink>
        <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      </div>
      <NeedsScript />
      <div className="grid items-start gap-6 md:grid-cols-2">
        <Card as="section" labelledBy="bring">
          <div className="flex flex-col gap-4">
            <h2 id="bring" className="text-lg font-semibold">
              {t('upload.heading')}
            </h2>
            <UploadForm />
            <p>
              <FileLink href={`${exportPath}template.csv`}>{t('upload.template')}</FileLink>
            </p>
          </div>
        </Card>
        <Card as="section" labelledBy="take">
          <div className="flex flex-col gap-4">
            <h2 id="take" className="text-lg font-semibold">
              {t('export.heading')}
            </h2>
            <ExportLinks />
          </div>
        </Card>
      </div>
      <ColumnHelp />
      <section aria-labelledby="history" className="flex flex-col gap-4">
        <h2 id="history" className="text-lg font-semibold">
          {t('history.heading')}
        </h2>
        {page.items.length === 0 ? (
          <EmptyState title={t('history.empty')} isCompact>
            {t('history.emptyText')}
          </EmptyState>
        ) : (
          <ImportTable imports={page.items} />
        )}
        <Pagination
          label={common('pages')}
          first={cursor === undefined ? undefined : { href: path, label: common('firstPage') }}
          next={
            page.nextCursor === null
              ? undefined
              : { href: addressOf(path, { cursor: page.nextCursor }), label: common('nextPage') }
          }
        />
      </section>
    </Page>
  );
}
