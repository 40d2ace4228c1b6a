import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireOperator } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { AppointForm } from '#components/operator/appoint-form.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { FactorReset } from '#components/operator/factor-reset.tsx';
import { OperatorTable } from '#components/operator/operator-table.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('people');
  return { title: t('title') };
}

export default async function PeoplePage() {
  const { operatorRole } = await requireOperator();
  const caller = await serverCaller();
  const [t, operators] = await Promise.all([getTranslations('people'), caller.operator.people.operators()]);
  const isAdmin = operatorRole === 'admin';
  return (
    <Page>
      <DeskTabs current="people" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <OperatorTable operators={operators} isAdmin={isAdmin} />
      {isAdmin ? (
        <section aria-labelledby="appoint" className="flex flex-col gap-4">
          <h2 id="appoint" className="font-display text-display-sm font-semibold">
            {t('appoint.title')}
          </h2>
          <p className="max-w-prose text-muted">{t('appoint.text')}</p>
          <AppointForm />
        </section>
      ) : (
        <Notice title={t('adminsOnly')} />
      )}
      <section aria-labelledby="reset" className="flex flex-col gap-4">
        <h2 id="reset" className="font-display text-display-sm font-semibold">
          {t('reset.title')}
        </h2>
        <p className="max-w-prose text-muted">{t('reset.text')}</p>
        <NeedsScript />
        <FactorReset />
      </section>
    </Page>
  );
}
