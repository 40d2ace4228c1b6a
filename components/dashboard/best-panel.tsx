import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { Panel } from '#components/dashboard/panel.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Card } from '#components/ui/card.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { BestListing, BestListings } from '#server/market/dashboards/dashboard-schema.ts';

/** What sold best in a period, by ducats and by pieces. */
export function BestPanel({ best }: { best: BestListings }) {
  const t = useTranslations('dashboard.best');
  if (best.byRevenue.length === 0) return null;
  const units = ({ units: count }: BestListing) => t('units', { count });
  const ducats = ({ amountMinor }: BestListing) => <Amount asset="DUCAT" minor={amountMinor} unit="mark" />;
  return (
    <Panel id="best" title={t('title')}>
      <div className="grid gap-4 lg:grid-cols-2 lg:gap-6">
        <Ranking
          title={t('byRevenue')}
          listings={best.byRevenue}
          lengthOf={({ amountMinor }) => amountMinor}
          figureOf={ducats}
        />
        <Ranking
          title={t('byUnits')}
          listings={best.byUnits}
          lengthOf={({ units: count }) => BigInt(count)}
          figureOf={units}
        />
      </div>
    </Panel>
  );
}

interface RankingProps {
  title: string;
  listings: readonly BestListing[];
  /** What the bar of a listing shows, against the first one's. */
  lengthOf: (listing: BestListing) => bigint;
  figureOf: (listing: BestListing) => ReactNode;
}

function Ranking({ title, listings, lengthOf, figureOf }: RankingProps) {
  const [first] = listings;
  const longest = first === undefined ? 1n : lengthOf(first);
  return (
    <Card>
      <h3 className="pb-3 font-semibold">{title}</h3>
      <ol className="flex flex-col gap-4">
        {listings.map((listing) => (
          <li key={listing.listingId} className="flex flex-col gap-1">
            <span className="flex items-baseline justify-between gap-4">
              <span className="min-w-0 wrap-anywhere">
                <TextLink href={`/listings/${listing.listingId}`} prefetch={false}>
                  {listing.title}
                </TextLink>
              </span>
              <span className="figures shrink-0 font-medium">{figureOf(listing)}</span>
            </span>
            <svg aria-hidden="true" viewBox="0 0 1000 8" preserveAspectRatio="none" className="h-[8px] w-full">
              <rect width="1000" height="8" className="fill-sunken" />
              <rect width={Number((lengthOf(listing) * 1_000n) / longest)} height="8" className="fill-accent" />
            </svg>
          </li>
        ))}
      </ol>
    </Card>
  );
}
