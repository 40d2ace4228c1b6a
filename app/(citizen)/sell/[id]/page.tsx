import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { notFound } from 'next/navigation';

import { orNotFound, orNull, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { StockBadge } from '#components/listing/stock-badge.tsx';
import { draftOf } from '#components/sell/listing-draft.ts';
import { ListingForm } from '#components/sell/listing-form.tsx';
import { ListingSwitch } from '#components/sell/listing-switch.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface EditListingPageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('sell');
  return { title: t('editTitle') };
}

export default async function EditListingPage({ params }: EditListingPageProps) {
  const { username, tier } = await requireVisitor();
  const caller = await serverCaller();
  const listing = await orNotFound(caller.listings.byId({ listingId: (await params).id }));
  if (listing.seller.username !== username) notFound();
  const [t, offers, agreed, { saleFeePpm }, tree, content] = await Promise.all([
    getTranslations('sell'),
    getTranslations('offer.look'),
    caller.offers.agreedOn({ listingId: listing.id }),
    caller.trust.entitlement(),
    caller.listings.categoryTree(),
    listing.kind === 'digital' ? orNull(caller.listings.ownContent({ listingId: listing.id })) : null,
  ]);
  return (
    <Page>
      <div className="flex flex-col gap-2">
        <BackLink href="/sell">{t('back')}</BackLink>
        <PageHeading
          title={t('editTitle')}
          actions={
            <span className="flex flex-wrap items-center gap-3">
              <StockBadge listing={listing} isVerbose />
              <ListingSwitch listing={{ id: listing.id, state: listing.state, title: listing.title }} />
            </span>
          }
        >
          <p>{t('editLead')}</p>
          <p>
            <TextLink href={`/listings/${listing.id}`}>{t('see')}</TextLink>
          </p>
        </PageHeading>
      </div>
      {listing.state === 'archived' ? (
        <Notice title={t('archivedTitle')}>
          <p>{t('archivedText')}</p>
        </Notice>
      ) : (
        <>
          {agreed === 0 ? null : (
            <Notice title={offers('editTitle', { count: agreed })}>
              <p>{offers('editText')}</p>
            </Notice>
          )}
          <NeedsScript />
          <ListingForm
            key={`${String(listing.version)}/${listing.variants.map(({ stock }) => String(stock)).join()}/${String(listing.stock)}`}
            initial={draftOf(listing, content)}
            edited={{ listingId: listing.id, version: listing.version, stockSeen: listing.stock }}
            tree={tree}
            tier={tier}
            saleFeePpm={saleFeePpm}
          />
        </>
      )}
    </Page>
  );
}
