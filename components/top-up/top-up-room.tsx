import type { inferRouterOutputs } from '@trpc/server';
import { useLocale, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { AppRouter } from '#server/api/root.ts';
import { formatAmount } from '#server/money/money.ts';

/** What the citizen's limits let them buy right now, before they choose. */
export function TopUpRoom({ room }: { room: inferRouterOutputs<AppRouter>['topUps']['room'] }) {
  const t = useTranslations('top-up.room');
  const locale = useLocale();
  const dollars = (minor: bigint) => formatAmount(minor, 'USD', { locale, trimWhole: true });
  const used = {
    dayUsed: dollars(room.day.usedMinor),
    dayMost: dollars(room.day.mostMinor),
    monthUsed: dollars(room.month.usedMinor),
    monthMost: dollars(room.month.mostMinor),
  };
  return (
    <Notice tone={room.isFrozen ? 'danger' : 'info'}>
      <p className="font-medium">
        {room.isFrozen
          ? t('frozen')
          : room.leftMinor === 0n
            ? t('none')
            : t.rich('left', { amount: () => <Amount asset="USD" minor={room.leftMinor} isTrimmed /> })}
      </p>
      <p className="text-sm text-muted">{t('used', used)}</p>
      <p className="text-sm">
        <TextLink href="/account/trust">{t('link')}</TextLink>
      </p>
    </Notice>
  );
}
