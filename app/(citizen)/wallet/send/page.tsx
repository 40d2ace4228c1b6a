import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { Amount } from '#components/money/amount.tsx';
import { SendForm } from '#components/send/send-form.tsx';
import { BackLink } from '#components/ui/back-link.tsx';

const nameLengthMax = 64;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('send');
  return { title: t('title') };
}

export default async function SendPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const [query, t, caller] = await Promise.all([searchParams, getTranslations('send'), serverCaller()]);
  const { availableMinor, dayLeftMinor, monthLeftMinor } = await caller.peerTransfers.room();
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  return (
    <Page>
      <BackLink href="/wallet">{t('back')}</BackLink>
      <PageHeading title={t('title')}>
        <p>{t('lead')}</p>
        <p>
          {t.rich('room', {
            available: () => amount(availableMinor),
            day: () => amount(dayLeftMinor),
            month: () => amount(monthLeftMinor),
          })}
        </p>
      </PageHeading>
      <NeedsScript />
      <SendForm username={(textOf(query['to']) ?? '').slice(0, nameLengthMax)} />
    </Page>
  );
}
