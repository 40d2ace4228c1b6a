import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { addressOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DecisionList, ReportQueue } from '#components/moderation/report-queue.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Tabs } from '#components/ui/tabs.tsx';

const path = '/operator/reports';
const views = ['queue', 'decisions'] as const;
type View = (typeof views)[number];
const shown = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('moderation.desk');
  return { title: t('title') };
}

export default async function ReportsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireOperator();
  const query = await searchParams;
  const view = oneOf(textOf(query['tab']), views) ?? 'queue';
  const cursor = textOf(query['cursor']);
  const address = (of: View, at?: string) => addressOf(path, { tab: of === 'queue' ? undefined : of, cursor: at });
  const [t, list] = await Promise.all([
    getTranslations('moderation.desk'),
    view === 'queue' ? queue(cursor) : decided(cursor),
  ]);
  return (
    <Page>
      <DeskTabs current="reports" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <Tabs label={t('title')} tabs={views.map((of) => ({ href: address(of), label: t(of), current: of === view }))} />
      <h2 className="sr-only">{t(view)}</h2>
      <NeedsScript />
      {list.content}
      <Pagination
        label={t('pages')}
        first={cursor === undefined ? undefined : { href: address(view), label: t('first') }}
        next={
          list.nextCursor === null
            ? undefined
            : { href: address(view, list.nextCursor), label: view === 'queue' ? t('more') : t('moreDecisions') }
        }
      />
    </Page>
  );
}

async function queue(cursor: string | undefined) {
  const [t, caller] = await Promise.all([getTranslations('moderation.desk'), serverCaller()]);
  const { items, nextCursor } = await orNotFound(caller.operator.moderation.queue({ cursor, limit: shown }));
  if (items.length > 0) return { content: <ReportQueue items={items} />, nextCursor };
  return { content: <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState>, nextCursor };
}

async function decided(cursor: string | undefined) {
  const [t, caller] = await Promise.all([getTranslations('moderation.desk'), serverCaller()]);
  const { items, nextCursor } = await orNotFound(caller.operator.moderation.decisions({ cursor, limit: shown }));
  if (items.length > 0) return { content: <DecisionList decisions={items} />, nextCursor };
  return { content: <EmptyState title={t('noneDecided')}>{t('empty.text')}</EmptyState>, nextCursor };
}
