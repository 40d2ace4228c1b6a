import { useLocale, useTranslations } from 'next-intl';

import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { formatAmount } from '#server/money/money.ts';

/** Says on the wallet that something is owed, and where it is paid; nothing where nothing is. */
export function DebtNotice({ totalMinor }: { totalMinor: bigint }) {
  const t = useTranslations('debt');
  const locale = useLocale();
  if (totalMinor === 0n) return null;
  return (
    <Notice tone="danger" title={t('notice', { amount: formatAmount(totalMinor, 'USD', { locale }) })}>
      <p>{t('noticeText')}</p>
      <TextLink href="/wallet/debt">{t('link')}</TextLink>
    </Notice>
  );
}
