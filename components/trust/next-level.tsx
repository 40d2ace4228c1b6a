import { useFormatter, useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { Requirement, TrustStanding } from '#server/citizens/trust-rules.ts';

/** Where a missing step is taken; the others take time, or come from elsewhere. */
const steps = {
  verified_email: '/account/contact',
  second_factor: '/account/security',
  clean_purchase: '/wallet/top-up',
} as const;

/** What is done and what is missing for the next level, with dates where time alone does it. */
export function NextLevel({ standing }: { standing: Pick<TrustStanding, 'next' | 'isAssigned'> }) {
  const t = useTranslations('trust.next');
  const { next, isAssigned } = standing;
  if (next === null) return <p className="text-muted">{t(isAssigned ? 'assigned' : 'highest')}</p>;
  return (
    <Card as="section" labelledBy="trust-next">
      <h2 id="trust-next" className="pb-2 text-lg font-semibold">
        {t('title', { level: next.level })}
      </h2>
      <ul className="flex flex-col">
        {next.requirements.map((requirement) => (
          <li
            key={requirement.code}
            className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 border-b border-line py-3 last:border-b-0"
          >
            <RequirementText requirement={requirement} />
            <Badge tone={requirement.isMet ? 'success' : 'neutral'}>{t(requirement.isMet ? 'met' : 'missing')}</Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function RequirementText({ requirement }: { requirement: Requirement }) {
  const t = useTranslations('trust.next');
  const format = useFormatter();
  const { code, isMet, metAt } = requirement;
  const step = !isMet && metAt === null && code in steps ? (code as keyof typeof steps) : null;
  return (
    <span className="flex min-w-0 flex-col">
      <span>{t(`code.${code}`)}</span>
      {isMet || metAt === null ? null : (
        <span className="text-sm text-muted">
          {t('from', { date: format.dateTime(metAt, { dateStyle: 'long', timeStyle: 'short' }) })}
        </span>
      )}
      {step === null ? null : (
        <span className="text-sm">
          <TextLink href={steps[step]}>{t(`do.${step}`)}</TextLink>
        </span>
      )}
    </span>
  );
}
