import { useTranslations } from 'next-intl';

import { Figures } from '#components/ui/figures.tsx';
import type { Tier } from '#server/platform/session.ts';

const promises = ['proof', 'keeps', 'ends'] as const;
const tiers: readonly Tier[] = ['enterprise', 'creator', 'participant', 'observer'];

/** What a citizen agrees to by signing in, and what Venice's word for them decides here. */
export function Meaning() {
  const t = useTranslations('sign-in.means');
  return (
    <section aria-labelledby="meaning" className="flex flex-col gap-4">
      <h2 id="meaning" className="text-lg font-semibold">
        {t('title')}
      </h2>
      <dl className="flex flex-col gap-4">
        {promises.map((promise) => (
          <div key={promise} className="flex flex-col border-t border-line pt-3">
            <dt className="font-medium">{t(`${promise}.title`)}</dt>
            <dd className="text-muted">{t(`${promise}.text`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function TierTable() {
  const t = useTranslations('sign-in.tiers');
  const tierName = useTranslations('tier');
  return (
    <section aria-labelledby="tiers" className="flex flex-col gap-3">
      <h2 id="tiers" className="text-lg font-semibold">
        {t('title')}
      </h2>
      <Figures figures={tiers.map((tier) => ({ key: tier, label: t(`classes.${tier}`), value: tierName(tier) }))} />
    </section>
  );
}
