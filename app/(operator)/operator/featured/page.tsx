import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, orNull, requireOperator } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { FeaturedList, FoundList } from '#components/featured/featured-list.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

const textLengthMax = 200;
const foundShown = 8;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('featured');
  return { title: t('title') };
}

export default async function FeaturedPage({ searchParams }: { searchParams: SearchParams }) {
  await requireOperator();
  const text = textOf((await searchParams)['q'])?.slice(0, textLengthMax);
  const caller = await serverCaller();
  const [t, featured, found] = await Promise.all([
    getTranslations('featured'),
    caller.operator.featured.list(),
    text === undefined ? null : findListings(text),
  ]);
  const featuredIds = new Set(featured.map(({ listing }) => listing.id));
  return (
    <Page>
      <DeskTabs current="featured" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      <section aria-labelledby="add" className="flex flex-col gap-4">
        <h2 id="add" className="text-lg font-semibold">
          {t('add')}
        </h2>
        <form method="get" role="search" className="flex max-w-prose flex-wrap items-end gap-3">
          <div className="min-w-0 flex-1 basis-[16rem]">
            <Field id="featured-text" label={t('search')} hint={t('searchHint')}>
              {(control) => <Input {...control} name="q" defaultValue={text} maxLength={textLengthMax} />}
            </Field>
          </div>
          <Button type="submit" variant="secondary">
            {t('find')}
          </Button>
        </form>
        {found === null ? null : found.length === 0 ? (
          <EmptyState title={t('noneFound')} isCompact>
            {t('noneFoundText')}
          </EmptyState>
        ) : (
          <FoundList found={found} featuredIds={featuredIds} />
        )}
      </section>
      <section aria-labelledby="featured" className="flex flex-col gap-4">
        <h2 id="featured" className="text-lg font-semibold">
          {t('list')}
        </h2>
        {featured.length === 0 ? (
          <EmptyState title={t('none')} isCompact>
            {t('noneText')}
          </EmptyState>
        ) : (
          <FeaturedList featured={featured} />
        )}
      </section>
    </Page>
  );
}

/** The listing of an address, or what the market has for words. */
async function findListings(text: string): Promise<ListingCard[]> {
  const caller = await serverCaller();
  const listingId = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(text)?.[0];
  if (listingId === undefined) return (await orNotFound(caller.listings.search({ text, limit: foundShown }))).items;
  const listing = await orNull(caller.listings.byId({ listingId }));
  return listing?.state === 'published' ? [listing] : [];
}
