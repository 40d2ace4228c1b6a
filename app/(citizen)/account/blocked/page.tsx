import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { BlockButtons } from '#components/block/block-buttons.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('block');
  return { title: t('title') };
}

export default async function BlockedPage() {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, account, blocked] = await Promise.all([
    getTranslations('block'),
    getTranslations('account.hub'),
    caller.blocks.list(),
  ]);
  return (
    <Page width="prose">
      <BackLink href="/account">{account('title')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      {blocked.length === 0 ? (
        <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState>
      ) : (
        <ul aria-label={t('list')} className="flex flex-col gap-3">
          {blocked.map(({ citizen, kinds }) => (
            <li
              key={citizen.citizenId}
              className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-line bg-surface p-4"
            >
              <span className="flex min-w-0 flex-wrap items-center gap-2">
                <span className="font-medium wrap-anywhere">{citizen.displayName}</span>
                <span className="text-sm text-muted wrap-anywhere">{citizen.username}</span>
                {kinds.includes('block') ? <Badge tone="danger">{t('blocked')}</Badge> : null}
                {kinds.includes('mute') ? <Badge>{t('muted')}</Badge> : null}
              </span>
              <BlockButtons citizen={citizen} kinds={kinds} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}
