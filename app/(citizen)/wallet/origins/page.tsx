import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BehindNotice } from '#components/provenance/behind-notice.tsx';
import { OwnAmounts, OwnClearings } from '#components/provenance/own-amounts.tsx';
import { OwnOrigins } from '#components/provenance/own-origins.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';

const path = '/wallet/origins';
const originsShown = 25;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('provenance');
  return { title: t('title') };
}

export default async function OriginsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const cursor = textOf((await searchParams)['cursor']);
  const caller = await serverCaller();
  const [t, amounts, page] = await Promise.all([
    getTranslations('provenance'),
    caller.provenance.amounts(),
    orNotFound(caller.provenance.origins({ limit: originsShown, cursor })),
  ]);
  return (
    <Page>
      <BackLink href="/wallet">{t('back')}</BackLink>
      <PageHeading title={t('title')}>{t('intro')}</PageHeading>
      {amounts.isUpToDate ? null : <BehindNotice />}
      {page.origins.length === 0 ? (
        <EmptyState
          title={t('origins.none')}
          action={
            <LinkButton href="/wallet/top-up" prefetch={false}>
              {t('origins.buy')}
            </LinkButton>
          }
        >
          {t('origins.noneText')}
        </EmptyState>
      ) : (
        <>
          <section aria-labelledby="by-origin" className="flex flex-col gap-4">
            <h2 id="by-origin" className="font-display text-display-sm font-semibold">
              {t('summary.title')}
            </h2>
            <OwnAmounts kinds={amounts.kinds} />
          </section>
          <section aria-labelledby="clearings" className="flex flex-col gap-4">
            <h2 id="clearings" className="font-display text-display-sm font-semibold">
              {t('clearings.title')}
            </h2>
            <OwnClearings clearings={amounts.clearings} />
          </section>
          <section aria-labelledby="one-by-one" className="flex flex-col gap-4">
            <h2 id="one-by-one" className="font-display text-display-sm font-semibold">
              {t('origins.title')}
            </h2>
            <OwnOrigins origins={page.origins} />
            <Pagination
              label={t('origins.pages')}
              first={cursor === undefined ? undefined : { href: path, label: t('origins.first') }}
              next={
                page.nextCursor === null
                  ? undefined
                  : { href: addressOf(path, { cursor: page.nextCursor }), label: t('origins.next') }
              }
            />
          </section>
        </>
      )}
    </Page>
  );
}
