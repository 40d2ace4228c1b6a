'use client';

import { useLocale, useTranslations } from 'next-intl';

import type { DraftProblem } from '#components/sell/listing-draft.ts';
import { priceMinorMax, stockMax, variantsMax } from '#server/market/catalogue/catalogue-schema.ts';
import { deliveryDaysMax, tagLength, tagsMax } from '#server/market/catalogue/details-schema.ts';
import { formatAmount } from '#server/money/money.ts';

/** Says what is wrong with a field of the listing form; nothing where nothing is. */
export function useProblemText() {
  const t = useTranslations('sell.problem');
  const locale = useLocale();
  const ducats = (minor: bigint) => formatAmount(minor, 'DUCAT', { locale, trimWhole: true });
  return (problem: DraftProblem | undefined, length = { min: 0, max: 0 }): string | undefined => {
    switch (problem) {
      case undefined:
        return undefined;
      case 'too_short':
      case 'too_long':
        return t(problem, length);
      case 'price':
        return t(problem, { least: ducats(1n), most: ducats(priceMinorMax) });
      case 'stock':
        return t(problem, { max: stockMax });
      case 'tags':
        return t(problem, { ...tagLength, count: tagsMax });
      case 'too_many_variants':
        return t(problem, { max: variantsMax });
      case 'delivery_days':
        return t(problem, { max: deliveryDaysMax });
      default:
        return t(problem);
    }
  };
}
