import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { languageAlternates } from '#app/_reading/addresses.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DollarFigures, DucatFigures } from '#components/reserve/reserve-figures.tsx';
import { Card } from '#components/ui/card.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('reserve');
  return { title: t('title'), description: t('lead'), alternates: await languageAlternates() };
}

/** For anyone: how many ducats there are, where they are, and which dollars stand behind them. */
export default async function ReservePage() {
  const caller = await serverCaller();
  const [t, format, reserve] = await Promise.all([
    getTranslations('reserve'),
    getFormatter(),
    caller.reserve.overview(),
  ]);
  return (
    <Page>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
        <Card as="section" labelledBy="ducats">
          <div className="flex flex-col gap-4">
            <h2 id="ducats" className="font-display text-display-sm font-semibold">
              {t('ducats')}
            </h2>
            <DucatFigures reserve={reserve} />
          </div>
        </Card>
        <Card as="section" labelledBy="dollars">
          <div className="flex flex-col gap-4">
            <h2 id="dollars" className="font-display text-display-sm font-semibold">
              {t('dollars')}
            </h2>
            <DollarFigures reserve={reserve} />
            <p className="text-sm text-muted">{t('dollarsText')}</p>
          </div>
        </Card>
      </div>
      <p className="text-sm text-muted">
        {t('asOf', { when: format.dateTime(reserve.asOf, { dateStyle: 'long', timeStyle: 'medium' }) })}
      </p>
    </Page>
  );
}
