import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { OrderReceipt } from '#components/receipt/order-receipt.tsx';
import { BackLink } from '#components/ui/back-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('receipt');
  return { title: t('title') };
}

/** The receipt of an order, for its parties and the operators who may see it. */
export default async function OrderReceiptPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await requireVisitor();
  const caller = await serverCaller();
  const [t, order] = await Promise.all([getTranslations('receipt'), orNotFound(caller.orders.byId({ orderId: id }))]);
  return (
    <Page width="prose">
      <BackLink href={`/orders/${id}`}>{t('order.back')}</BackLink>
      <PageHeading title={t('title')} />
      <OrderReceipt order={order} />
    </Page>
  );
}
