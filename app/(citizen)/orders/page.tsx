import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { GiftTable } from '#components/gift/gift-table.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { AcceptingForm } from '#components/order/accepting-form.tsx';
import { OrderTable } from '#components/order/order-table.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface OrdersPageProps {
  searchParams: SearchParams;
}

const sides = ['bought', 'sold', 'gifts'] as const;
type Side = (typeof sides)[number];

const ordersPerPage = 20;
const emptyStep: Record<Side, string> = { bought: '/market', sold: '/sell/new', gifts: '/market' };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('order');
  return { title: t('title') };
}

/** What one tab shows. */
async function readSide(side: Side, at: { cursor: string | undefined; limit: number }) {
  const [caller, t] = await Promise.all([serverCaller(), getTranslations('order.list')]);
  if (side === 'gifts') {
    const { items, nextCursor } = await caller.gifts.received(at);
    return { isEmpty: items.length === 0, nextCursor, table: <GiftTable gifts={items} /> };
  }
  const { items, nextCursor } = await caller.orders[side](at);
  const [caption, party] =
    side === 'bought' ? (['captionBought', 'seller'] as const) : (['captionSold', 'buyer'] as const);
  const table = <OrderTable caption={t(caption)} orders={items} parties={[party]} />;
  return { isEmpty: items.length === 0, nextCursor, table };
}

export default async function OrdersPage({ searchParams }: OrdersPageProps) {
  await requireVisitor();
  const query = await searchParams;
  const side = oneOf(textOf(query['tab']), sides) ?? 'bought';
  const cursor = textOf(query['cursor']);
  const caller = await serverCaller();
  const [t, common, page, setting, waiting] = await Promise.all([
    getTranslations('order'),
    getTranslations('common'),
    orNotFound(readSide(side, { cursor, limit: ordersPerPage })),
    caller.orders.setting(),
    caller.offers.waiting(),
  ]);
  const address = (of: Side, at?: string) =>
    addressOf('/orders', { tab: of === 'bought' ? undefined : of, cursor: at });
  return (
    <Page>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <p>
        <TextLink href="/offers">{t('toOffers', { count: waiting })}</TextLink>
      </p>
      <div className="flex flex-col gap-6">
        <Tabs
          label={t('views')}
          tabs={sides.map((of) => ({ href: address(of), label: t(of), current: of === side }))}
        />
        {side === 'sold' ? (
          <Card>
            <AcceptingForm acceptsItself={setting.acceptsItself} />
          </Card>
        ) : null}
        {page.isEmpty ? (
          <EmptyState
            title={t(`empty.${side}.title`)}
            action={<LinkButton href={emptyStep[side]}>{t(`empty.${side}.action`)}</LinkButton>}
          >
            {t(`empty.${side}.text`)}
          </EmptyState>
        ) : (
          page.table
        )}
      </div>
      <Pagination
        label={common('pages')}
        first={cursor === undefined ? undefined : { href: address(side), label: common('firstPage') }}
        next={
          page.nextCursor === null ? undefined : { href: address(side, page.nextCursor), label: common('nextPage') }
        }
      />
    </Page>
  );
}
