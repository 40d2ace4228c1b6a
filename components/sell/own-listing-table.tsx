import { useFormatter, useTranslations } from 'next-intl';

import { StockBadge } from '#components/listing/stock-badge.tsx';
import { Amount } from '#components/money/amount.tsx';
import { TitleWithThumb } from '#components/order/listing-thumb.tsx';
import { ListingSwitch } from '#components/sell/listing-switch.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OwnListingCard } from '#server/market/catalogue/catalogue-schema.ts';

/** A seller's own listings, each with what can be done to it. */
export function OwnListingTable({ listings }: { listings: readonly OwnListingCard[] }) {
  const t = useTranslations('sell');
  const names = useTranslations('category');
  const common = useTranslations('common');
  const format = useFormatter();
  const columns: Column<OwnListingCard>[] = [
    {
      key: 'title',
      header: t('columns.title'),
      isTitle: true,
      cell: (listing) => (
        <TitleWithThumb listing={listing}>
          <TextLink href={`/listings/${listing.id}`} prefetch={false}>
            {listing.title}
          </TextLink>
          {listing.sellerKey === null ? null : (
            <span className="block text-sm font-normal wrap-anywhere text-muted">
              <span className="sr-only">{t('sellerKey')} </span>
              {listing.sellerKey}
            </span>
          )}
        </TitleWithThumb>
      ),
    },
    { key: 'category', header: t('columns.category'), cell: (listing) => names(`${listing.category}.name`) },
    { key: 'state', header: t('columns.state'), cell: (listing) => <StockBadge listing={listing} isVerbose /> },
    {
      key: 'stock',
      header: t('columns.stock'),
      align: 'end',
      cell: (listing) => (listing.stock === null ? common('unlimited') : format.number(listing.stock)),
    },
    {
      key: 'price',
      header: t('columns.price'),
      align: 'end',
      cell: (listing) => <Amount asset="DUCAT" minor={listing.priceMinor} />,
    },
    {
      key: 'actions',
      header: t('columns.actions'),
      align: 'end',
      cell: (listing) => (
        <span className="flex flex-wrap justify-end gap-2">
          <LinkButton
            href={`/sell/${listing.id}`}
            variant="secondary"
            size="small"
            prefetch={false}
            aria-label={t('edit.of', { title: listing.title })}
          >
            {t('edit.button')}
          </LinkButton>
          <ListingSwitch listing={{ id: listing.id, state: listing.state, title: listing.title }} />
        </span>
      ),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={listings} rowKey={(listing) => listing.id} />;
}
