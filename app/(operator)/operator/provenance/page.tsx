import type { Metadata } from 'next';
import { TRPCError } from '@trpc/server';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';

import { requireOperator } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { AccountLots } from '#components/provenance/account-lots.tsx';
import { AccountName } from '#components/provenance/account-name.tsx';
import { DefectsTable } from '#components/provenance/defects-table.tsx';
import { findKinds, FindForms } from '#components/provenance/find-forms.tsx';
import type { FindKind } from '#components/provenance/find-forms.tsx';
import { ProjectionState } from '#components/provenance/projection-state.tsx';
import { SourceShares } from '#components/provenance/source-shares.tsx';
import { TraceTable } from '#components/provenance/trace-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

const path = '/operator/provenance';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('provenance.desk');
  return { title: t('title') };
}

/** The books' units for the finance desk; to the support desk there is no such page. */
export default async function ProvenancePage({ searchParams }: { searchParams: SearchParams }) {
  const { operatorRole } = await requireOperator();
  if (operatorRole === 'support') notFound();
  const query = await searchParams;
  const asked = Object.fromEntries(findKinds.map((kind) => [kind, textOf(query[kind])])) as Record<
    FindKind,
    string | undefined
  >;
  const caller = await serverCaller();
  const [t, state] = await Promise.all([getTranslations('provenance.desk'), caller.operator.provenance.state()]);
  const kind = findKinds.find((one) => asked[one] !== undefined);
  return (
    <Page>
      <DeskTabs current="money" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <Section id="find" title={t('find.title')}>
        <FindForms action={path} asked={asked} />
      </Section>
      {kind === undefined ? null : await found(kind, asked[kind] ?? '')}
      <Section id="state" title={t('state.title')}>
        <div className="max-w-form">
          <ProjectionState lag={state.lag} check={state.check} />
        </div>
      </Section>
      <Section id="defects" title={t('defects.title')}>
        <DefectsTable defects={state.defects} />
      </Section>
    </Page>
  );
}

function Section({ id, title, children }: { id: string; title: ReactNode; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="flex flex-col gap-4">
      <h2 id={id} className="font-display text-display-sm font-semibold wrap-anywhere">
        {title}
      </h2>
      {children}
    </section>
  );
}

/** What was looked up; nothing to be found is an answer, not an error. */
async function found(kind: FindKind, asked: string): Promise<ReactNode> {
  const t = await getTranslations('provenance.desk');
  try {
    return await answerTo(kind, asked.trim());
  } catch (error) {
    if (!(error instanceof TRPCError) || (error.code !== 'NOT_FOUND' && error.code !== 'BAD_REQUEST')) throw error;
    return <EmptyState title={t('find.notFound')}>{t('find.notFoundText')}</EmptyState>;
  }
}

async function answerTo(kind: FindKind, asked: string): Promise<ReactNode> {
  const { provenance } = (await serverCaller()).operator;
  const t = await getTranslations('provenance.desk');
  switch (kind) {
    case 'serial': {
      const steps = await provenance.serial({ serial: asked });
      return (
        <Section id="found" title={t('trace.title', { serial: asked })}>
          <TraceTable steps={steps} />
        </Section>
      );
    }
    case 'source': {
      const { source, shares } = await provenance.source({ id: asked });
      const names = await getTranslations('provenance.sources');
      const type =
        source.type === 'charge' || source.type === 'order' || source.type === 'grant' ? source.type : 'transfer';
      return (
        <Section id="found" title={t('source.title', { type: names(type), id: source.id })}>
          <SourceShares shares={shares} />
        </Section>
      );
    }
    case 'account': {
      const { account, lots, lotCount } = await provenance.account({ account: asked });
      return (
        <Section id="found" title={t('account.title', { id: String(account.accountId) })}>
          <p>
            <AccountName account={account} />
          </p>
          <AccountLots lots={lots} lotCount={lotCount} />
        </Section>
      );
    }
  }
}
