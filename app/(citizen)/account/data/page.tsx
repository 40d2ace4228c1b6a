import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { CloseAccount } from '#components/account/close-account.tsx';
import { DataDownload } from '#components/account/data-download.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('account.data');
  return { title: t('title') };
}

export default async function DataPage() {
  const { username } = await requireVisitor();
  const caller = await serverCaller();
  const [t, close, account, common, obstacles] = await Promise.all([
    getTranslations('account.data'),
    getTranslations('account.close'),
    getTranslations('account.hub'),
    getTranslations('common'),
    caller.account.obstacles(),
  ]);
  return (
    <Page width="prose">
      <BackLink href="/account">{account('title')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      <DataDownload />
      <section aria-labelledby="closing" className="flex flex-col gap-4">
        <h2 id="closing" className="font-display text-display-sm font-semibold">
          {close('title')}
        </h2>
        <p>{close('consequences')}</p>
        {obstacles.length === 0 ? (
          <CloseAccount username={username} closeLabel={common('cancel')} />
        ) : (
          <Notice title={close('notYet')}>
            <ul className="list-disc pl-6">
              {obstacles.map(({ code, count }) => (
                <li key={code}>{close(`obstacle.${code}`, { count })}</li>
              ))}
            </ul>
          </Notice>
        )}
      </section>
    </Page>
  );
}
