import { useTranslations } from 'next-intl';

import { ErrorState } from '#components/ui/error-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

/** A payment that brought nothing: what happened to it, and the way to try again. */
export function Unpaid({ outcome }: { outcome: 'open' | 'expired' | 'failed' }) {
  const t = useTranslations('top-up.complete');
  return (
    <ErrorState
      title={t(`${outcome}.title`)}
      actions={
        <>
          <LinkButton href="/wallet/top-up" prefetch={false}>
            {t('again')}
          </LinkButton>
          <LinkButton href="/wallet" variant="secondary" prefetch={false}>
            {t('wallet')}
          </LinkButton>
        </>
      }
    >
      <p>{t(`${outcome}.text`)}</p>
    </ErrorState>
  );
}
