import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { WishList } from '#components/wishlist/wish-list.tsx';

const path = '/account/wishlist';
const shown = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('wishlist');
  return { title: t('title') };
}

export default async function WishlistPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const cursor = textOf((await searchParams)['cursor']);
  const caller = await serverCaller();
  const [t, buying, common, page] = await Promise.all([
    getTranslations('wishlist'),
    getTranslations('buying'),
    getTranslations('common'),
    orNotFound(caller.wishlist.list({ cursor, limit: shown })),
  ]);
  return (
    <Page width="wide">
      <div className="flex flex-col gap-2">
        <BackLink href="/account/buying">{buying('title')}</BackLink>
        <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      </div>
      {page.items.length === 0 ? (
        <EmptyState
          title={t('empty.title')}
          action={
            <LinkButton href="/market" prefetch={false}>
              {t('empty.action')}
            </LinkButton>
          }
        >
          {t('empty.text')}
        </EmptyState>
      ) : (
        <>
          <NeedsScript />
          <WishList wishes={page.items} />
        </>
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
