import { useLocale, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { ChoiceCard } from '#components/top-up/choice-card.tsx';
import type { TopUpOffers } from '#components/top-up/offers.ts';
import { Badge } from '#components/ui/badge.tsx';
import { formatAmount } from '#server/money/money.ts';
import type { TopUpQuote } from '#server/payments/schema.ts';

interface PackageChoiceProps {
  offers: TopUpOffers;
  chosen: TopUpQuote['choice'];
  onChoose: (choice: TopUpQuote['choice']) => void;
}

/** The packages and, last, an amount of one's own. */
export function PackageChoice({ offers, chosen, onChoose }: PackageChoiceProps) {
  const t = useTranslations('top-up');
  const locale = useLocale();
  const dollars = (minor: bigint) => formatAmount(minor, 'USD', { locale, trimWhole: true });
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {offers.packages.map((quote) => (
        <ChoiceCard
          key={quote.choice}
          value={quote.choice}
          isChosen={quote.choice === chosen}
          onChoose={() => onChoose(quote.choice)}
        >
          <PackageFace quote={quote} />
        </ChoiceCard>
      ))}
      <ChoiceCard value="custom" isChosen={chosen === 'custom'} onChoose={() => onChoose('custom')}>
        <span className="text-sm text-muted">{t('package.custom')}</span>
        <span className="col-span-2 row-start-2 text-lg font-semibold">{t('own')}</span>
        <span className="figures pr-2 sm:mt-auto sm:pt-2 sm:pr-0">
          {t('ownRange', { min: dollars(offers.customMinorMin), max: dollars(offers.customMinorMax) })}
        </span>
      </ChoiceCard>
    </div>
  );
}

function PackageFace({ quote }: { quote: TopUpQuote }) {
  const t = useTranslations('top-up');
  return (
    <>
      <span className="text-sm text-muted">{t(`package.${quote.choice}`)}</span>
      <span className="col-span-2 row-start-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-lg font-semibold">
          <Amount asset="DUCAT" minor={quote.baseMinor} isTrimmed />
        </span>
        {quote.bonusMinor === 0n ? null : (
          <Badge tone="gold">
            <span>
              {t.rich('bonus', {
                amount: () => <Amount asset="DUCAT" minor={quote.bonusMinor} unit="none" isTrimmed />,
              })}
            </span>
          </Badge>
        )}
      </span>
      <span className="pr-2 sm:mt-auto sm:pt-2 sm:pr-0">
        <Amount asset="USD" minor={quote.priceMinor} isTrimmed />
      </span>
    </>
  );
}
