import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { StandingLine } from '#components/citizen/standing-line.tsx';
import { DebtNotice } from '#components/debt/debt-notice.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { ClearingLine } from '#components/provenance/clearing-line.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Balances } from '#components/wallet/balances.tsx';
import { dayAt, nextDay, startOfDay, veniceTimeZone } from '#server/platform/calendar-day.ts';
import { StatementDownload } from '#components/wallet/statement-download.tsx';
import { StatementFilterForm } from '#components/wallet/statement-filter-form.tsx';
import {
  csvAddress,
  cursorOf,
  filterOf,
  isBackwards,
  isFiltered,
  kindsOfGroup,
} from '#components/wallet/statement-filter.ts';
import type { StatementFilter } from '#components/wallet/statement-filter.ts';
import { Statement } from '#components/wallet/statement.tsx';

const path = '/wallet';
const entriesShown = 25;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('wallet');
  return { title: t('title') };
}

export default async function WalletPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const query = await searchParams;
  const filter = filterOf({ group: textOf(query['group']), from: textOf(query['from']), to: textOf(query['to']) });
  const cursor = cursorOf(textOf(query['cursor']));
  const caller = await serverCaller();
  const [standing, summary, escrow, amounts, owed, waiting, page] = await Promise.all([
    caller.venice.standing(),
    caller.wallet.summary(),
    caller.orders.inEscrow(),
    caller.provenance.amounts(),
    caller.debts.own(),
    caller.ducatRequests.waiting(),
    caller.wallet.statement({ ...selectionOf(filter), cursor, limit: entriesShown }),
  ]);
  const t = await getTranslations('wallet');
  const address = (next: bigint | undefined) =>
    addressOf(path, { ...filter, cursor: next === undefined ? undefined : String(next) });
  const isNarrowed = isFiltered(filter) || cursor !== undefined;
  const hasStatement = isNarrowed || page.entries.length > 0;
  return (
    <Page>
      <PageHeading
        title={t('title')}
        actions={
          <>
            <LinkButton href="/wallet/top-up" prefetch={false}>
              {t('topUp')}
            </LinkButton>
            <LinkButton href="/wallet/cash-out" variant="secondary" prefetch={false}>
              {t('cashOut')}
            </LinkButton>
            <LinkButton href="/wallet/send" variant="secondary" prefetch={false}>
              {t('send')}
            </LinkButton>
            <LinkButton href="/wallet/requests" variant="secondary" prefetch={false}>
              {t('requests', { count: waiting })}
            </LinkButton>
          </>
        }
      >
        {t('intro')}
      </PageHeading>
      <DebtNotice totalMinor={owed.totalMinor} />
      <StandingLine standing={standing} />
      <Balances availableMinor={summary.availableMinor} reservedMinor={summary.reservedMinor} escrow={escrow} />
      <ClearingLine heldMinor={amounts.heldMinor} clearings={amounts.clearings} />
      <section aria-labelledby="statement" className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 id="statement" className="font-display text-display-sm font-semibold">
            {t('statement.title')}
          </h2>
          {hasStatement && !isBackwards(filter) ? <StatementDownload href={csvAddress(filter, today())} /> : null}
        </div>
        {hasStatement ? <StatementFilterForm action={path} filter={filter} /> : null}
        <Statement entries={page.entries} isNarrowed={isNarrowed} path={path} />
        <Pagination
          label={t('pages.label')}
          first={cursor === undefined ? undefined : { href: address(undefined), label: t('pages.first') }}
          next={page.nextCursor === null ? undefined : { href: address(page.nextCursor), label: t('pages.next') }}
        />
      </section>
    </Page>
  );
}

/** The days of the filter begin and end by the clock that the page shows. */
function selectionOf({ group, from, to }: StatementFilter) {
  return {
    kinds: group === undefined ? undefined : [...kindsOfGroup[group]],
    from: from === undefined ? undefined : startOfDay(from, veniceTimeZone),
    to: to === undefined ? undefined : startOfDay(nextDay(to), veniceTimeZone),
  };
}

function today(): string {
  return dayAt(new Date(), veniceTimeZone);
}
