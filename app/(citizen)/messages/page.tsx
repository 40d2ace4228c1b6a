import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { ConversationList } from '#components/conversation/conversation-list.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';

const path = '/messages';
const shown = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('conversation');
  return { title: t('title') };
}

export default async function MessagesPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const cursor = textOf((await searchParams)['cursor']);
  const caller = await serverCaller();
  const [t, common, page] = await Promise.all([
    getTranslations('conversation'),
    getTranslations('common'),
    orNotFound(caller.messages.list({ cursor, limit: shown })),
  ]);
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {page.items.length === 0 ? (
        <EmptyState title={t('empty.title')} action={<LinkButton href="/market">{t('empty.action')}</LinkButton>}>
          {t('empty.text')}
        </EmptyState>
      ) : (
        <ConversationList conversations={page.items} />
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
    </Page>
  );
}
