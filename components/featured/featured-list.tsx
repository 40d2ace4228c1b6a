import { useTranslations } from 'next-intl';

import { FeatureButton } from '#components/featured/feature-button.tsx';
import { FeaturedControls } from '#components/featured/featured-controls.tsx';
import { Amount } from '#components/money/amount.tsx';
import { TitleWithThumb } from '#components/order/listing-thumb.tsx';
import { Badge, type BadgeTone } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import type { FeaturedStanding, FeaturedView } from '#server/market/featured/featured-schema.ts';

const tones: Record<FeaturedStanding, BadgeTone> = {
  shown: 'success',
  waiting: 'gold',
  over: 'neutral',
  not_on_sale: 'neutral',
  sold_out: 'danger',
};

/** What is featured, in its order, each with its place and time. */
export function FeaturedList({ featured }: { featured: readonly FeaturedView[] }) {
  const t = useTranslations('featured');
  return (
    <ol className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
      {featured.map(({ listing, standing, fromAt, untilAt }, index) => (
        <li key={listing.id} className="flex flex-col gap-4 p-4">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <ListingLine listing={listing} />
            <Badge tone={tones[standing]}>{t(`standing.${standing}`)}</Badge>
          </div>
          <FeaturedControls
            key={`${String(fromAt?.getTime())} ${String(untilAt?.getTime())}`}
            listing={{ id: listing.id, title: listing.title }}
            times={{ fromAt, untilAt }}
            isFirst={index === 0}
            isLast={index === featured.length - 1}
          />
        </li>
      ))}
    </ol>
  );
}

/** Listings that were looked for, each with a button to feature it. */
export function FoundList({ found, featuredIds }: { found: readonly ListingCard[]; featuredIds: ReadonlySet<string> }) {
  const t = useTranslations('featured');
  return (
    <ul className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
      {found.map((listing) => (
        <li key={listing.id} className="flex flex-wrap items-center justify-between gap-3 p-4">
          <ListingLine listing={listing} />
          {featuredIds.has(listing.id) ? (
            <Badge tone="accent">{t('isThere')}</Badge>
          ) : (
            <FeatureButton listing={{ id: listing.id, title: listing.title }} />
          )}
        </li>
      ))}
    </ul>
  );
}

function ListingLine({ listing }: { listing: ListingCard }) {
  return (
    <TitleWithThumb listing={listing}>
      <span className="flex min-w-0 flex-col">
        <TextLink href={`/listings/${listing.id}`} prefetch={false}>
          {listing.title}
        </TextLink>
        <span className="text-sm text-muted">
          {listing.seller.displayName} · <Amount asset="DUCAT" minor={listing.priceMinor} unit="mark" isTrimmed />
        </span>
      </span>
    </TitleWithThumb>
  );
}
