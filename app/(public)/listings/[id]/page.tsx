import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { Islands } from '#app/_islands/islands.tsx';
import { ListingKeep } from '#app/_people/listing-keep.tsx';
import { ListingOffer } from '#app/_people/listing-offer.tsx';
import { ListingPeople } from '#app/_people/listing-people.tsx';
import { publicPrefix } from '#app/_reading/addresses.ts';
import { readListing } from '#app/_reading/listing.ts';
import { currentPath, signInPath } from '#app/_reading/reading.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { ListingFacts } from '#app/_sharing/listing-facts.tsx';
import { shareMetadata } from '#app/_sharing/share-metadata.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { ClearFold } from '#components/layout/clear-fold.tsx';
import { Page } from '#components/layout/page.tsx';
import { BuyPanel } from '#components/listing/buy-panel.tsx';
import { Gallery } from '#components/listing/gallery.tsx';
import { CategoryPath, ListingDetails } from '#components/listing/listing-details.tsx';
import { ListingPrice } from '#components/listing/listing-price.tsx';
import { RichText } from '#components/listing/rich-text.tsx';
import { plainWords } from '#components/listing/rich-text-tree.ts';
import { StockBadge } from '#components/listing/stock-badge.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface ListingPageProps {
  params: Promise<{ id: string }>;
}

const summaryLengthMax = 160;

export async function generateMetadata({ params }: ListingPageProps): Promise<Metadata> {
  const listing = await readListing((await params).id);
  return shareMetadata({
    title: listing.title,
    description: plainWords(listing.description).slice(0, summaryLengthMax),
    image: `/share/listings/${listing.id}.png`,
  });
}

export default async function ListingPage({ params }: ListingPageProps) {
  const listing = await readListing((await params).id);
  const caller = await serverCaller();
  const [visitor, prefix, path, tree] = await Promise.all([
    readVisitor(),
    publicPrefix(),
    currentPath(),
    caller.listings.categoryTree(),
  ]);
  const t = await getTranslations('listing');
  const format = await getFormatter();
  const available = listing.stock === null ? t('unlimited') : format.number(listing.stock);
  return (
    <Page>
      <ListingFacts listing={listing} tree={tree} prefix={prefix} />
      <div className="flex flex-col gap-3">
        <BackLink href={`${prefix}/market`}>{t('backToMarket')}</BackLink>
        <article className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:grid-rows-[auto_1fr] lg:gap-10">
          <Gallery listing={listing} />
          <div className="flex flex-col gap-6 lg:row-span-2">
            <div className="flex flex-col gap-2">
              <div className="flex flex-wrap items-center gap-3">
                <CategoryPath slug={listing.categorySlug} tree={tree} prefix={prefix} />
                <StockBadge listing={listing} isVerbose />
              </div>
              <h1 className="font-display text-display font-semibold">{listing.title}</h1>
              <ListingPrice listing={listing} />
            </div>
            <ClearFold>
              <Card>
                <Islands say={['gift', 'listing', 'cart', 'discounts', 'errors']}>
                  <BuyPanel listing={listing} visitor={visitor} signInHref={signInPath(path)} prefix={prefix} />
                </Islands>
              </Card>
            </ClearFold>
            <ListingKeep listing={listing} />
            <ListingOffer listing={listing} visitor={visitor} />
            <Figures
              figures={[
                {
                  key: 'seller',
                  label: t('seller'),
                  value: (
                    <TextLink
                      href={`${prefix}/sellers/${encodeURIComponent(listing.seller.username)}`}
                      prefetch={false}
                    >
                      {`${listing.seller.displayName} (${listing.seller.username})`}
                    </TextLink>
                  ),
                },
                { key: 'stock', label: t('stock'), value: available },
                { key: 'listed', label: t('listed'), value: format.dateTime(listing.createdAt, { dateStyle: 'long' }) },
              ]}
            />
            <ListingDetails listing={listing} tree={tree} />
          </div>
          <section aria-labelledby="description" className="flex min-w-0 flex-col gap-3">
            <h2 id="description" className="text-lg font-semibold">
              {t('description')}
            </h2>
            <RichText text={listing.description} />
          </section>
        </article>
        <ListingPeople listing={listing} visitor={visitor} />
      </div>
    </Page>
  );
}
