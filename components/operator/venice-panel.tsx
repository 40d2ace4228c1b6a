import { useFormatter, useTranslations } from 'next-intl';

import { Notice } from '#components/ui/notice.tsx';
import type { CircuitReport } from '#server/platform/circuit-breaker.ts';

/** Whether calls to Venice go through, as the web process that answers this page sees it. */
export function VenicePanel({ circuit }: { circuit: CircuitReport }) {
  const t = useTranslations('venice.circuit');
  const format = useFormatter();
  const { state, failures, openedAt } = circuit;
  return (
    <section aria-labelledby="venice" className="flex flex-col gap-4">
      <h2 id="venice" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      <Notice tone={state === 'closed' ? 'success' : 'danger'} title={t(state)}>
        <p>{t(`${state}Text`)}</p>
        {openedAt === null ? null : (
          <p>
            {t('since', { time: format.dateTime(openedAt, { dateStyle: 'medium', timeStyle: 'medium' }), failures })}
          </p>
        )}
      </Notice>
    </section>
  );
}
