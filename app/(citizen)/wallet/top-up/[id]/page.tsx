import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { ReceiptLinks } from '#components/top-up/receipt-links.tsx';
import { Receipt } from '#components/top-up/receipt.tsx';
import { OwnRefunds } from '#components/refund/own-refunds.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('top-up.receipt');
  return { title: t('receiptTitle') };
}

export default async function ReceiptPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const visitor = await requireVisitor();
  const caller = await serverCaller();
  const [t, topUp, refunds] = await Promise.all([
    getTranslations('top-up.receipt'),
    orNotFound(caller.topUps.byId({ topUpId: id })),
    orNotFound(caller.refunds.ofTopUp({ topUpId: id })),
  ]);
  return (
    <Page width="prose">
      <PageHeading title={t('receiptTitle')} />
      {topUp.state === 'credited' ? (
        <Receipt topUp={topUp} buyer={visitor} />
      ) : (
        <Notice>
          <p>{t(topUp.waitReason === 'review' ? 'state.review' : `state.${topUp.state}`)}</p>
        </Notice>
      )}
      <div className="flex flex-col gap-6 md:gap-10 print:hidden">
        <OwnRefunds topUpId={id} own={refunds} />
        <ReceiptLinks />
      </div>
    </Page>
  );
}
