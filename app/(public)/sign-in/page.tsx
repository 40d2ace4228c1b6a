import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { redirect } from 'next/navigation';

import { Islands } from '#app/_islands/islands.tsx';
import { factorPath } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { SignInButton } from '#components/session/sign-in-button.tsx';
import { Meaning, TierTable } from '#components/sign-in/meaning.tsx';
import { PasskeyButton } from '#components/sign-in/passkey-button.tsx';
import { returnPath } from '#components/sign-in/return-path.ts';
import { SignInError } from '#components/sign-in/sign-in-error.tsx';
import { WalletSignIn } from '#components/sign-in/wallet-sign-in.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { signInErrorCode } from '#server/api/auth-door.ts';
import { deployment } from '#server/api/deployment.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('sign-in');
  return { title: t('title') };
}

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const query = await searchParams;
  const { appUrl, isSandbox, testWalletUrl } = deployment();
  const returnTo = returnPath(textOf(query['callbackUrl']), appUrl);
  const [visitor, t, byWallet] = await Promise.all([
    readVisitor(),
    getTranslations('sign-in'),
    getTranslations('wallet-sign-in'),
  ]);
  if (visitor !== null) redirect(visitor.owesSecondFactor ? factorPath(returnTo) : returnTo);
  const errorCode = signInErrorCode(textOf(query['error']));
  return (
    <Page width="wide">
      <div className="grid gap-10 lg:grid-cols-2 lg:gap-16">
        <div className="flex flex-col gap-6">
          <PageHeading title={t('title')}>{t('intro')}</PageHeading>
          {errorCode === null ? null : <SignInError code={errorCode} />}
          <NeedsScript />
          <Card>
            <div className="flex flex-col gap-4">
              <SignInButton returnTo={returnTo} failure={t('failed')} wide>
                {t('button')}
              </SignInButton>
              <Islands say={['security', 'errors']}>
                <PasskeyButton returnTo={returnTo} />
              </Islands>
            </div>
          </Card>
          <Card as="section" labelledBy="by-wallet">
            <div className="flex flex-col gap-4">
              <h2 id="by-wallet" className="text-lg font-semibold">
                {byWallet('title')}
              </h2>
              <p className="text-muted">{byWallet('text')}</p>
              {testWalletUrl === null ? null : (
                <p>
                  <TextLink href={testWalletUrl} target="_blank" rel="noreferrer">
                    {byWallet('testWallet')}
                  </TextLink>
                </p>
              )}
              <Islands say={['wallet-sign-in', 'errors']}>
                <WalletSignIn returnTo={returnTo} />
              </Islands>
            </div>
          </Card>
          {isSandbox ? (
            <Notice title={t('sandbox.title')}>
              <p className="text-sm">{t('sandbox.text')}</p>
            </Notice>
          ) : null}
        </div>
        <div className="flex flex-col gap-10">
          <Meaning />
          <TierTable />
        </div>
      </div>
    </Page>
  );
}
