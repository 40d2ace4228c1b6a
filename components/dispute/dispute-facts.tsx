import { useFormatter, useTranslations } from 'next-intl';

import { DisputeStateBadge } from '#components/dispute/dispute-state.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { knownWord } from '#components/ui/known-word.ts';
import type { DisputeSummary } from '#server/payments/disputes/dispute-queries.ts';

/** What the bank says of a dispute, and by when it wants an answer. */
export function DisputeFactList({ dispute }: { dispute: DisputeSummary }) {
  const t = useTranslations('disputes');
  const reasons = useTranslations('disputes.reasons');
  const statuses = useTranslations('disputes.statuses');
  const format = useFormatter();
  const day = (time: Date | null) =>
    time === null ? t('detail.none') : format.dateTime(time, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <section aria-labelledby="facts" className="flex flex-col gap-4">
      <h2 id="facts" className="font-display text-display-sm font-semibold">
        {t('detail.facts')}
      </h2>
      <Figures
        figures={[
          { key: 'state', label: t('state.label'), value: <DisputeStateBadge state={dispute.state} /> },
          { key: 'amount', label: t('amount'), value: <Amount asset="USD" minor={dispute.amountMinor} /> },
          { key: 'reason', label: t('detail.reason'), value: knownWord(reasons, dispute.reason) },
          { key: 'status', label: t('detail.status'), value: knownWord(statuses, dispute.status) },
          { key: 'opened', label: t('opened'), value: day(dispute.openedAt) },
          { key: 'due', label: t('detail.due'), value: day(dispute.evidenceDueAt) },
          { key: 'submitted', label: t('detail.submitted'), value: day(dispute.evidenceSubmittedAt) },
        ]}
      />
    </section>
  );
}
