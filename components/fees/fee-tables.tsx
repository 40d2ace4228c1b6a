import { useFormatter, useLocale, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Table, type Column } from '#components/ui/table.tsx';
import type { Fees } from '#server/api/fees-router.ts';
import { formatAmount } from '#server/money/money.ts';

const million = 1_000_000;

type Package = Fees['topUp']['packages'][number];
type Tier = Fees['tiers'][number];
type Band = Fees['saleBands'][number];
type Level = Fees['levels'][number];

/** What each package costs and brings. */
export function PackageTable({ packages }: { packages: readonly Package[] }) {
  const t = useTranslations('fees.topUp');
  const names = useTranslations('top-up.package');
  const money = (asset: 'DUCAT' | 'USD', minor: bigint) => <Amount asset={asset} minor={minor} isTrimmed />;
  const columns: Column<Package>[] = [
    { key: 'package', header: t('package'), isTitle: true, cell: ({ choice }) => names(choice) },
    { key: 'ducats', header: t('ducats'), align: 'end', cell: ({ baseMinor }) => money('DUCAT', baseMinor) },
    { key: 'bonus', header: t('bonus'), align: 'end', cell: ({ bonusMinor }) => money('DUCAT', bonusMinor) },
    { key: 'price', header: t('price'), align: 'end', cell: ({ priceMinor }) => money('USD', priceMinor) },
    { key: 'fee', header: t('fee'), align: 'end', cell: ({ feeMinor }) => <Amount asset="USD" minor={feeMinor} /> },
    {
      key: 'total',
      header: t('total'),
      align: 'end',
      cell: ({ totalMinor }) => <Amount asset="USD" minor={totalMinor} />,
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={packages} rowKey={({ choice }) => choice} />;
}

/** What the house keeps of a sale by tier, and what a tier costs. */
export function TierTable({ tiers }: { tiers: readonly Tier[] }) {
  const t = useTranslations('fees.sale');
  const names = useTranslations('tier');
  const format = useFormatter();
  const columns: Column<Tier>[] = [
    { key: 'tier', header: t('tier'), isTitle: true, cell: ({ tier }) => names(tier) },
    {
      key: 'share',
      header: t('share'),
      align: 'end',
      cell: ({ saleFeePpm }) => format.number(saleFeePpm / million, { style: 'percent', maximumFractionDigits: 4 }),
    },
    {
      key: 'subscription',
      header: t('subscription'),
      align: 'end',
      cell: ({ subscriptionUsdMinor: minor }) =>
        minor === null ? t('free') : <Amount asset="USD" minor={minor} isTrimmed />,
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={tiers} rowKey={({ tier }) => tier} />;
}

/** What a seller pays at most from a volume of sales on: the lower of this and their tier's share counts. */
export function BandTable({ bands }: { bands: readonly Band[] }) {
  const t = useTranslations('fees.bands');
  const format = useFormatter();
  const columns: Column<Band>[] = [
    {
      key: 'volume',
      header: t('volume'),
      isTitle: true,
      cell: ({ volumeFromMinor }) =>
        t.rich('from', { amount: () => <Amount asset="DUCAT" minor={volumeFromMinor} isTrimmed /> }),
    },
    {
      key: 'share',
      header: t('share'),
      align: 'end',
      cell: ({ feePpm }) => format.number(feePpm / million, { style: 'percent', maximumFractionDigits: 4 }),
    },
  ];
  return (
    <Table
      caption={t('caption')}
      columns={columns}
      rows={bands}
      rowKey={({ volumeFromMinor }) => String(volumeFromMinor)}
    />
  );
}

/** How much may move at each trust level, and for how long it is held. */
export function LevelTable({ levels }: { levels: readonly Level[] }) {
  const t = useTranslations('fees.levels');
  const locale = useLocale();
  const dollars = (minor: bigint) => formatAmount(minor, 'USD', { locale, trimWhole: true });
  const both = (day: bigint, month: bigint) =>
    month === 0n ? t('none') : t('both', { day: dollars(day), month: dollars(month) });
  const columns: Column<Level>[] = [
    { key: 'level', header: t('level'), isTitle: true, cell: ({ level }) => `T${String(level)}` },
    {
      key: 'topUp',
      header: t('topUp'),
      align: 'end',
      cell: ({ topUpDayUsdMinor, topUpMonthUsdMinor }) => both(topUpDayUsdMinor, topUpMonthUsdMinor),
    },
    { key: 'bought', header: t('bought'), align: 'end', cell: (row) => t('days', { days: row.holdBoughtDays }) },
    { key: 'earned', header: t('earned'), align: 'end', cell: (row) => t('days', { days: row.holdEarnedDays }) },
    {
      key: 'cashOut',
      header: t('cashOut'),
      align: 'end',
      cell: ({ cashOutDayUsdMinor, cashOutMonthUsdMinor }) => both(cashOutDayUsdMinor, cashOutMonthUsdMinor),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={levels} rowKey={({ level }) => String(level)} />;
}
