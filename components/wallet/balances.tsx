import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { Amount } from '#components/money/amount.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface BalancesProps {
  availableMinor: bigint;
  reservedMinor: bigint;
  escrow: { totalMinor: bigint; orders: number };
}

/** The three places where a citizen's ducats can be, and what gets them out of there. */
export function Balances({ availableMinor, reservedMinor, escrow }: BalancesProps) {
  const t = useTranslations('wallet');
  return (
    <section aria-labelledby="balances">
      <h2 id="balances" className="sr-only">
        {t('balances')}
      </h2>
      <dl className="grid gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-2 lg:grid-cols-[3fr_2fr_2fr]">
        <div className="flex flex-col gap-2 bg-surface p-4 sm:col-span-2 sm:p-6 lg:col-span-1">
          <dt className="font-medium text-muted">{t('available.title')}</dt>
          <dd className="flex flex-col gap-2">
            <span className="text-2xl font-semibold sm:text-display">
              <Amount asset="DUCAT" minor={availableMinor} />
            </span>
            <span className="text-sm text-muted">{t('available.text')}</span>
          </dd>
        </div>
        <Place title={t('onHold.title')} minor={reservedMinor}>
          {reservedMinor === 0n ? t('onHold.none') : t('onHold.some')}
        </Place>
        <Place title={t('inEscrow.title')} minor={escrow.totalMinor}>
          {escrow.orders === 0 ? (
            t('inEscrow.none')
          ) : (
            <>
              {t('inEscrow.some', { count: escrow.orders })}{' '}
              <TextLink href="/orders" prefetch={false}>
                {t('inEscrow.link')}
              </TextLink>
            </>
          )}
        </Place>
      </dl>
    </section>
  );
}

function Place({ title, minor, children }: { title: string; minor: bigint; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-2 bg-surface p-4 sm:p-6">
      <dt className="font-medium text-muted">{title}</dt>
      <dd className="flex flex-col gap-2">
        <span className="text-xl font-semibold">
          <Amount asset="DUCAT" minor={minor} />
        </span>
        <span className="text-sm text-muted">{children}</span>
      </dd>
    </div>
  );
}
