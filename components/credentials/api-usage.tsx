import { useFormatter, useTranslations } from 'next-intl';

import { Card } from '#components/ui/card.tsx';
import { Progress } from '#components/ui/progress.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ApiUsage } from '#server/citizens/api-usage.ts';

/** How many calls of this month the citizen's programs have used, and until when that counts. */
export function ApiUsageCard({ usage }: { usage: ApiUsage }) {
  const t = useTranslations('credentials.usage');
  const format = useFormatter();
  const { allowed, resetsAt } = usage;
  const used = format.number(usage.used);
  const date = format.dateTime(resetsAt, { dateStyle: 'long', timeZone: 'UTC' });
  return (
    <Card as="section" labelledBy="api-usage">
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-baseline justify-between gap-2">
          <h2 id="api-usage" className="text-lg font-semibold">
            {t('title')}
          </h2>
          <p className="figures">
            {allowed === null ? t('unlimited', { used }) : t('of', { used, allowed: format.number(allowed) })}
          </p>
        </div>
        {allowed === null ? null : <Progress label={t('bar')} value={Math.min(usage.used, allowed)} max={allowed} />}
        {allowed !== null && usage.used >= allowed ? <p className="font-medium text-danger">{t('used')}</p> : null}
        <p className="text-sm text-muted">{t('resets', { date })}</p>
        {allowed === null ? null : (
          <p className="text-sm">
            <TextLink href="/account/plan">{t('plan')}</TextLink>
          </p>
        )}
      </div>
    </Card>
  );
}
