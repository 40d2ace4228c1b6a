import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { HubCards } from '#components/account/hub-cards.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('account.hub');
  return { title: t('title') };
}

export default async function AccountPage() {
  const visitor = await requireVisitor();
  const caller = await serverCaller();
  const [t, overview] = await Promise.all([getTranslations('account.hub'), caller.account.overview()]);
  return (
    <Page>
      <PageHeading title={t('title')}>
        {t('lead', { name: visitor.displayName, username: visitor.username })}
      </PageHeading>
      <HubCards overview={overview} />
    </Page>
  );
}
