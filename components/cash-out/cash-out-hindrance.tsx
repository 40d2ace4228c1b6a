import { useFormatter, useTranslations } from 'next-intl';

import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { CashOutRoom } from '#server/payments/cash-outs/cash-out-schema.ts';

export type Hindrance = 'off' | 'frozen' | 'level' | 'later' | 'account' | 'checking' | 'refused';

/** What stands between the citizen and a cash-out; null where nothing does. */
export function hindranceOf(room: CashOutRoom): Hindrance | null {
  if (!room.isOffered) return 'off';
  if (room.isFrozen) return 'frozen';
  const state = room.account?.state ?? 'started';
  if (state === 'checking' || state === 'refused') return state;
  if (state !== 'ready') return 'account';
  if (room.cashOutFrom !== null) return 'later';
  return room.isLevelEnough ? null : 'level';
}

export function CashOutHindrance({ room, hindrance }: { room: CashOutRoom; hindrance: Hindrance }) {
  const t = useTranslations('cash-out.hindrance');
  const format = useFormatter();
  const { cashOutFrom } = room;
  const from = cashOutFrom === null ? '' : format.dateTime(cashOutFrom, { dateStyle: 'long', timeStyle: 'short' });
  return (
    <Notice title={t(`${hindrance}.title`)}>
      <p>{t(`${hindrance}.text`, { from })}</p>
      {hindrance === 'level' ? (
        <p>
          <TextLink href="/account/trust">{t('trust')}</TextLink>
        </p>
      ) : null}
    </Notice>
  );
}
