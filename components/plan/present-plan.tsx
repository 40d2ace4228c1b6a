import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { ManageButton } from '#components/plan/manage-button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { PlanView, SubscriptionView } from '#server/payments/subscriptions/subscription-schema.ts';

/** The citizen's tier, why they have it, and how it stands with what they pay. */
export function PresentPlan({ plan }: { plan: PlanView }) {
  const t = useTranslations('plan.present');
  const tier = useTranslations('tier');
  const { subscription } = plan;
  const isBySubscription = plan.tier !== plan.classTier;
  return (
    <Card as="section" labelledBy="plan-present">
      <div className="flex flex-col gap-4">
        <div className="flex flex-col gap-1">
          <h2 id="plan-present" className="text-lg font-semibold">
            {t('title')}: {tier(plan.tier)}
          </h2>
          <p className="text-muted">
            {isBySubscription ? t('bySubscription', { tier: tier(plan.classTier) }) : t('byClass')}
          </p>
        </div>
        {subscription === null ? null : (
          <>
            <PaymentNotice subscription={subscription} isOutgrown={isOutgrown(plan)} />
            <SubscriptionFigures subscription={subscription} />
            <ManageButton />
          </>
        )}
      </div>
    </Card>
  );
}

/** A living subscription that adds nothing to the class. */
function isOutgrown({ classTier, subscription, tier }: PlanView): boolean {
  return subscription?.standing === 'active' && tier === classTier;
}

function PaymentNotice({ subscription, isOutgrown }: { subscription: SubscriptionView; isOutgrown: boolean }) {
  const t = useTranslations('plan');
  const format = useFormatter();
  const day = (date: Date | null) => (date === null ? '' : format.dateTime(date, { dateStyle: 'long' }));
  const { standing, graceUntil, endsAt } = subscription;
  if (standing === 'grace') {
    return (
      <Notice tone="danger" title={t('grace.title')}>
        <p>{t('grace.text', { date: day(graceUntil) })}</p>
      </Notice>
    );
  }
  if (standing === 'lapsed') {
    return (
      <Notice tone="danger" title={t('lapsed.title')}>
        <p>{t('lapsed.text')}</p>
      </Notice>
    );
  }
  if (standing === 'active' && endsAt !== null) {
    return (
      <Notice title={t('ending.title', { date: day(endsAt) })}>
        <p>{t('ending.text')}</p>
      </Notice>
    );
  }
  if (!isOutgrown) return null;
  return (
    <Notice title={t('outgrown.title')}>
      <p>{t('outgrown.text')}</p>
    </Notice>
  );
}

function SubscriptionFigures({ subscription }: { subscription: SubscriptionView }) {
  const t = useTranslations('plan.present');
  const tier = useTranslations('tier');
  const format = useFormatter();
  const { standing, endsAt, periodEnd } = subscription;
  const day = endsAt ?? periodEnd;
  const isRunning = standing === 'active' || standing === 'grace' || standing === 'lapsed';
  return (
    <Figures
      figures={[
        { key: 'tier', label: t('subscription'), value: tier(subscription.tier) },
        {
          key: 'price',
          label: t('price'),
          value: t.rich('perMonth', { amount: () => <Amount asset="USD" minor={subscription.priceMinor} /> }),
        },
        { key: 'state', label: t('state'), value: t(`standing.${standing}`) },
        ...(isRunning && day !== null
          ? [
              {
                key: 'day',
                label: endsAt === null ? t('next') : t('ends'),
                value: format.dateTime(day, { dateStyle: 'long' }),
              },
            ]
          : []),
      ]}
    />
  );
}
