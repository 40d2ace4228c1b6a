import { useFormatter, useTranslations } from 'next-intl';

import { FactorSection } from '#components/security/factor-section.tsx';
import { RemoveTotp } from '#components/security/remove-totp.tsx';
import { TotpEnrolment } from '#components/security/totp-enrolment.tsx';
import { Badge } from '#components/ui/badge.tsx';

/** The authenticator app: set up here, in place, or removed. */
export function TotpSection({ since, isLast }: { since: Date | null; isLast: boolean }) {
  const t = useTranslations('security');
  const format = useFormatter();
  const state = since === null ? <Badge>{t('off')}</Badge> : <Badge tone="success">{t('on')}</Badge>;
  return (
    <FactorSection id="totp" title={t('totp.title')} text={t('totp.text')} state={state}>
      {since === null ? (
        <TotpEnrolment />
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p>{t('since', { date: format.dateTime(since, { dateStyle: 'long' }) })}</p>
          <RemoveTotp isLast={isLast} />
        </div>
      )}
    </FactorSection>
  );
}
