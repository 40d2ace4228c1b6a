import { useFormatter, useTranslations } from 'next-intl';
import Link from 'next/link';

import { ForgetSearch } from '#components/searches/forget-search.tsx';
import type { FollowedSeller } from '#server/market/search/storefront-schema.ts';
import { FollowButton } from '#components/storefront/follow-button.tsx';

export interface ListedSearch {
  id: string;
  name: string;
  createdAt: Date;
  /** Where the search is run. */
  href: string;
}

/** The searches that a citizen keeps. */
export function SearchList({ searches }: { searches: readonly ListedSearch[] }) {
  const t = useTranslations('searches');
  const format = useFormatter();
  return (
    <ul className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
      {searches.map(({ id, name, createdAt, href }) => (
        <li key={id} className="flex flex-wrap items-center justify-between gap-3 p-4">
          <div className="flex min-w-0 flex-col">
            <Link
              href={href}
              prefetch={false}
              className="font-medium text-accent underline decoration-1 underline-offset-4 wrap-anywhere"
            >
              {name}
            </Link>
            <span className="text-sm text-muted">
              {t('since', { date: format.dateTime(createdAt, { dateStyle: 'long' }) })}
            </span>
          </div>
          <ForgetSearch savedSearchId={id} name={name} />
        </li>
      ))}
    </ul>
  );
}

/** The sellers whom a citizen follows. */
export function SellerList({ sellers }: { sellers: readonly FollowedSeller[] }) {
  const tier = useTranslations('tier');
  return (
    <ul className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
      {sellers.map((seller) => (
        <li key={seller.slug} className="flex flex-wrap items-center justify-between gap-3 p-4">
          <div className="flex min-w-0 flex-col">
            <Link
              href={`/sellers/${seller.slug}`}
              prefetch={false}
              className="font-medium text-accent underline decoration-1 underline-offset-4 wrap-anywhere"
            >
              {seller.title === '' ? seller.displayName : seller.title}
            </Link>
            <span className="text-sm text-muted">
              {seller.displayName}, {tier(seller.tier)}
            </span>
          </div>
          <FollowButton slug={seller.slug} isFollowed />
        </li>
      ))}
    </ul>
  );
}
