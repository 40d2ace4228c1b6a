import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { redirect } from 'next/navigation';

import { Islands } from '#app/_islands/islands.tsx';
import { signInPath } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { FactorSignIn } from '#components/security/factor-sign-in.tsx';
import { SignOutButton } from '#components/session/sign-out-button.tsx';
import { returnPath } from '#components/sign-in/return-path.ts';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { deployment } from '#server/api/deployment.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('proof');
  return { title: t('signIn.title') };
}

/** Where someone who signed in gives their second factor; until then they may do nothing. */
export default async function FactorPage({ searchParams }: { searchParams: SearchParams }) {
  const query = await searchParams;
  const returnTo = returnPath(textOf(query['callbackUrl']), deployment().appUrl);
  const [visitor, t, layout] = await Promise.all([readVisitor(), getTranslations('proof'), getTranslations('layout')]);
  if (visitor === null) redirect(signInPath(returnTo));
  if (!visitor.owesSecondFactor) redirect(returnTo);
  return (
    <Page width="narrow">
      <PageHeading title={t('signIn.title')}>{t('signIn.text', { name: visitor.displayName })}</PageHeading>
      <Card>
        <div className="flex flex-col gap-4">
          <NeedsScript />
          <Islands say={['proof', 'errors']}>
            <FactorSignIn returnTo={returnTo} />
          </Islands>
        </div>
      </Card>
      {deployment().isSandbox ? (
        <Notice title={t('signIn.sandbox')}>
          <p className="text-sm">
            <TextLink href="/sandbox/codes" prefetch={false} target="_blank">
              {t('signIn.sandboxLink')}
            </TextLink>
          </p>
        </Notice>
      ) : null}
      <div>
        <SignOutButton variant="quiet" failure={layout('signOutFailed')}>
          {t('signIn.other')}
        </SignOutButton>
      </div>
    </Page>
  );
}
