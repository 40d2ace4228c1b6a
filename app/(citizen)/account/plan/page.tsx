import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { InvoiceTable } from '#components/plan/invoice-table.tsx';
import { PresentPlan } from '#components/plan/present-plan.tsx';
import { RefreshSoon } from '#components/ui/refresh-soon.tsx';
import { TierTable } from '#components/plan/tier-table.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('plan');
  return { title: t('title') };
}

export default async function PlanPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, plan, query] = await Promise.all([getTranslations('plan'), caller.subscriptions.plan(), searchParams]);
  const isManaged = textOf(query['managed']) !== undefined;
  return (
    <Page>
      <div className="flex flex-col gap-2">
        <BackLink href="/account">{t('account')}</BackLink>
        <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      </div>
      {textOf(query['cancelled']) === undefined ? null : <Notice title={t('cancelled')} />}
      {isManaged ? <Notice title={t('managed')} /> : null}
      {isManaged ? <RefreshSoon /> : null}
      <NeedsScript />
      <PresentPlan plan={plan} />
      <TierTable plan={plan} />
      <InvoiceTable invoices={plan.invoices} />
    </Page>
  );
}
