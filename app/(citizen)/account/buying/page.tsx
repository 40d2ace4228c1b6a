import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { FollowedPanel } from '#components/buying/followed-panel.tsx';
import { ListingStrip } from '#components/buying/listing-strip.tsx';
import { ToReviewPanel } from '#components/buying/to-review-panel.tsx';
import { OpenOrderList } from '#components/dashboard/open-order-list.tsx';
import { Panel } from '#components/dashboard/panel.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { ForgetViews } from '#components/viewed/forget-views.tsx';
import { WishList } from '#components/wishlist/wish-list.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import type { OpenOrders } from '#server/market/dashboards/dashboard-schema.ts';
import type { Wish } from '#server/market/wishlist/wishlist-schema.ts';

const wishesShown = 3;
const viewedShown = 12;
const sellersShown = 5;
const reviewsShown = 5;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('buying');
  return { title: t('title') };
}

export default async function BuyingPage() {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, orders, wishes, wishCount, viewed, sellers, purchases] = await Promise.all([
    getTranslations('buying'),
    caller.buying.openOrders(),
    caller.wishlist.list({ limit: wishesShown }),
    caller.wishlist.count(),
    caller.viewed.recent({ limit: viewedShown }),
    caller.storefronts.followed({ limit: sellersShown }),
    caller.reviews.waiting(),
  ]);
  return (
    <Page>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <OrdersPanel orders={orders} />
      <div className="grid items-start gap-10 lg:grid-cols-[3fr_2fr]">
        <WishesPanel wishes={wishes.items} count={wishCount} />
        <div className="flex min-w-0 flex-col gap-10">
          <ToReviewPanel purchases={purchases.slice(0, reviewsShown)} />
          <FollowedPanel sellers={sellers.items} />
        </div>
      </div>
      <ViewedPanel listings={viewed} />
    </Page>
  );
}

async function OrdersPanel({ orders: { items, total } }: { orders: OpenOrders }) {
  const [t, dashboard] = await Promise.all([getTranslations('buying.orders'), getTranslations('dashboard.orders')]);
  return (
    <Panel
      id="orders"
      title={t('title')}
      aside={
        <TextLink href="/orders" prefetch={false}>
          {total > items.length ? dashboard('waiting', { count: total }) : dashboard('all')}
        </TextLink>
      }
    >
      {items.length === 0 ? (
        <EmptyState
          title={t('none')}
          isCompact
          action={
            <LinkButton href="/market" prefetch={false}>
              {t('action')}
            </LinkButton>
          }
        >
          {t('noneText')}
        </EmptyState>
      ) : (
        <OpenOrderList orders={items} side="buyer" labelledBy="orders" />
      )}
    </Panel>
  );
}

async function WishesPanel({ wishes, count }: { wishes: readonly Wish[]; count: number }) {
  const t = await getTranslations('buying.wishes');
  return (
    <Panel
      id="wishes"
      title={t('title')}
      aside={
        count === 0 ? null : (
          <TextLink href="/account/wishlist" prefetch={false}>
            {t('all', { count })}
          </TextLink>
        )
      }
    >
      {wishes.length === 0 ? (
        <EmptyState title={t('none')} isCompact>
          {t('noneText')}
        </EmptyState>
      ) : (
        <WishList wishes={wishes} />
      )}
    </Panel>
  );
}

async function ViewedPanel({ listings }: { listings: readonly ListingCard[] }) {
  const [t, words] = await Promise.all([getTranslations('wishlist.viewed'), getTranslations('buying.viewed')]);
  return (
    <Panel id="viewed" title={t('title')} aside={listings.length === 0 ? null : <ForgetViews />}>
      {listings.length === 0 ? (
        <EmptyState title={words('none')} isCompact>
          {words('noneText')}
        </EmptyState>
      ) : (
        <>
          <p className="text-sm text-muted">{t('private')}</p>
          <ListingStrip listings={listings} labelledBy="viewed" />
        </>
      )}
    </Panel>
  );
}
