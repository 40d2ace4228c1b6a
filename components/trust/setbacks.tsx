import { useFormatter, useTranslations } from 'next-intl';

import { Notice } from '#components/ui/notice.tsx';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';

/** What holds a citizen's trust back now, and until when. */
export function Setbacks({ standing }: { standing: Pick<TrustStanding, 'isFrozen' | 'setbacks'> }) {
  const t = useTranslations('trust');
  const format = useFormatter();
  const { isFrozen, setbacks } = standing;
  return (
    <section aria-labelledby="trust-setbacks" className="flex flex-col gap-4">
      <h2 id="trust-setbacks" className="text-lg font-semibold">
        {t('setbacks.title')}
      </h2>
      {isFrozen ? (
        <Notice tone="danger" title={t('frozen.title')}>
          <p>{t('frozen.text')}</p>
        </Notice>
      ) : null}
      {setbacks.length === 0 ? <p className="text-muted">{t('setbacks.none')}</p> : null}
      <ul className="flex flex-col gap-3">
        {setbacks.map(({ kind, until }) => (
          <li key={kind}>
            <Notice>
              <p className="font-medium">{t(`setbacks.kind.${kind}`)}</p>
              <p className="text-sm text-muted">
                {until === null
                  ? t('setbacks.open')
                  : t('setbacks.until', { date: format.dateTime(until, { dateStyle: 'long', timeStyle: 'short' }) })}
              </p>
            </Notice>
          </li>
        ))}
      </ul>
    </section>
  );
}
