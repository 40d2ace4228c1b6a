import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { Waterfront } from '#components/home/waterfront.tsx';
import { Banner } from '#components/storefront/banner.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Rating } from '#components/review/rating.tsx';
import type { StorefrontView } from '#server/market/search/storefront-schema.ts';

interface StorefrontHeadProps {
  storefront: StorefrontView;
  /** What the visitor can do here. */
  action: ReactNode;
}

/** Who sells here, in their own words and in figures, under their banner or a drawn one. */
export function StorefrontHead({ storefront, action }: StorefrontHeadProps) {
  const t = useTranslations('storefront');
  const tier = useTranslations('tier');
  const { seller, title, about, bannerPictureId, bannerAlt } = storefront;
  return (
    <header className="overflow-hidden rounded-md border border-line bg-surface">
      {bannerPictureId === null ? (
        <div className="border-b border-line bg-cover-mist pt-6">
          <Waterfront />
        </div>
      ) : (
        <div className="border-b border-line bg-sunken">
          <Banner pictureId={bannerPictureId} alt={bannerAlt} />
        </div>
      )}
      <div className="flex flex-col gap-6 p-4 sm:p-6">
        <div className="flex flex-wrap items-start justify-between gap-4">
          <div className="flex min-w-0 flex-col gap-2">
            <h1 className="font-display text-display font-semibold wrap-anywhere">
              {title === '' ? seller.displayName : title}
            </h1>
            <p className="flex flex-wrap items-center gap-3 text-muted">
              <span className="wrap-anywhere">
                {title === '' ? seller.username : `${seller.displayName} (${seller.username})`}
              </span>
              <Badge tone="gold">{tier(storefront.tier)}</Badge>
            </p>
          </div>
          {action}
        </div>
        {about === '' ? null : <p className="max-w-prose whitespace-pre-line wrap-anywhere">{about}</p>}
        <Statistics storefront={storefront} label={t('figures')} />
      </div>
    </header>
  );
}

function Statistics({ storefront, label }: { storefront: StorefrontView; label: string }) {
  const t = useTranslations('storefront');
  const format = useFormatter();
  const { listings, sales, rating, followers } = storefront.statistics;
  const figures = [
    { key: 'listings', value: format.number(listings) },
    { key: 'sales', value: format.number(sales) },
    { key: 'rating', value: <Rating rating={rating} /> },
    { key: 'followers', value: format.number(followers) },
    { key: 'since', value: format.dateTime(storefront.memberSince, { year: 'numeric', month: 'long' }) },
  ] as const;
  return (
    <dl aria-label={label} className="grid grid-cols-2 gap-4 border-t border-line pt-4 sm:grid-cols-3 lg:grid-cols-5">
      {figures.map(({ key, value }) => (
        <div key={key} className="flex flex-col">
          <dt className="text-sm text-muted">{t(`figure.${key}`)}</dt>
          <dd className="figures font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
