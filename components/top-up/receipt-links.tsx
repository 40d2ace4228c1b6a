import { useTranslations } from 'next-intl';

import { LinkButton } from '#components/ui/link-button.tsx';

/** Where a citizen goes with what was just credited. */
export function ReceiptLinks() {
  const t = useTranslations('top-up.receipt');
  return (
    <div className="flex flex-wrap gap-3">
      <LinkButton href="/market" prefetch={false}>
        {t('market')}
      </LinkButton>
      <LinkButton href="/wallet" variant="secondary" prefetch={false}>
        {t('statement')}
      </LinkButton>
    </div>
  );
}
