import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';

interface PriceProps {
  /** What it costs. */
  minor: bigint;
  /** What it costs without any reduction. */
  listMinor: bigint;
  unit?: 'word' | 'mark';
}

/** What something costs, and beside it struck through what it cost before: screen readers hear which is which. */
export function Price({ minor, listMinor, unit = 'word' }: PriceProps) {
  const t = useTranslations('money');
  if (minor === listMinor) return <Amount asset="DUCAT" minor={minor} unit={unit} isTrimmed />;
  return (
    <>
      <span className="sr-only">{t('priceNow')} </span>
      <Amount asset="DUCAT" minor={minor} unit={unit} isTrimmed /> <span className="sr-only">{t('priceBefore')} </span>
      <s className="text-sm font-normal text-muted">
        <Amount asset="DUCAT" minor={listMinor} unit={unit === 'mark' ? 'mark' : 'none'} isTrimmed />
      </s>
    </>
  );
}
