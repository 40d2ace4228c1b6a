import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { OrderPeople } from '#app/_people/order-people.tsx';
import { orNotFound, orNull, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page } from '#components/layout/page.tsx';
import { OrderContent } from '#components/listing/order-content.tsx';
import { RichText } from '#components/listing/rich-text.tsx';
import { ListingThumb } from '#components/order/listing-thumb.tsx';
import { OrderActions } from '#components/order/order-actions.tsx';
import { OrderFigures, OrderParties } from '#components/order/order-facts.tsx';
import { OrderHistory } from '#components/order/order-history.tsx';
import { OrderMoney } from '#components/order/order-money.tsx';
import { ProposalNotice } from '#components/order/order-proposal.tsx';
import { OrderStateBadge } from '#components/order/order-state-badge.tsx';
import { OrderTimeline } from '#components/order/order-timeline.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Card } from '#components/ui/card.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OrderView } from '#server/market/orders/order-schema.ts';

interface OrderPageProps {
  params: Promise<{ id: string }>;
}

/** The same for every order: a title that waits for data is empty for a moment whenever the page refreshes. */
export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('order');
  return { title: t('one') };
}

export default async function OrderPage({ params }: OrderPageProps) {
  await requireVisitor();
  const caller = await serverCaller();
  const order = await orNotFound(caller.orders.byId({ orderId: (await params).id }));
  return (
    <Page>
      <OrderHead order={order} />
      <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:gap-10">
        <div className="flex min-w-0 flex-col gap-6">
          <OrderMoney order={order} />
          <Revealed order={order} />
          <OrderTimeline order={order} />
          <ProposalNotice order={order} />
          <NextStep order={order} />
          <OrderPeople order={order} />
          <OrderHistory order={order} />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <OrderFigures order={order} />
          <OrderParties order={order} />
        </div>
      </div>
      <Description order={order} />
    </Page>
  );
}

async function OrderHead({ order }: { order: OrderView }) {
  const [t, format] = await Promise.all([getTranslations('order'), getFormatter()]);
  return (
    <div className="flex flex-col gap-2">
      <BackLink href={order.viewer === 'seller' ? '/orders?tab=sold' : '/orders'}>{t('back')}</BackLink>
      <div className="flex items-start gap-4">
        <ListingThumb listing={{ id: order.listingId, category: order.category }} />
        <div className="flex min-w-0 flex-col gap-2">
          <h1 className="font-display text-display-sm font-semibold sm:text-display">{order.listingTitle}</h1>
          <div className="flex flex-wrap items-center gap-3 text-muted">
            <OrderStateBadge state={order.state} />
            <span>{t('placedOn', { date: format.dateTime(order.createdAt, { dateStyle: 'long' }) })}</span>
          </div>
        </div>
      </div>
    </div>
  );
}

async function NextStep({ order }: { order: OrderView }) {
  const t = await getTranslations('order');
  if (order.actions.length === 0) return null;
  return (
    <Card as="section" labelledBy="order-next">
      <div className="flex flex-col gap-4">
        <h2 id="order-next" className="text-lg font-semibold">
          {t(order.actions.every((action) => action === 'dispute') ? 'ifWrong' : 'next')}
        </h2>
        <NeedsScript />
        <OrderActions
          orderId={order.id}
          actions={order.actions}
          amounts={{
            totalMinor: order.totalMinor,
            refundedMinor: order.refundedMinor,
            feeMinor: order.feeMinor,
          }}
          proposal={order.proposal}
        />
      </div>
    </Card>
  );
}

/** What was bought, where it is something digital and this is its buyer: a gift is its recipient's alone. */
async function Revealed({ order }: { order: OrderView }) {
  if (order.viewer !== 'buyer' || order.recipient !== null) return null;
  const caller = await serverCaller();
  const contents = await orNull(caller.listings.orderContent({ orderId: order.id }));
  return contents === null ? null : <OrderContent contents={contents} />;
}

async function Description({ order }: { order: OrderView }) {
  const t = await getTranslations('order');
  return (
    <section aria-labelledby="order-description" className="flex flex-col gap-3 border-t border-line pt-6">
      <h2 id="order-description" className="text-lg font-semibold">
        {t('description')}
      </h2>
      {order.lines.map(({ line, title, description, optionValues, listingId }) => (
        <div key={line} className="flex flex-col gap-2">
          {order.lines.length === 1 ? null : <h3 className="font-semibold">{title}</h3>}
          {optionValues.length === 0 ? null : (
            <p className="text-muted">{t('chosen', { values: optionValues.join(', ') })}</p>
          )}
          <RichText text={description} />
          <p className="flex flex-wrap gap-x-6">
            <TextLink href={`/orders/${order.id}/lines/${String(line)}`} prefetch={false} isInRow>
              {t('kept.see')}
            </TextLink>
            <TextLink href={`/listings/${listingId}`} prefetch={false} isInRow>
              {t('seeListing')}
            </TextLink>
          </p>
        </div>
      ))}
    </section>
  );
}
