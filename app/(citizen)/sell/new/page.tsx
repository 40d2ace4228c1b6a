import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { emptyDraft } from '#components/sell/listing-draft.ts';
import { ListingForm } from '#components/sell/listing-form.tsx';
import { BackLink } from '#components/ui/back-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('sell');
  return { title: t('newTitle') };
}

export default async function NewListingPage() {
  const { tier } = await requireVisitor();
  const caller = await serverCaller();
  const [t, { saleFeePpm }, tree] = await Promise.all([
    getTranslations('sell'),
    caller.trust.entitlement(),
    caller.listings.categoryTree(),
  ]);
  return (
    <Page>
      <div className="flex flex-col gap-2">
        <BackLink href="/sell">{t('back')}</BackLink>
        <PageHeading title={t('newTitle')}>{t('newLead')}</PageHeading>
      </div>
      <NeedsScript />
      <ListingForm initial={emptyDraft} edited={null} tree={tree} tier={tier} saleFeePpm={saleFeePpm} />
    </Page>
  );
}
