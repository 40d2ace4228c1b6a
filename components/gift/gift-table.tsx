import { useFormatter, useTranslations } from 'next-intl';

import { TitleWithThumb } from '#components/order/listing-thumb.tsx';
import { OrderStateBadge } from '#components/order/order-state-badge.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { GiftSummary } from '#server/market/gifts/gift-schema.ts';

/** What others bought for the reader. */
export function GiftTable({ gifts }: { gifts: readonly GiftSummary[] }) {
  const t = useTranslations('gift.list');
  const format = useFormatter();
  const columns: Column<GiftSummary>[] = [
    {
      key: 'gift',
      header: t('gift'),
      isTitle: true,
      cell: ({ orderId, listingId, category, title, quantity }) => (
        <TitleWithThumb listing={{ id: listingId, category }}>
          <span className="flex min-w-0 flex-col">
            <TextLink href={`/gifts/${orderId}`} prefetch={false}>
              {title}
            </TextLink>
            {quantity === 1 ? null : <span className="text-sm text-muted">{t('quantity', { count: quantity })}</span>}
          </span>
        </TitleWithThumb>
      ),
    },
    { key: 'giver', header: t('giver'), cell: ({ giver }) => giver.displayName },
    { key: 'state', header: t('state'), cell: ({ state }) => <OrderStateBadge state={state} /> },
    {
      key: 'given',
      header: t('given'),
      cell: ({ createdAt }) => (
        <time dateTime={createdAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(createdAt, { dateStyle: 'medium' })}
        </time>
      ),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={gifts} rowKey={({ orderId }) => orderId} />;
}
