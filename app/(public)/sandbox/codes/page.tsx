import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { CodesTable } from '#components/security/codes-table.tsx';
import { Renewed } from '#components/security/renewed.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

const renewedAfterSecondsMax = 5;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('proof.codes');
  return { title: t('title'), robots: { index: false } };
}

/** Only a sandbox has this page. */
export default async function CodesPage() {
  const caller = await serverCaller();
  const [t, { codes, secondsLeft }] = await Promise.all([
    getTranslations('proof.codes'),
    orNotFound(caller.sandbox.codes()),
  ]);
  return (
    <Page width="narrow">
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {codes.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <>
          <CodesTable codes={codes} secondsLeft={secondsLeft} />
          <p className="text-sm text-muted">{t('next', { seconds: secondsLeft })}</p>
        </>
      )}
      <Renewed afterSeconds={Math.min(secondsLeft, renewedAfterSecondsMax)} />
    </Page>
  );
}
