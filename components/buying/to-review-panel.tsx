import { useFormatter, useTranslations } from 'next-intl';

import { Panel } from '#components/dashboard/panel.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { PurchaseToReview } from '#server/market/reviews/review-schema.ts';

/** Purchases that wait for their buyer's words. */
export function ToReviewPanel({ purchases }: { purchases: readonly PurchaseToReview[] }) {
  const t = useTranslations('buying.reviews');
  const format = useFormatter();
  return (
    <Panel
      id="reviews"
      title={t('title')}
      aside={
        <TextLink href="/account/reviews" prefetch={false}>
          {t('all')}
        </TextLink>
      }
    >
      {purchases.length === 0 ? (
        <p className="rounded-md border border-dashed border-border px-4 py-6 text-center text-muted">{t('none')}</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
          {purchases.map(({ orderId, title, seller, writeUntil }) => (
            <li
              key={orderId}
              className="flex flex-col items-start justify-between gap-x-4 gap-y-2 p-4 sm:flex-row sm:items-center"
            >
              <span className="flex min-w-0 flex-col">
                <span className="font-medium wrap-anywhere">{title}</span>
                <span className="text-sm text-muted">
                  {t('until', {
                    seller: seller.displayName,
                    date: format.dateTime(writeUntil, { dateStyle: 'medium' }),
                  })}
                </span>
              </span>
              <LinkButton
                href={`/orders/${orderId}#reviews`}
                variant="secondary"
                size="small"
                prefetch={false}
                aria-label={t('writeOf', { title })}
              >
                {t('write')}
              </LinkButton>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
