import { useTranslations } from 'next-intl';

import { VeniceFreshness } from '#components/citizen/venice-freshness.tsx';
import { Badge } from '#components/ui/badge.tsx';
import type { VeniceStanding } from '#server/citizens/flows.ts';

/** The citizen's own class and tier, and how old that knowledge is. */
export function StandingLine({ standing }: { standing: VeniceStanding }) {
  const t = useTranslations('venice');
  const tiers = useTranslations('tier');
  const { socialClass, tier, asOf, isStale } = standing;
  return (
    <section aria-label={t('standing')} className="flex flex-col gap-1">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="gold">{tiers(tier)}</Badge>
        <span>{socialClass ?? t('noClass')}</span>
      </p>
      <VeniceFreshness asOf={asOf} isStale={isStale} />
    </section>
  );
}
