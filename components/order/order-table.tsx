import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { TitleWithThumb } from '#components/order/listing-thumb.tsx';
import { OrderStateBadge } from '#components/order/order-state-badge.tsx';
import { isTold } from '#components/order/order-timeline.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OrderSummary } from '#server/market/orders/order-schema.ts';

interface OrderTableProps {
  caption: string;
  orders: readonly OrderSummary[];
  /** The parties that the reader does not know already. */
  parties: readonly ('buyer' | 'seller')[];
}

export function OrderTable({ caption, orders, parties }: OrderTableProps) {
  const t = useTranslations('order.list');
  const format = useFormatter();
  const columns: Column<OrderSummary>[] = [
    { key: 'order', header: t('order'), isTitle: true, cell: (order) => <OrderTitle order={order} /> },
    ...parties.map((party) => ({
      key: party,
      header: t(party),
      cell: (order: OrderSummary) => order[party].displayName,
    })),
    { key: 'state', header: t('state'), cell: (order) => <OrderStateBadge state={order.state} /> },
    { key: 'due', header: t('due'), cell: (order) => <Due order={order} /> },
    {
      key: 'placed',
      header: t('placed'),
      cell: (order) => (
        <time dateTime={order.createdAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(order.createdAt, { dateStyle: 'medium' })}
        </time>
      ),
    },
    {
      key: 'total',
      header: t('total'),
      align: 'end',
      cell: (order) => <Amount asset="DUCAT" minor={order.totalMinor} />,
    },
  ];
  return <Table caption={caption} columns={columns} rows={orders} rowKey={(order) => order.id} />;
}

/** What has to be done next, and before when. */
function Due({ order: { deadline } }: { order: OrderSummary }) {
  const t = useTranslations('order.due');
  const format = useFormatter();
  if (deadline === null || !isTold(deadline.action)) return <span className="text-muted">{t('none')}</span>;
  const when = format.dateTime(deadline.at, { dateStyle: 'medium' });
  return <time dateTime={deadline.at.toISOString()}>{t(deadline.action, { when })}</time>;
}

function OrderTitle({ order }: { order: OrderSummary }) {
  const t = useTranslations('order.list');
  return (
    <TitleWithThumb listing={{ id: order.listingId, category: order.category }}>
      <span className="flex min-w-0 flex-col">
        <TextLink href={`/orders/${order.id}`} prefetch={false}>
          {order.listingTitle}
        </TextLink>
        {order.quantity === 1 ? null : (
          <span className="text-sm text-muted">{t('quantity', { count: order.quantity })}</span>
        )}
      </span>
    </TitleWithThumb>
  );
}
