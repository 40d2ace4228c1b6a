import type { Narrowing } from '#server/market/search/search-conditions.ts';
import type { Asked } from '#server/market/search/search-statement.ts';
import type { WordFrequencies } from '#server/market/search/word-frequencies.ts';

/** How words are best looked for: in the next listings of an order, or by way of the text index. Pure. */

/** What a filter leaves of the listings, about; how many of them is known only afterwards. */
const sharesLeft: Readonly<Record<keyof Omit<Narrowing, 'text' | 'categories'>, number>> = {
  ...{ seller: 0.001, tag: 0.005, kind: 0.2, tiers: 0.5, ratingMin: 0.3, inStock: 0.8 },
  ...{ priceMinorMin: 0.5, priceMinorMax: 0.5 },
};

/** Without filters a statement is planned once, so that it looks at as many listings whatever its words are. */
const usualNearest = 1_500;
/** With filters, at most so many. */
const nearestMax = 10_000;
/** Rows that come in order lie beside each other; those of the text index are fetched one by one. */
const fetchedAtCostOfOne = 4;

/** How many listings of the order are looked at, in titles and anywhere: 0 where the words are too rare for it. */
export function nearestOf(
  frequencies: WordFrequencies,
  { filter, count }: Pick<Asked, 'filter' | 'count'>,
): Asked['nearest'] {
  const { text = '' } = filter;
  const left = namesOf(filter).reduce((share, name) => share * sharesLeft[name], 1);
  const forShare = (share: number) => {
    if (filtersIn(filter) === 0) return share * usualNearest > 1.3 * count ? usualNearest : 0;
    const needed = Math.ceil((2 * count) / Math.max(share * left, Number.EPSILON));
    const byIndex = share * frequencies.texts * fetchedAtCostOfOne;
    return needed <= Math.min(byIndex, nearestMax) ? needed : 0;
  };
  return { inTitles: forShare(frequencies.inTitles(text)), anywhere: forShare(frequencies.anywhere(text)) };
}

/** How many filters there are beside words and category. */
export function filtersIn(filter: Narrowing): number {
  return namesOf(filter).length;
}

function namesOf(filter: Narrowing): (keyof typeof sharesLeft)[] {
  const names = Object.keys(sharesLeft) as (keyof typeof sharesLeft)[];
  return names.filter((name) => filter[name] !== undefined);
}
