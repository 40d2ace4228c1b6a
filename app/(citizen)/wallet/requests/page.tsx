import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { AskForm } from '#components/send/ask-form.tsx';
import { RequestList } from '#components/send/request-list.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { ducatRequestSides } from '#server/market/peer-transfers/ducat-request-schema.ts';

const path = '/wallet/requests';
const perPage = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('send.requests');
  return { title: t('title') };
}

export default async function RequestsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const query = await searchParams;
  const side = ducatRequestSides.find((each) => each === textOf(query['side'])) ?? 'received';
  const cursor = textOf(query['cursor']);
  const caller = await serverCaller();
  const [t, list] = await Promise.all([
    getTranslations('send'),
    caller.ducatRequests.list({ side, cursor, limit: perPage }),
  ]);
  const tabs = ducatRequestSides.map((each) => ({
    href: each === 'received' ? path : `${path}?side=${each}`,
    label: t(`requests.tab.${each}`),
    current: each === side,
  }));
  const next = list.nextCursor === null ? undefined : addressOf(path, { side, cursor: list.nextCursor });
  return (
    <Page>
      <BackLink href="/wallet">{t('back')}</BackLink>
      <PageHeading title={t('requests.title')}>{t('requests.lead')}</PageHeading>
      <NeedsScript />
      <Tabs label={t('requests.tabs')} tabs={tabs} />
      {side === 'asked' ? (
        <section aria-labelledby="ask" className="flex flex-col gap-4">
          <h2 id="ask" className="font-display text-display-sm font-semibold">
            {t('ask.title')}
          </h2>
          <AskForm />
        </section>
      ) : null}
      <section aria-labelledby="requests" className="flex flex-col gap-4">
        <h2 id="requests" className="font-display text-display-sm font-semibold">
          {t(`requests.heading.${side}`)}
        </h2>
        <RequestList side={side} requests={list.items} />
        <Pagination
          label={t('requests.pages')}
          first={cursor === undefined ? undefined : { href: addressOf(path, { side }), label: t('requests.first') }}
          next={next === undefined ? undefined : { href: next, label: t('requests.next') }}
        />
      </section>
    </Page>
  );
}
