import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireOperator } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { EntitlementForm } from '#components/operator/entitlement-form.tsx';
import { FeeBandsForm } from '#components/operator/fee-bands-form.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('trust.tiers');
  return { title: t('title') };
}

export default async function SettingsPage() {
  const { operatorRole } = await requireOperator();
  const caller = await serverCaller();
  const [t, entitlements, bands] = await Promise.all([
    getTranslations('trust.tiers'),
    caller.operator.trust.entitlements(),
    caller.orders.feeBands(),
  ]);
  const isAdmin = operatorRole === 'admin';
  return (
    <Page>
      <DeskTabs current="tiers" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      {isAdmin ? null : <Notice title={t('adminsOnly')} />}
      <div className="grid items-start gap-6 lg:grid-cols-2">
        {entitlements.map((entitlement) => (
          <Card key={entitlement.tier}>
            <EntitlementForm entitlement={entitlement} isAdmin={isAdmin} />
          </Card>
        ))}
      </div>
      <Card>
        <FeeBandsForm bands={bands} isAdmin={isAdmin} />
      </Card>
    </Page>
  );
}
