import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { MailBody } from '#components/sandbox/mail-body.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Card } from '#components/ui/card.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('mailbox');
  return { title: t('title'), referrer: 'no-referrer' };
}

/** One letter of the sandbox's letter box. */
export default async function MailPage({ params }: { params: Promise<{ id: string }> }) {
  const { id: mailId } = await params;
  const caller = await serverCaller();
  const mail = await orNotFound(caller.sandbox.mail({ mailId }));
  const [t, format] = await Promise.all([getTranslations('mailbox'), getFormatter()]);
  const time = format.dateTime(mail.receivedAt, { dateStyle: 'medium', timeStyle: 'medium' });
  return (
    <Page width="prose">
      <BackLink href="/sandbox/mailbox">{t('title')}</BackLink>
      <PageHeading title={mail.subject}>{t('sentTo', { recipient: mail.recipient, time })}</PageHeading>
      <Card as="article">
        <MailBody text={mail.body} />
      </Card>
    </Page>
  );
}
