import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { EndOtherSessions } from '#components/session/end-session.tsx';
import { SessionList } from '#components/session/session-list.tsx';
import { BackLink } from '#components/ui/back-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('session');
  return { title: t('title') };
}

export default async function SessionsPage() {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, { sessions, now, idleMinutes, lifeHours }] = await Promise.all([
    getTranslations('session'),
    caller.session.list(),
  ]);
  const times = { idle: idleMinutes, life: lifeHours };
  return (
    <Page width="prose">
      <BackLink href="/account">{t('account')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <SessionList sessions={sessions} now={now} />
      <NeedsScript />
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p className="text-sm text-muted">
          {sessions.length === 1 ? `${t('onlyOne')} ` : ''}
          {t('times', times)}
        </p>
        {sessions.length === 1 ? null : <EndOtherSessions />}
      </div>
    </Page>
  );
}
