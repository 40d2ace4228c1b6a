import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { notFound } from 'next/navigation';

import { Islands } from '#app/_islands/islands.tsx';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { VerifyEmail } from '#components/account/verify-email.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { verifyEmailInput } from '#server/citizens/schema.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('account.verify');
  return { title: t('title'), referrer: 'no-referrer', robots: { index: false } };
}

/** Where the link of a letter leads, in whatever browser it is opened. */
export default async function VerifyEmailPage({ searchParams }: { searchParams: SearchParams }) {
  const given = verifyEmailInput.safeParse({ token: textOf((await searchParams)['token']) });
  if (!given.success) notFound();
  const t = await getTranslations('account.verify');
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      <Islands say={['account', 'errors']}>
        <VerifyEmail token={given.data.token} />
      </Islands>
    </Page>
  );
}
