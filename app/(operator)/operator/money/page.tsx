import { Banknote, Footprints, Gavel, Inbox, Scale, Undo2 } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { HubCard } from '#components/ui/hub-card.tsx';

/** An answer is due within days, so that no dispute that waits for one is further back. */
const disputesCounted = 100;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('events.hub');
  return { title: t('title') };
}

/** Every page about money that comes in and goes back, with what waits there. */
export default async function MoneyPage() {
  const { operatorRole } = await requireOperator();
  const caller = await serverCaller();
  const [t, origins, { inbox }, { counts }, reviews, warnings, cashOuts, disputes] = await Promise.all([
    getTranslations('events.hub'),
    getTranslations('provenance.desk.hub'),
    orNotFound(caller.operator.overview()),
    caller.operator.reconciliation.overview(),
    caller.operator.refunds.reviews(),
    caller.operator.refunds.warnings(),
    caller.operator.cashOuts.list(),
    caller.operator.disputes.list({ limit: disputesCounted }),
  ]);
  const unfit = counts.missingHere + counts.missingThere + counts.different;
  const events = `${t('waiting', { count: inbox.received })}, ${t('failed', { count: inbox.failed })}`;
  return (
    <Page>
      <DeskTabs current="money" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <HubCard
          href="/operator/events"
          icon={<Inbox aria-hidden="true" className="size-icon" />}
          title={t('events')}
          state={inbox.exhausted > 0 ? t('givenUp', { count: inbox.exhausted }) : events}
        >
          {t('eventsText')}
        </HubCard>
        <HubCard
          href="/operator/reconciliation"
          icon={<Scale aria-hidden="true" className="size-icon" />}
          title={t('reconciliation')}
          state={t('unfit', { count: unfit })}
        >
          {t('reconciliationText')}
        </HubCard>
        {operatorRole === 'support' ? null : (
          <HubCard
            href="/operator/provenance"
            icon={<Footprints aria-hidden="true" className="size-icon" />}
            title={origins('title')}
          >
            {origins('text')}
          </HubCard>
        )}
        <HubCard
          href="/operator/refunds"
          icon={<Undo2 aria-hidden="true" className="size-icon" />}
          title={t('refunds')}
          state={t('toDecide', { count: reviews.length + warnings.filter(({ state }) => state === 'open').length })}
        >
          {t('refundsText')}
        </HubCard>
        <HubCard
          href="/operator/disputes"
          icon={<Gavel aria-hidden="true" className="size-icon" />}
          title={t('disputes')}
          state={t('toAnswer', {
            count: disputes.items.filter(({ status }) => status.endsWith('needs_response')).length,
          })}
        >
          {t('disputesText')}
        </HubCard>
        <HubCard
          href="/operator/cash-outs"
          icon={<Banknote aria-hidden="true" className="size-icon" />}
          title={t('cashOuts')}
          state={
            cashOuts.unknown.length > 0
              ? t('notKnown', { count: cashOuts.unknown.length })
              : t('toApprove', { count: cashOuts.waiting.length })
          }
        >
          {t('cashOutsText')}
        </HubCard>
      </ul>
    </Page>
  );
}
