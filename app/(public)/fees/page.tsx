import type { Metadata } from 'next';
import { getFormatter, getLocale, getTranslations } from 'next-intl/server';

import type { ReactNode } from 'react';

import { languageAlternates } from '#app/_reading/addresses.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { BandTable, LevelTable, PackageTable, TierTable } from '#components/fees/fee-tables.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { formatAmount } from '#server/money/money.ts';

const basisPoints = 10_000;
/** Cents for one ducat. */
const ducatPriceMinor = 10n;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('fees');
  return { title: t('title'), description: t('lead'), alternates: await languageAlternates() };
}

/** For anyone: what the house takes and what may move, as it is set now. */
export default async function FeesPage() {
  const caller = await serverCaller();
  const [t, format, locale, fees] = await Promise.all([
    getTranslations('fees'),
    getFormatter(),
    getLocale(),
    caller.fees.overview(),
  ]);
  const percent = (points: number) =>
    format.number(points / basisPoints, { style: 'percent', maximumFractionDigits: 2 });
  const dollars = (minor: bigint) => formatAmount(minor, 'USD', { locale });
  const price = dollars(ducatPriceMinor);
  const cashOut = { price, percent: percent(fees.cashOut.feeBasisPoints), least: dollars(fees.cashOut.leastUsdMinor) };
  return (
    <Page>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <Section id="free" title={t('free.title')} text={t('free.text')} />
      <Section
        id="buying"
        title={t('topUp.title')}
        text={t('topUp.text', { price, percent: percent(fees.topUp.feeBasisPoints) })}
      >
        <PackageTable packages={fees.topUp.packages} />
      </Section>
      <Section id="selling" title={t('sale.title')} text={t('sale.text')}>
        <TierTable tiers={fees.tiers} />
        {fees.saleBands.length === 0 ? null : (
          <>
            <p className="max-w-prose text-pretty">{t('bands.text')}</p>
            <BandTable bands={fees.saleBands} />
          </>
        )}
      </Section>
      <Section id="cashing-out" title={t('cashOut.title')} text={t('cashOut.text', cashOut)} />
      <Section id="limits" title={t('levels.title')} text={t('levels.text')}>
        <LevelTable levels={fees.levels} />
      </Section>
    </Page>
  );
}

function Section({ id, title, text, children }: { id: string; title: string; text: string; children?: ReactNode }) {
  return (
    <section aria-labelledby={id} className="flex flex-col gap-4">
      <h2 id={id} className="font-display text-display-sm font-semibold">
        {title}
      </h2>
      <p className="max-w-prose text-pretty">{text}</p>
      {children}
    </section>
  );
}
