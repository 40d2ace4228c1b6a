import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { PageHeading } from '#components/layout/page.tsx';
import { BehindNotice } from '#components/provenance/behind-notice.tsx';
import { RefundForm } from '#components/refund/refund-form.tsx';
import { RefundTable } from '#components/refund/refund-table.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { RefundableTopUp } from '#server/payments/refunds/refund-schema.ts';

interface PaymentRefundsProps {
  payment: RefundableTopUp & { citizenName: string };
  mayRefund: boolean;
}

/** One payment: what is left of it, what of its ducats is unspent, its refunds, and another one. */
export function PaymentRefunds({ payment, mayRefund }: PaymentRefundsProps) {
  const t = useTranslations('refund');
  const { citizenName, paid, left, unspent, isUpToDate, refunds, chargeId, riskLevel, topUpId } = payment;
  const rows = refunds.map((refund) => ({ ...refund, citizenName }));
  return (
    <>
      <BackLink href="/operator/refunds">{t('one.back')}</BackLink>
      <PageHeading title={t('one.title', { name: citizenName })} />
      {isUpToDate ? null : <BehindNotice />}
      <div className="grid gap-6 md:grid-cols-2 md:gap-10">
        <Figures
          figures={[
            { key: 'paid', label: t('one.paid'), value: <Amount asset="USD" minor={paid.totalMinor} /> },
            { key: 'left', label: t('one.left'), value: <Amount asset="USD" minor={left.totalMinor} />, isTotal: true },
          ]}
        />
        <Figures
          figures={[
            {
              key: 'unspent',
              label: t('one.unspent'),
              value: <Amount asset="DUCAT" minor={unspent.baseMinor} unit="none" />,
            },
            {
              key: 'bonus',
              label: t('one.bonus'),
              value: <Amount asset="DUCAT" minor={unspent.bonusMinor} unit="none" />,
            },
            { key: 'charge', label: t('one.charge'), value: <span className="break-all">{chargeId ?? '–'}</span> },
            { key: 'risk', label: t('one.risk'), value: riskLevel ?? '–' },
          ]}
        />
      </div>
      {rows.length === 0 ? <p className="text-muted">{t('one.none')}</p> : <RefundTable refunds={rows} />}
      {mayRefund ? (
        <section aria-labelledby="refund-form" className="flex flex-col gap-4">
          <h2 id="refund-form" className="font-display text-display-sm font-semibold">
            {t('form.title')}
          </h2>
          {left.priceMinor === 0n ? (
            <Notice title={t('form.nothingLeft')} />
          ) : (
            <RefundForm topUpId={topUpId} leftMinor={left.priceMinor} />
          )}
        </section>
      ) : null}
    </>
  );
}
