import { useFormatter, useTranslations } from 'next-intl';
import Link from 'next/link';

import { Panel } from '#components/dashboard/panel.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { FollowedSeller } from '#server/market/search/storefront-schema.ts';

/** The sellers whom a buyer follows, the latest first. */
export function FollowedPanel({ sellers }: { sellers: readonly FollowedSeller[] }) {
  const t = useTranslations('buying.sellers');
  const tier = useTranslations('tier');
  const format = useFormatter();
  return (
    <Panel
      id="sellers"
      title={t('title')}
      aside={
        <TextLink href="/account/searches" prefetch={false}>
          {t('all')}
        </TextLink>
      }
    >
      {sellers.length === 0 ? (
        <EmptyState title={t('none')} isCompact>
          {t('noneText')}
        </EmptyState>
      ) : (
        <ul className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
          {sellers.map(({ slug, title, displayName, tier: rank, followedAt }) => (
            <li key={slug} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 p-4">
              <span className="flex min-w-0 flex-col">
                <Link
                  href={`/sellers/${slug}`}
                  prefetch={false}
                  className="font-medium text-accent underline decoration-1 underline-offset-4 wrap-anywhere"
                >
                  {title === '' ? displayName : title}
                </Link>
                <span className="text-sm text-muted">
                  {t('since', { date: format.dateTime(followedAt, { dateStyle: 'medium' }) })}
                </span>
              </span>
              <Badge tone="gold">{tier(rank)}</Badge>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
