import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { KindTotal } from '#server/ledger/queries.ts';
import type { Asset } from '#server/money/money.ts';

const assets: readonly Asset[] = ['DUCAT', 'USD'];

/** Where all ducats and all dollars stand, each summed up to the zero that it must be. */
export function MoneyTotals({ totals }: { totals: readonly KindTotal[] }) {
  const t = useTranslations('operator.totals');
  return (
    <section aria-labelledby="totals" className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <h2 id="totals" className="font-display text-display-sm font-semibold">
          {t('title')}
        </h2>
        <p className="text-muted">{t('lead')}</p>
      </div>
      <div className="grid items-start gap-6 md:grid-cols-2">
        {assets.map((asset) => (
          <AssetTotals key={asset} asset={asset} totals={totals.filter((total) => total.asset === asset)} />
        ))}
      </div>
    </section>
  );
}

/** Kinds that hold nothing and never did are left out: they would bury the others. */
function AssetTotals({ asset, totals }: { asset: Asset; totals: readonly KindTotal[] }) {
  const t = useTranslations('operator.totals');
  const sumMinor = totals.reduce((sum, total) => sum + total.balanceMinor, 0n);
  const held = totals.filter((total) => total.balanceMinor !== 0n);
  const amount = (minor: bigint) => <Amount asset={asset} minor={minor} unit="none" />;
  return (
    <Card as="section" labelledBy={`totals-${asset}`}>
      <h3 id={`totals-${asset}`} className="pb-2 text-lg font-semibold">
        {t(`asset.${asset}`)}
      </h3>
      {held.length === 0 ? <p className="py-2 text-muted">{t('none')}</p> : null}
      <Figures
        figures={[
          ...held.map((total) => ({
            key: total.kind,
            label: t(`kinds.${total.kind}`),
            value: amount(total.balanceMinor),
          })),
          { key: 'sum', label: t('sum'), value: amount(sumMinor), isTotal: true },
        ]}
      />
    </Card>
  );
}
