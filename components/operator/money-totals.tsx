import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { KindTotal } from '#server/ledger/groups.ts';
import { normalSideOf, onNormalSide } from '#server/ledger/kinds.ts';
import type { Asset } from '#server/money/money.ts';

const assets: readonly Asset[] = ['DUCAT', 'USD'];
const sides = ['debit', 'credit'] as const;

/** Where all ducats and all dollars stand, as a trial balance: debits and credits of an asset are one sum. */
export function MoneyTotals({ totals }: { totals: readonly KindTotal[] }) {
  const t = useTranslations('operator.totals');
  return (
    <section aria-labelledby="totals" className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <h2 id="totals" className="font-display text-display-sm font-semibold">
          {t('title')}
        </h2>
        <p className="max-w-prose text-muted">{t('lead')}</p>
      </div>
      <div className="grid items-start gap-6 md:grid-cols-2">
        {assets.map((asset) => (
          <AssetTotals key={asset} asset={asset} totals={totals.filter((total) => total.asset === asset)} />
        ))}
      </div>
    </section>
  );
}

/** Kinds that hold nothing are left out: they would bury the others. */
function AssetTotals({ asset, totals }: { asset: Asset; totals: readonly KindTotal[] }) {
  const t = useTranslations('operator.totals');
  const held = totals
    .filter((total) => total.balanceMinor !== 0n)
    .map(({ kind, balanceMinor }) => ({
      kind,
      side: normalSideOf(kind),
      shownMinor: onNormalSide(kind, balanceMinor),
    }));
  const sumOf = (side: (typeof sides)[number]) =>
    held.reduce((sum, total) => (total.side === side ? sum + total.shownMinor : sum), 0n);
  const amount = (minor: bigint) => <Amount asset={asset} minor={minor} unit="none" />;
  return (
    <Card as="section" labelledBy={`totals-${asset}`}>
      <h3 id={`totals-${asset}`} className="pb-2 text-lg font-semibold">
        {t(`asset.${asset}`)}
      </h3>
      {held.length === 0 ? <p className="py-2 text-muted">{t('none')}</p> : null}
      <Figures
        figures={[
          ...held.map(({ kind, side, shownMinor }) => ({
            key: kind,
            label: t('kindOnSide', { kind: t(`kinds.${kind}`), side }),
            value: amount(shownMinor),
          })),
          ...sides.map((side) => ({ key: side, label: t(side), value: amount(sumOf(side)) })),
          { key: 'difference', label: t('difference'), value: amount(sumOf('credit') - sumOf('debit')), isTotal: true },
        ]}
      />
    </Card>
  );
}
