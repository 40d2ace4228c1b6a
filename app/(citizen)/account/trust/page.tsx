import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { LevelLimits } from '#components/trust/level-limits.tsx';
import { NextLevel } from '#components/trust/next-level.tsx';
import { Setbacks } from '#components/trust/setbacks.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Badge } from '#components/ui/badge.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('trust');
  return { title: t('title') };
}

export default async function TrustPage() {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, standing, room] = await Promise.all([
    getTranslations('trust'),
    caller.trust.standing(),
    caller.topUps.room(),
  ]);
  return (
    <Page width="prose">
      <div className="flex flex-col gap-2">
        <BackLink href="/account">{t('account')}</BackLink>
        <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      </div>
      <p className="flex flex-wrap items-center gap-3 text-lg font-semibold">
        {t(`level.${standing.level}`)}
        {standing.isAssigned ? <Badge tone="accent">{t('assigned')}</Badge> : null}
      </p>
      <LevelLimits limits={standing.limits} used={{ dayMinor: room.day.usedMinor, monthMinor: room.month.usedMinor }} />
      <NextLevel standing={standing} />
      <Setbacks standing={standing} />
    </Page>
  );
}
