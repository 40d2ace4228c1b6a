import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { Amount } from '#components/money/amount.tsx';
import { ReceiptSheet } from '#components/receipt/receipt-sheet.tsx';
import { BackLink } from '#components/ui/back-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('receipt');
  return { title: t('title') };
}

export default async function SentPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await requireVisitor();
  const caller = await serverCaller();
  const [t, sending] = await Promise.all([
    getTranslations('receipt'),
    orNotFound(caller.peerTransfers.byId({ peerTransferId: id })),
  ]);
  const { sender, recipient, amountMinor, note, direction } = sending;
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  const party = (label: string, { displayName: name, username }: typeof sender) => ({ label, name, username });
  return (
    <Page width="prose">
      <BackLink href="/wallet">{t('wallet')}</BackLink>
      <PageHeading title={t('title')} />
      <ReceiptSheet
        title={t(`sent.${direction}`)}
        number={sending.id}
        date={sending.createdAt}
        parties={[party(t('sent.sender'), sender), party(t('sent.recipient'), recipient)]}
        figures={[
          { key: 'amount', label: t('sent.amount'), value: amount(amountMinor) },
          { key: 'fee', label: t('sent.fee'), value: amount(0n) },
          { key: 'total', label: t('sent.total'), value: amount(amountMinor), isTotal: true },
        ]}
      >
        {note === null ? null : (
          <p className="wrap-anywhere">
            <span className="text-muted">{t('sent.note')}</span> {note}
          </p>
        )}
        <p className="text-sm text-muted">{t('sent.kept')}</p>
      </ReceiptSheet>
    </Page>
  );
}
