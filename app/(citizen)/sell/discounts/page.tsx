import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { CouponTable, SaleTable } from '#components/discounts/discount-tables.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { SellTabs } from '#components/dashboard/sell-tabs.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';

const path = '/sell/discounts';
const perPage = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('discounts');
  return { title: t('title') };
}

export default async function DiscountsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const query = await searchParams;
  const [salesFrom, couponsFrom] = [textOf(query['sales']), textOf(query['coupons'])];
  const caller = await serverCaller();
  const [t, sales, coupons] = await Promise.all([
    getTranslations('discounts'),
    orNotFound(caller.discounts.sales({ cursor: salesFrom, limit: perPage })),
    orNotFound(caller.discounts.coupons({ cursor: couponsFrom, limit: perPage })),
  ]);
  return (
    <Page>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <SellTabs current="discounts" />
      <NeedsScript />
      <Part
        name="sales"
        isEmpty={sales.items.length === 0}
        pages={{ isFirst: salesFrom === undefined, next: sales.nextCursor }}
        newHref={`${path}/sale`}
      >
        <SaleTable sales={sales.items} />
      </Part>
      <Part
        name="coupons"
        isEmpty={coupons.items.length === 0}
        pages={{ isFirst: couponsFrom === undefined, next: coupons.nextCursor }}
        newHref={`${path}/coupon`}
      >
        <CouponTable coupons={coupons.items} />
      </Part>
    </Page>
  );
}

interface PartProps {
  name: 'sales' | 'coupons';
  isEmpty: boolean;
  pages: { isFirst: boolean; next: string | null };
  newHref: string;
  children: ReactNode;
}

/** Sales or coupons: what there is, how to make another one, and older ones on further pages. */
async function Part({ name, isEmpty, pages, newHref, children }: PartProps) {
  const [t, common] = await Promise.all([getTranslations('discounts'), getTranslations('common')]);
  const make = <LinkButton href={newHref}>{t(`${name}.new`)}</LinkButton>;
  const next =
    pages.next === null ? undefined : { href: addressOf(path, { [name]: pages.next }), label: common('nextPage') };
  return (
    <section aria-labelledby={name} className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id={name} className="text-lg font-semibold">
          {t(`${name}.title`)}
        </h2>
        {isEmpty ? null : make}
      </div>
      {isEmpty ? (
        <EmptyState title={t(`${name}.empty.title`)} action={make} isCompact>
          {t(`${name}.empty.text`)}
        </EmptyState>
      ) : (
        children
      )}
      <Pagination
        label={`${t(`${name}.title`)}: ${common('pages')}`}
        first={pages.isFirst ? undefined : { href: path, label: common('firstPage') }}
        next={next}
      />
    </section>
  );
}
