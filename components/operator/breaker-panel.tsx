import { useFormatter, useTranslations } from 'next-intl';

import { NeedsScript } from '#components/form/needs-script.tsx';
import { BreakerForm } from '#components/operator/breaker-form.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { BreakerState } from '#server/ledger/check-runs.ts';

type NamedBreakerState = BreakerState & { actorName: string | null };

/** Whether money moves. While it is stopped: since when, why, and how to let it go on. */
export function BreakerPanel({ breaker }: { breaker: NamedBreakerState }) {
  const t = useTranslations('operator.breaker');
  return (
    <section aria-labelledby="breaker" className="flex flex-col gap-4">
      <h2 id="breaker" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      {breaker.isOpen ? (
        <>
          <Notice tone="danger" title={t('stopped')}>
            <LastChange breaker={breaker} />
            <p>{t('stoppedText')}</p>
          </Notice>
          <NeedsScript />
          <BreakerForm />
        </>
      ) : (
        <Notice tone="success" title={t('goesOn')}>
          {breaker.lastChange === null ? <p>{t('neverStopped')}</p> : <LastChange breaker={breaker} />}
        </Notice>
      )}
    </section>
  );
}

function LastChange({ breaker }: { breaker: NamedBreakerState }) {
  const t = useTranslations('operator.breaker');
  const format = useFormatter();
  if (breaker.lastChange === null) return null;
  const { at, actor, reason } = breaker.lastChange;
  const who = actor === 'checker' ? t('checker') : (breaker.actorName ?? actor);
  const time = format.dateTime(at, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <>
      <p>{breaker.isOpen ? t('since', { time, who }) : t('letGoOn', { time, who })}</p>
      <p className="wrap-anywhere">{t('reason', { reason })}</p>
    </>
  );
}
