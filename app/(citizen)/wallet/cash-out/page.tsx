import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { CashOutForm } from '#components/cash-out/cash-out-form.tsx';
import { CashOutHindrance, hindranceOf } from '#components/cash-out/cash-out-hindrance.tsx';
import { CashOutTable } from '#components/cash-out/cash-out-table.tsx';
import { Cashable } from '#components/cash-out/cashable.tsx';
import { PayoutAccountPanel } from '#components/cash-out/payout-account-panel.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BehindNotice } from '#components/provenance/behind-notice.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Pagination } from '#components/ui/pagination.tsx';

const path = '/wallet/cash-out';
const perPage = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('cash-out');
  return { title: t('title') };
}

export default async function CashOutPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const query = await searchParams;
  const cursor = textOf(query['cursor']);
  const caller = await serverCaller();
  const [t, room, list] = await Promise.all([
    getTranslations('cash-out'),
    caller.cashOuts.room(),
    caller.cashOuts.list({ cursor, limit: perPage }),
  ]);
  const next = list.nextCursor === null ? undefined : addressOf(path, { cursor: list.nextCursor });
  const hindrance = hindranceOf(room);
  return (
    <Page>
      <BackLink href="/wallet">{t('back')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {room.isUpToDate ? null : <BehindNotice />}
      {hindrance === null ? null : <CashOutHindrance room={room} hindrance={hindrance} />}
      {room.isOffered ? <NeedsScript /> : null}
      <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
        <Cashable room={room} />
        {room.isOffered ? (
          <PayoutAccountPanel account={room.account} isBack={textOf(query['back']) !== undefined} />
        ) : null}
      </div>
      {hindrance === null ? <CashOutForm room={room} /> : null}
      <section aria-labelledby="cash-outs" className="flex flex-col gap-4">
        <h2 id="cash-outs" className="font-display text-display-sm font-semibold">
          {t('list.title')}
        </h2>
        <CashOutTable cashOuts={list.cashOuts} />
        <Pagination
          label={t('list.pages')}
          first={cursor === undefined ? undefined : { href: path, label: t('list.first') }}
          next={next === undefined ? undefined : { href: next, label: t('list.next') }}
        />
      </section>
    </Page>
  );
}
