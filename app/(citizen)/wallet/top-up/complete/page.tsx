import { TRPCError } from '@trpc/server';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { notFound, redirect } from 'next/navigation';

import { orNotFound, signInPath } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { WaitingPurchase } from '#components/cart/waiting-purchase.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { PaymentWatch } from '#components/top-up/payment-watch.tsx';
import { ReceiptLinks } from '#components/top-up/receipt-links.tsx';
import { Receipt } from '#components/top-up/receipt.tsx';
import { RefreshOnce } from '#components/top-up/refresh-once.tsx';
import { Unpaid } from '#components/top-up/unpaid.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { TopUpView } from '#server/payments/schema.ts';

const path = '/wallet/top-up/complete';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('top-up.complete');
  return { title: t('metaTitle') };
}

export default async function TopUpCompletePage({ searchParams }: { searchParams: SearchParams }) {
  const sessionId = textOf((await searchParams)['session_id']);
  if (sessionId === undefined) notFound();
  const address = addressOf(path, { session_id: sessionId });
  const before = await readVisitor();
  if (before === null) redirect(signInPath(address));
  const topUp = await readTopUp(sessionId);
  if (topUp?.state === 'returned') redirect(`/wallet/top-up/${topUp.id}`);
  switch (topUp?.state) {
    case 'credited':
      return <Credited topUp={topUp} shownMinor={before.availableMinor} />;
    case 'waiting':
      return <Suspended topUp={topUp} />;
    case 'expired':
    case 'failed':
      return (
        <Page width="prose">
          <Unpaid outcome={topUp.state} />
        </Page>
      );
    case 'started':
    case 'open':
      return (
        <Page width="prose">
          <Unpaid outcome="open" />
        </Page>
      );
    case 'processing':
    case undefined:
      return <Waiting sessionId={sessionId} state={topUp?.state ?? null} address={address} />;
  }
}

/** Credits the top-up when it is paid. Null while the card processor cannot be asked. */
async function readTopUp(sessionId: string): Promise<TopUpView | null> {
  const caller = await serverCaller();
  try {
    return await orNotFound(caller.topUps.bySession({ sessionId }));
  } catch (error) {
    if (error instanceof TRPCError && error.code === 'SERVICE_UNAVAILABLE') return null;
    throw error;
  }
}

async function Credited({ topUp, shownMinor }: { topUp: TopUpView; shownMinor: bigint | null }) {
  const caller = await serverCaller();
  const [t, wallet, purchase] = await Promise.all([
    getTranslations('top-up.receipt'),
    caller.wallet.summary(),
    caller.cart.ofTopUp({ topUpId: topUp.id }),
  ]);
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('available')}</PageHeading>
      {purchase === null ? null : <WaitingPurchase topUpId={topUp.id} checkout={purchase} />}
      <Receipt topUp={topUp} buyer={null} />
      <ReceiptLinks />
      {wallet.availableMinor === shownMinor ? null : <RefreshOnce />}
    </Page>
  );
}

/** Paid, and kept until the citizen's limits have room for it. */
async function Suspended({ topUp }: { topUp: TopUpView }) {
  const t = await getTranslations(`top-up.complete.${topUp.waitReason === 'review' ? 'inReview' : 'suspended'}`);
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('text')}</PageHeading>
      <Receipt topUp={topUp} buyer={null} />
      <ReceiptLinks />
    </Page>
  );
}

interface WaitingProps {
  sessionId: string;
  state: 'processing' | null;
  address: string;
}

async function Waiting({ sessionId, state, address }: WaitingProps) {
  const t = await getTranslations('top-up.complete.waiting');
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('text')}</PageHeading>
      <PaymentWatch sessionId={sessionId} state={state} />
      <noscript>
        <p>
          {t('noScript')} <TextLink href={address}>{t('check')}</TextLink>
        </p>
      </noscript>
    </Page>
  );
}
