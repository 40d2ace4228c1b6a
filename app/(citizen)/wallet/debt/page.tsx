import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { DebtForm } from '#components/debt/debt-form.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { Amount } from '#components/money/amount.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { checkoutSessionId } from '#server/payments/schema.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('debt');
  return { title: t('title') };
}

/** What is owed and why, and the ways to pay it. Stripe's payment page leads back here. */
export default async function DebtPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const session = checkoutSessionId.safeParse(textOf((await searchParams)['session_id']));
  const caller = await serverCaller();
  if (session.success) await orNotFound(caller.debts.bySession({ sessionId: session.data }));
  const [t, owed, summary] = await Promise.all([getTranslations('debt'), caller.debts.own(), caller.wallet.summary()]);
  return (
    <Page>
      <BackLink href="/wallet">{t('back')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {session.success ? <Notice tone="success" title={t('settled')} /> : null}
      {owed.totalMinor === 0n ? (
        <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState>
      ) : (
        <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
          <section aria-labelledby="open" className="flex flex-col gap-4">
            <h2 id="open" className="font-display text-display-sm font-semibold">
              {t('open')}
            </h2>
            <Figures
              figures={[
                ...owed.causes.map(({ cause, openMinor }, index) => ({
                  key: `${cause}-${String(index)}`,
                  label: t(`cause.${cause}`),
                  value: <Amount asset="USD" minor={openMinor} />,
                })),
                {
                  key: 'total',
                  label: t('total'),
                  value: <Amount asset="USD" minor={owed.totalMinor} />,
                  isTotal: true,
                },
              ]}
            />
            {owed.toSellersMinor > 0n ? <p className="text-sm text-muted">{t('sellersFirst')}</p> : null}
          </section>
          <Card as="section" labelledBy="pay">
            <div className="flex flex-col gap-4">
              <h2 id="pay" className="text-lg font-semibold">
                {t('pay')}
              </h2>
              <DebtForm owedMinor={owed.totalMinor} hasDucats={summary.availableMinor > 0n} />
            </div>
          </Card>
        </div>
      )}
    </Page>
  );
}
