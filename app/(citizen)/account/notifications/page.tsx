import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { MarkAllRead } from '#components/notification/mark-read.tsx';
import { NotificationMarks } from '#components/notification/notification-marks.tsx';
import { NotificationList } from '#components/notification/notification-list.tsx';
import { TopicSettings } from '#components/notification/topic-settings.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

const path = '/account/notifications';
const shown = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('notification');
  return { title: t('title') };
}

export default async function NotificationsPage({ searchParams }: { searchParams: SearchParams }) {
  const visitor = await requireVisitor();
  const cursor = textOf((await searchParams)['cursor']);
  const caller = await serverCaller();
  const [t, account, common, page, topics] = await Promise.all([
    getTranslations('notification'),
    getTranslations('account.hub'),
    getTranslations('common'),
    orNotFound(caller.notifications.list({ cursor, limit: shown })),
    caller.notifications.topics(),
  ]);
  return (
    <Page width="prose">
      <BackLink href="/account">{account('title')}</BackLink>
      <NotificationMarks unreadIds={page.items.filter(({ isRead }) => !isRead).map(({ id }) => id)}>
        <PageHeading title={t('title')} actions={visitor.unread === 0 ? undefined : <MarkAllRead />}>
          {t('lead')}
        </PageHeading>
        {page.items.length === 0 ? (
          <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState>
        ) : (
          <NotificationList notifications={page.items} />
        )}
      </NotificationMarks>
      <Pagination
        label={common('pages')}
        first={cursor === undefined ? undefined : { href: path, label: common('firstPage') }}
        next={
          page.nextCursor === null
            ? undefined
            : { href: addressOf(path, { cursor: page.nextCursor }), label: common('nextPage') }
        }
      />
      <section aria-labelledby="topics" className="flex flex-col gap-4">
        <h2 id="topics" className="font-display text-display-sm font-semibold">
          {t('settings')}
        </h2>
        <p className="text-muted">
          {t.rich('settingsText', { contact: (words) => <TextLink href="/account/contact">{words}</TextLink> })}
        </p>
        <NeedsScript />
        <TopicSettings topics={topics} />
      </section>
    </Page>
  );
}
