import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { publicPrefix } from '#app/_reading/addresses.ts';
import { shareMetadata } from '#app/_sharing/share-metadata.ts';
import { houseData, scriptText } from '#app/_sharing/structured-data.ts';
import { CategoryTiles } from '#components/home/category-tiles.tsx';
import { FeaturedListings } from '#components/home/featured-listings.tsx';
import { Hero } from '#components/home/hero.tsx';
import { HowItWorks } from '#components/home/how-it-works.tsx';
import { ClearFold } from '#components/layout/clear-fold.tsx';
import { Page } from '#components/layout/page.tsx';
import { FactsForMachines } from '#components/layout/facts-for-machines.tsx';
import { ListingGrid } from '#components/listing/listing-card.tsx';
import { Wishing } from '#app/_people/wishing.tsx';
import { readWishes } from '#app/_reading/wishes.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { deployment } from '#server/api/deployment.ts';

const newestShown = 8;

export async function generateMetadata(): Promise<Metadata> {
  const [t, layout] = await Promise.all([getTranslations('home'), getTranslations('layout')]);
  const shared = await shareMetadata({
    title: t('title'),
    description: layout('description'),
    image: '/share/house/home.png',
  });
  return { ...shared, title: { absolute: layout('title') } };
}

export default async function HomePage() {
  const caller = await serverCaller();
  const [prefix, categories, newest, featured] = await Promise.all([
    publicPrefix(),
    caller.listings.categories(),
    caller.listings.search({ limit: newestShown }),
    caller.featured.now(),
  ]);
  const wishes = await readWishes([...featured, ...newest.items]);
  const [t, layout, common] = await Promise.all([
    getTranslations('home'),
    getTranslations('layout'),
    getTranslations('common'),
  ]);
  const base = `${deployment().appUrl}${prefix}`;
  const facts = { name: common('brand'), description: layout('description'), url: base, searchUrl: `${base}/market` };
  return (
    <>
      <FactsForMachines text={scriptText(houseData(facts))} />
      <ClearFold>
        <Hero prefix={prefix} />
      </ClearFold>
      <Page>
        <Wishing wishes={wishes}>
          <FeaturedListings listings={featured} prefix={prefix} wishes={wishes} />
        </Wishing>
        <section aria-labelledby="categories" className="flex flex-col gap-4">
          <h2 id="categories" className="font-display text-display-sm font-semibold">
            {t('categories')}
          </h2>
          <CategoryTiles categories={categories} prefix={prefix} />
        </section>
        <section aria-labelledby="newest" className="flex flex-col gap-4">
          <div className="flex flex-wrap items-baseline justify-between gap-3">
            <h2 id="newest" className="font-display text-display-sm font-semibold">
              {t('newest')}
            </h2>
            <TextLink href={`${prefix}/market`} prefetch={false}>
              {t('seeAll')}
            </TextLink>
          </div>
          {newest.items.length === 0 ? (
            <EmptyState
              title={t('emptyTitle')}
              action={
                <LinkButton href="/sell/new" prefetch={false}>
                  {t('emptyAction')}
                </LinkButton>
              }
            >
              {t('emptyText')}
            </EmptyState>
          ) : (
            <Wishing wishes={wishes}>
              <ListingGrid listings={newest.items} prefix={prefix} wishes={wishes} />
            </Wishing>
          )}
        </section>
        <section aria-labelledby="how" className="flex flex-col gap-6 md:py-6">
          <h2 id="how" className="font-display text-display-sm font-semibold">
            {t('how')}
          </h2>
          <HowItWorks />
        </section>
      </Page>
    </>
  );
}
