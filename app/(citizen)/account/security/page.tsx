import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { CodesSection } from '#components/security/codes-section.tsx';
import { PasskeySection } from '#components/security/passkey-section.tsx';
import { TotpSection } from '#components/security/totp-section.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('security');
  return { title: t('title') };
}

export default async function SecurityPage() {
  const { username } = await requireVisitor();
  const caller = await serverCaller();
  const [t, factors] = await Promise.all([getTranslations('security'), caller.security.factors()]);
  const { totpSince, passkeys, recoveryCodesLeft } = factors;
  const factorsCount = passkeys.length + (totpSince === null ? 0 : 1);
  const hasFactor = factorsCount > 0;
  return (
    <Page width="prose">
      <BackLink href="/account">{t('account')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {hasFactor ? null : (
        <Notice title={t('none.title')}>
          <p>{t('none.text')}</p>
        </Notice>
      )}
      {hasFactor && recoveryCodesLeft === 0 ? (
        <Notice title={t('oneMore.title')}>
          <p>
            {t('oneMore.text')} <TextLink href="#recovery-codes">{t('oneMore.link')}</TextLink>
          </p>
        </Notice>
      ) : null}
      <NeedsScript />
      <TotpSection since={totpSince} isLast={factorsCount === 1} />
      <PasskeySection passkeys={passkeys} isLast={factorsCount === 1} />
      <CodesSection username={username} hasFactor={hasFactor} codesLeft={recoveryCodesLeft} />
    </Page>
  );
}
