import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { EmailForm } from '#components/account/email-form.tsx';
import { EmailState } from '#components/account/email-state.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('account.contact');
  return { title: t('title') };
}

export default async function ContactPage() {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, account, contact] = await Promise.all([
    getTranslations('account.contact'),
    getTranslations('account.hub'),
    caller.contact.current(),
  ]);
  const isEmpty = contact.address === null && contact.pending === null;
  return (
    <Page width="prose">
      <BackLink href="/account">{account('title')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {isEmpty ? <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState> : <EmailState contact={contact} />}
      <NeedsScript />
      <EmailForm isChange={contact.address !== null} />
    </Page>
  );
}
