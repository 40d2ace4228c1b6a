import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BalanceChecks } from '#components/operator/balance-checks.tsx';
import { CompareBalance } from '#components/operator/compare-balance.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { ReconciliationTable } from '#components/operator/reconciliation-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('reconciliation');
  return { title: t('title') };
}

export default async function ReconciliationPage() {
  await requireOperator();
  const caller = await serverCaller();
  const [t, format, { counts, items, checks, readAt, now }] = await Promise.all([
    getTranslations('reconciliation'),
    getFormatter(),
    orNotFound(caller.operator.reconciliation.overview()),
  ]);
  const read = readAt === null ? t('neverRead') : t('read', { when: format.relativeTime(readAt, now) });
  return (
    <Page>
      <DeskTabs current="money" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {counts.overdue > 0 ? <Notice tone="danger" title={t('overdue', { count: counts.overdue })} /> : null}
      <section aria-labelledby="counts" className="flex max-w-form flex-col gap-4">
        <h2 id="counts" className="font-display text-display-sm font-semibold">
          {t('counts')}
        </h2>
        <Figures
          figures={(['matched', 'missingHere', 'missingThere', 'different'] as const).map((key) => ({
            key,
            label: t(key),
            value: format.number(counts[key]),
          }))}
        />
        <p className="text-sm text-muted">{read}</p>
      </section>
      <section aria-labelledby="open" className="flex flex-col gap-4">
        <h2 id="open" className="font-display text-display-sm font-semibold">
          {t('open')}
        </h2>
        {items.length === 0 ? (
          <EmptyState title={t('none')} isCompact>
            {t('noneText')}
          </EmptyState>
        ) : (
          <ReconciliationTable items={items} now={now} />
        )}
      </section>
      <section aria-labelledby="checks" className="flex flex-col gap-4">
        <h2 id="checks" className="font-display text-display-sm font-semibold">
          {t('checks.title')}
        </h2>
        <CompareBalance />
        {checks.length === 0 ? (
          <EmptyState title={t('checks.none')} isCompact>
            {t('checks.noneText')}
          </EmptyState>
        ) : (
          <BalanceChecks checks={checks} />
        )}
      </section>
    </Page>
  );
}
