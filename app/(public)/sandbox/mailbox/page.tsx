import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('mailbox');
  return { title: t('title') };
}

/** The sandbox's letter box; in a live house there is no such page. */
export default async function MailboxPage() {
  const caller = await serverCaller();
  const letters = await orNotFound(caller.sandbox.mailbox());
  const [t, format] = await Promise.all([getTranslations('mailbox'), getFormatter()]);
  return (
    <Page>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {letters.length === 0 ? (
        <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState>
      ) : (
        <Table
          caption={t('title')}
          rows={letters}
          rowKey={({ id }) => id}
          columns={[
            {
              key: 'subject',
              header: t('subject'),
              isTitle: true,
              cell: ({ id, subject }) => (
                <TextLink href={`/sandbox/mailbox/${id}`} prefetch={false}>
                  {subject}
                </TextLink>
              ),
            },
            { key: 'to', header: t('to'), cell: ({ recipient }) => <span className="wrap-anywhere">{recipient}</span> },
            {
              key: 'at',
              header: t('at'),
              cell: ({ receivedAt }) => format.dateTime(receivedAt, { dateStyle: 'medium', timeStyle: 'medium' }),
            },
          ]}
        />
      )}
    </Page>
  );
}
