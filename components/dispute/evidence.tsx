import { useTranslations } from 'next-intl';

import type { EvidencePack } from '#server/payments/disputes/evidence.ts';

/** What Stripe is sent for the bank, field by field. */
export function Evidence({ pack }: { pack: EvidencePack }) {
  const t = useTranslations('disputes.detail');
  const nameOf = useTranslations('disputes.fields');
  return (
    <section aria-labelledby="evidence" className="flex min-w-0 flex-col gap-4">
      <h2 id="evidence" className="font-display text-display-sm font-semibold">
        {t('evidence')}
      </h2>
      <p className="max-w-prose text-muted">{pack.fields.length === 0 ? t('evidenceEmpty') : t('evidenceText')}</p>
      <dl className="flex flex-col gap-3">
        {pack.fields.map(({ name, text }) => (
          <div key={name} className="flex min-w-0 flex-col gap-1">
            <dt className="text-sm text-muted">{nameOf(name)}</dt>
            <dd className="rounded-md border border-line bg-surface p-3 text-sm break-words whitespace-pre-wrap">
              {text}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
