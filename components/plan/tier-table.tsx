import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { SubscribeButton } from '#components/plan/subscribe-button.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Table, type Column } from '#components/ui/table.tsx';
import type { PlanView } from '#server/payments/subscriptions/subscription-schema.ts';

type Row = PlanView['tiers'][number];

/** Every tier beside the others, by the table that the product itself goes by. */
export function TierTable({ plan }: { plan: PlanView }) {
  const t = useTranslations('plan.compare');
  const columns = useColumns(plan);
  return (
    <section aria-labelledby="plan-compare" className="flex flex-col gap-4">
      <h2 id="plan-compare" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      <Table caption={t('caption')} columns={columns} rows={plan.tiers} rowKey={(row) => row.tier} />
      <Note />
    </section>
  );
}

function Note() {
  const t = useTranslations('plan');
  return <p className="text-sm text-muted">{t('note')}</p>;
}

function useColumns(plan: PlanView): Column<Row>[] {
  const t = useTranslations('plan.compare');
  const feature = useTranslations('plan.feature');
  const tier = useTranslations('tier');
  const format = useFormatter();
  return [
    {
      key: 'tier',
      header: t('tier'),
      isTitle: true,
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-2 font-semibold">
          {tier(row.tier)}
          {row.tier === plan.tier ? <Badge tone="accent">{t('yours')}</Badge> : null}
        </span>
      ),
    },
    {
      key: 'price',
      header: t('price'),
      align: 'end',
      cell: ({ subscriptionUsdMinor: minor, tier: name }) =>
        minor === null ? (
          name === 'observer' ? (
            t('free')
          ) : (
            t('notSold')
          )
        ) : (
          <Amount asset="USD" minor={minor} isTrimmed />
        ),
    },
    {
      key: 'features',
      header: t('features'),
      cell: (row) => row.features.map((name) => feature(name)).join(', '),
    },
    {
      key: 'calls',
      header: t('calls'),
      align: 'end',
      cell: ({ apiCallsPerMonth: calls }) => (calls === null ? t('unlimited') : format.number(calls)),
    },
    {
      key: 'fee',
      header: t('fee'),
      align: 'end',
      cell: ({ saleFeePpm }) => format.number(saleFeePpm / 1_000_000, { style: 'percent', maximumFractionDigits: 4 }),
    },
    { key: 'choose', header: t('choose'), cell: (row) => <Choice plan={plan} row={row} /> },
  ];
}

const tiersUpwards = ['observer', 'participant', 'creator', 'enterprise'] as const;
const running: readonly string[] = ['active', 'grace', 'lapsed'];

/** What can be done with a tier: nothing where the class gives it, the portal where a subscription runs. */
function Choice({ plan, row }: { plan: PlanView; row: Row }) {
  const t = useTranslations('plan.compare');
  const { tier, subscriptionUsdMinor } = row;
  if (tiersUpwards.indexOf(tier) <= tiersUpwards.indexOf(plan.classTier)) {
    return <span className="text-sm text-muted">{t('byClass')}</span>;
  }
  if (tier === 'observer' || subscriptionUsdMinor === null) {
    return <span className="text-sm text-muted">{t('notSold')}</span>;
  }
  if (plan.subscription !== null && running.includes(plan.subscription.standing)) {
    const isThis = plan.subscription.tier === tier;
    return <span className="text-sm text-muted">{isThis ? t('yours') : t('inPortal')}</span>;
  }
  return <SubscribeButton tier={tier} />;
}
