import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { ReviewCard } from '#components/review/review-card.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

const path = '/account/reviews';
const views = ['waiting', 'written', 'received'] as const;
type View = (typeof views)[number];
const shown = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('review.page');
  return { title: t('title') };
}

export default async function ReviewsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const query = await searchParams;
  const view = oneOf(textOf(query['tab']), views) ?? 'waiting';
  const [t, account] = await Promise.all([getTranslations('review.page'), getTranslations('account.hub')]);
  return (
    <Page width="prose">
      <BackLink href="/account">{account('title')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <Tabs
        label={t('views')}
        tabs={views.map((each) => ({
          href: addressOf(path, { tab: each === 'waiting' ? undefined : each }),
          label: t(each),
          current: each === view,
        }))}
      />
      {view === 'waiting' ? <Waiting /> : <Reviews view={view} cursor={textOf(query['cursor'])} />}
    </Page>
  );
}

async function Waiting() {
  const caller = await serverCaller();
  const [t, format, purchases] = await Promise.all([
    getTranslations('review.page'),
    getFormatter(),
    caller.reviews.waiting(),
  ]);
  if (purchases.length === 0) return <Empty view="waiting" />;
  return (
    <ul className="flex flex-col gap-3">
      {purchases.map(({ orderId, title, seller, writeUntil }) => (
        <Card as="li" key={orderId}>
          <div className="flex flex-col gap-1">
            <TextLink href={`/orders/${orderId}#order-reviews`}>{t('review', { title })}</TextLink>
            <p className="text-sm text-muted">{t('of', { name: seller.displayName })}</p>
            <p className="text-sm text-muted">
              {t('until', { date: format.dateTime(writeUntil, { dateStyle: 'long' }) })}
            </p>
          </div>
        </Card>
      ))}
    </ul>
  );
}

async function Reviews({ view, cursor }: { view: Exclude<View, 'waiting'>; cursor: string | undefined }) {
  const caller = await serverCaller();
  const [t, order, common, page] = await Promise.all([
    getTranslations('review.page'),
    getTranslations('review.order'),
    getTranslations('common'),
    orNotFound(caller.reviews[view]({ cursor, limit: shown })),
  ]);
  if (page.items.length === 0) return <Empty view={view} />;
  const address = (at?: string) => addressOf(path, { tab: view, cursor: at });
  return (
    <>
      <ul className="flex flex-col gap-3">
        {page.items.map((review) => (
          <Card as="li" key={review.id}>
            <ReviewCard
              review={review}
              heading={
                view === 'written'
                  ? t('about', { name: review.subject.displayName })
                  : t('by', { name: review.author.displayName })
              }
            >
              <p className="flex flex-wrap items-center gap-3">
                <TextLink href={`/orders/${review.orderId}#order-reviews`}>{review.title}</TextLink>
                {review.isHidden ? <Badge tone="danger">{order('hidden')}</Badge> : null}
                {review.isShown ? null : <Badge>{order('waits')}</Badge>}
              </p>
            </ReviewCard>
          </Card>
        ))}
      </ul>
      <Pagination
        label={common('pages')}
        first={cursor === undefined ? undefined : { href: address(), label: common('firstPage') }}
        next={page.nextCursor === null ? undefined : { href: address(page.nextCursor), label: common('nextPage') }}
      />
    </>
  );
}

async function Empty({ view }: { view: View }) {
  const t = await getTranslations('review.page.empty');
  return <EmptyState title={t(`${view}.title`)}>{t(`${view}.text`)}</EmptyState>;
}
