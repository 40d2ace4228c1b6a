import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { ApiUsageCard } from '#components/credentials/api-usage.tsx';
import { CredentialList } from '#components/credentials/credential-list.tsx';
import { CurlExample } from '#components/credentials/curl-example.tsx';
import { MakeCredential } from '#components/credentials/make-credential.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('credentials');
  return { title: t('title') };
}

export default async function CredentialsPage() {
  const { hasSecondFactor } = await requireVisitor();
  const caller = await serverCaller();
  const [t, { credentials, usage, now, credentialsMax, appUrl }] = await Promise.all([
    getTranslations('credentials'),
    caller.credentials.list(),
  ]);
  const living = credentials.filter(({ isExpired }) => !isExpired).length;
  return (
    <Page width="prose">
      <BackLink href="/account">{t('account')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {hasSecondFactor ? null : (
        <Notice title={t('factor.title')}>
          <p>{t('factor.text')}</p>
          <p>
            <TextLink href="/account/security">{t('factor.link')}</TextLink>
          </p>
        </Notice>
      )}
      <ApiUsageCard usage={usage} />
      {credentials.length === 0 ? (
        <EmptyState title={t('empty.title')} isCompact>
          {t(hasSecondFactor ? 'empty.text' : 'empty.textBefore')}
        </EmptyState>
      ) : (
        <CredentialList credentials={credentials} now={now} />
      )}
      <NeedsScript />
      {hasSecondFactor ? <MakeCredential isFull={living >= credentialsMax} max={credentialsMax} /> : null}
      <CurlExample appUrl={appUrl} />
    </Page>
  );
}
