import { useTranslations } from 'next-intl';

import { Panel } from '#components/dashboard/panel.tsx';
import { ThresholdForm } from '#components/dashboard/threshold-form.tsx';
import { ListingThumb } from '#components/order/listing-thumb.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { LowListings } from '#server/market/dashboards/dashboard-schema.ts';

/** What runs out, and from how many pieces on its seller is told. */
export function StockPanel({ low }: { low: LowListings }) {
  const t = useTranslations('dashboard.stock');
  const more = low.total - low.items.length;
  return (
    <Panel
      id="stock"
      title={t('title')}
      aside={
        <TextLink href="/sell" prefetch={false}>
          {t('all')}
        </TextLink>
      }
    >
      {low.items.length === 0 ? (
        <EmptyState title={t('none')} isCompact>
          {t('noneText')}
        </EmptyState>
      ) : (
        <>
          <p className="text-muted">{t('text')}</p>
          <ul className="grid gap-3 lg:grid-cols-2">
            {low.items.map(({ listing, stock, threshold }) => (
              <li
                key={listing.id}
                className="flex flex-wrap items-end gap-4 rounded-md border border-line bg-surface p-4"
              >
                <div className="flex min-w-0 flex-1 basis-[14rem] items-center gap-3">
                  <ListingThumb listing={listing} />
                  <div className="flex min-w-0 flex-col items-start gap-1">
                    <span className="font-medium wrap-anywhere">
                      <TextLink href={`/sell/${listing.id}`} prefetch={false}>
                        {listing.title}
                      </TextLink>
                    </span>
                    <Badge tone={stock === 0 ? 'danger' : 'gold'}>{t('left', { count: stock })}</Badge>
                  </div>
                </div>
                <ThresholdForm listing={{ id: listing.id, title: listing.title }} threshold={threshold} />
              </li>
            ))}
          </ul>
          {more > 0 ? <p className="text-muted">{t('more', { count: more })}</p> : null}
        </>
      )}
    </Panel>
  );
}
