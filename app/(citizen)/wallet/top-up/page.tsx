import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { Amount } from '#components/money/amount.tsx';
import { TopUpRoom } from '#components/top-up/top-up-room.tsx';
import { TopUpForm } from '#components/top-up/top-up-form.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('top-up');
  return { title: t('title') };
}

export default async function TopUpPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const caller = await serverCaller();
  const [query, t, offers, wallet, room, terms] = await Promise.all([
    searchParams,
    getTranslations('top-up'),
    caller.topUps.offers(),
    caller.wallet.summary(),
    caller.topUps.room(),
    caller.terms.own(),
  ]);
  return (
    <Page>
      <PageHeading title={t('title')}>
        <p>{t('intro')}</p>
        <p>{t.rich('balance', { amount: () => <Amount asset="DUCAT" minor={wallet.availableMinor} /> })}</p>
      </PageHeading>
      {textOf(query['cancelled']) === undefined ? null : (
        <Notice title={t('cancelled.title')}>
          <p>{t('cancelled.text')}</p>
        </Notice>
      )}
      <TopUpRoom room={room} />
      <NeedsScript />
      <TopUpForm offers={offers} terms={terms.isAccepted ? null : { version: terms.version }} />
    </Page>
  );
}
