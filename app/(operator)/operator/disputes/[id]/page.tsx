import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { DisputeAnswer } from '#components/dispute/dispute-answer.tsx';
import { DisputeDebt } from '#components/dispute/dispute-debt.tsx';
import { DisputeFactList } from '#components/dispute/dispute-facts.tsx';
import { Evidence } from '#components/dispute/evidence.tsx';
import { Waterfall } from '#components/dispute/waterfall.tsx';
import { WriteOffDecide } from '#components/dispute/write-off-decide.tsx';
import { WriteOffForm } from '#components/dispute/write-off-form.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { formatAmount } from '#server/money/money.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('disputes');
  return { title: t('title') };
}

export default async function DisputePage({ params }: { params: Promise<{ id: string }> }) {
  await requireOperator();
  const { id } = await params;
  const caller = await serverCaller();
  const [t, locale, dispute] = await Promise.all([
    getTranslations('disputes.detail'),
    getLocale(),
    orNotFound(caller.operator.disputes.byId({ id })),
  ]);
  const { writeOff, owedMinor } = dispute;
  const isAnswerable = dispute.status === 'needs_response' || dispute.status === 'warning_needs_response';
  return (
    <Page>
      <BackLink href="/operator/disputes">{t('back')}</BackLink>
      <PageHeading title={t('title', { name: dispute.buyerName })} />
      <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
        <DisputeFactList dispute={dispute} />
        <Waterfall waterfall={dispute.waterfall} />
      </div>
      <Evidence pack={dispute.evidence} />
      {isAnswerable ? <DisputeAnswer id={dispute.id} /> : null}
      <DisputeDebt dispute={dispute} />
      {writeOff === null ? null : (
        <div className="flex flex-col gap-3">
          <p className="max-w-prose break-words">
            {t('proposed', {
              name: writeOff.proposerName,
              amount: formatAmount(writeOff.amountMinor, 'USD', { locale }),
              reason: writeOff.reason,
            })}
          </p>
          <WriteOffDecide id={writeOff.id} isOwn={writeOff.isOwn} />
        </div>
      )}
      {writeOff === null && owedMinor > 0n ? <WriteOffForm reference={dispute.id} /> : null}
    </Page>
  );
}
