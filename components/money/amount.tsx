import { useLocale, useTranslations } from 'next-intl';

import { classNames } from '#components/ui/class-names.ts';
import { formatAmount } from '#server/money/money.ts';
import type { Asset } from '#server/money/money.ts';

interface AmountProps {
  asset: Asset;
  minor: bigint;
  /** How ducats are named: by the word, by their mark (with the word for screen readers), or by a heading nearby. */
  unit?: 'word' | 'mark' | 'none';
  /** A sign before the figure and its colour: for entries, where money comes and goes. */
  isEntry?: boolean;
  /** Leaves out ",00" of whole amounts: for prices, never in columns. */
  isTrimmed?: boolean;
}

/** The one way an amount of money is shown. */
export function Amount({ asset, minor, unit = 'word', isEntry = false, isTrimmed = false }: AmountProps) {
  const locale = useLocale();
  const t = useTranslations('money');
  const figure = formatAmount(minor, asset, { locale, signed: isEntry, trimWhole: isTrimmed });
  const tone = isEntry && minor > 0n ? 'text-success' : isEntry && minor < 0n ? 'text-danger' : null;
  if (asset === 'USD' || unit === 'none') {
    return <span className={classNames('figures whitespace-nowrap', tone)}>{figure}</span>;
  }
  const word = t('ducats', { isOne: minor === 100n || minor === -100n ? 'yes' : 'no' });
  return (
    <span className={classNames('figures whitespace-nowrap', tone)}>
      {unit === 'mark' ? <DucatMark /> : null}
      {figure}
      {unit === 'mark' ? <span className="sr-only"> {word}</span> : ` ${word}`}
    </span>
  );
}

/** A coin with the cross of the zecchino. */
export function DucatMark() {
  return (
    <svg
      viewBox="0 0 16 16"
      className="mr-1 inline-block size-[0.85em] align-[-0.06em] text-gold"
      aria-hidden="true"
      focusable="false"
    >
      <circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M8 3.5v9M4.5 6.5h7M6 12.5h4" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
