import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { SaleForm } from '#components/discounts/sale-form.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { saleListingsMax } from '#server/market/discounts/discount-schema.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('discounts.form');
  return { title: t('saleTitle') };
}

export default async function NewSalePage() {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, own] = await Promise.all([getTranslations('discounts'), caller.listings.mine({ limit: saleListingsMax })]);
  const listings = own.items.flatMap(({ id, title, state }) => (state === 'archived' ? [] : [{ id, title }]));
  return (
    <Page width="wide">
      <div className="flex flex-col gap-2">
        <BackLink href="/sell/discounts">{t('title')}</BackLink>
        <PageHeading title={t('form.saleTitle')}>{t('form.saleLead')}</PageHeading>
      </div>
      <NeedsScript />
      <SaleForm listings={listings} />
    </Page>
  );
}
