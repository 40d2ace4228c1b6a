import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { permanentRedirect } from 'next/navigation';

import { Islands } from '#app/_islands/islands.tsx';
import { publicPrefix } from '#app/_reading/addresses.ts';
import { facetsOfShown } from '#app/_reading/facets.ts';
import { filterOfQuery, readMarketQuery } from '#app/_reading/market-query.ts';
import { currentPath, orNotFound, signInPath } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { readStorefront } from '#app/_reading/storefront.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { shareMetadata } from '#app/_sharing/share-metadata.ts';
import { StorefrontPeople } from '#app/_people/storefront-people.tsx';
import { WishedListings } from '#app/_people/wished-listings.tsx';
import { readWishes } from '#app/_reading/wishes.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { ClearFold } from '#components/layout/clear-fold.tsx';
import { Page } from '#components/layout/page.tsx';
import { FollowButton } from '#components/storefront/follow-button.tsx';
import { StorefrontHead } from '#components/storefront/storefront-head.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

interface StorefrontPageProps {
  params: Promise<{ slug: string }>;
  searchParams: SearchParams;
}

const summaryLengthMax = 160;

export async function generateMetadata({ params }: StorefrontPageProps): Promise<Metadata> {
  const storefront = await readStorefront((await params).slug);
  const t = await getTranslations('storefront');
  const { displayName } = storefront.seller;
  return shareMetadata({
    title: storefront.title === '' ? displayName : storefront.title,
    description: storefront.about.slice(0, summaryLengthMax) || t('description', { name: displayName }),
    image: `/share/sellers/${storefront.slug}.png`,
  });
}

export default async function StorefrontPage({ params, searchParams }: StorefrontPageProps) {
  const { slug: asked } = await params;
  const storefront = await readStorefront(asked);
  const prefix = await publicPrefix();
  // Links by the seller's name lead to the address that the seller chose.
  if (storefront.slug !== asked) permanentRedirect(`${prefix}/sellers/${storefront.slug}`);
  const parameters = await searchParams;
  const query = readMarketQuery(parameters);
  const cursor = textOf(parameters['cursor']);
  const filter = filterOfQuery(query, storefront.slug);
  const caller = await serverCaller();
  const [t, visitor, address, page, counted] = await Promise.all([
    getTranslations('storefront'),
    readVisitor(),
    currentPath(),
    orNotFound(caller.listings.search({ ...filter, sort: query.sort, cursor })),
    caller.search.facets(filter),
  ]);
  const facets = await facetsOfShown(filter, { page, counted });
  const { slug, seller, statistics } = storefront;
  const path = `${prefix}/sellers/${slug}`;
  const wishes = await readWishes(page.items);
  const follow = await followAction({ slug, isOwn: visitor?.username === seller.username, address });
  return (
    <Page>
      <ClearFold>
        <StorefrontHead storefront={storefront} action={follow} />
      </ClearFold>
      {statistics.listings === 0 ? (
        <EmptyState
          title={t('empty.title')}
          action={<LinkButton href={`${prefix}/market`}>{t('empty.action')}</LinkButton>}
        >
          {t('empty.text', { name: seller.displayName })}
        </EmptyState>
      ) : (
        <WishedListings
          path={path}
          prefix={prefix}
          query={query}
          cursor={cursor}
          page={page}
          facets={facets}
          wishes={wishes}
          hasTiers={false}
        />
      )}
      <StorefrontPeople storefront={storefront} visitor={visitor} />
    </Page>
  );
}

async function followAction({ slug, isOwn, address }: { slug: string; isOwn: boolean; address: string }) {
  const [t, visitor, caller] = await Promise.all([getTranslations('storefront'), readVisitor(), serverCaller()]);
  if (isOwn)
    return (
      <LinkButton href="/sell/storefront" variant="secondary">
        {t('edit')}
      </LinkButton>
    );
  if (visitor === null || visitor.owesSecondFactor)
    return (
      <LinkButton href={signInPath(address)} variant="secondary" prefetch={false}>
        {t('signInToFollow')}
      </LinkButton>
    );
  const isFollowed = await caller.storefronts.isFollowed({ slug });
  return (
    <Islands say={['storefront', 'errors']}>
      <FollowButton slug={slug} isFollowed={isFollowed} />
    </Islands>
  );
}
