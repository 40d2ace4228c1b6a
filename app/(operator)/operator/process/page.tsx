import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireOperator } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { ProcessFigure } from '#components/operator/process-drawing.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('process');
  return { title: t('title') };
}

export default async function ProcessPage() {
  await requireOperator();
  const caller = await serverCaller();
  const [t, processes] = await Promise.all([getTranslations('process'), caller.orders.processes()]);
  return (
    <Page>
      <DeskTabs current="process" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {processes.map((process) => (
        <ProcessFigure key={process.version} process={process} />
      ))}
    </Page>
  );
}
