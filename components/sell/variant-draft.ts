import { unitsOf } from '#components/sell/draft-figures.ts';
import type { ListingView, VariantTerms } from '#server/market/catalogue/catalogue-schema.ts';
import { optionsMax, variantsMax } from '#server/market/catalogue/catalogue-schema.ts';
import { parseTypedAmount, toDecimal } from '#server/money/money.ts';

/** An option as it is being typed. */
export interface OptionDraft {
  name: string;
  /** Separated by commas. */
  values: string;
}

/** What is typed for one combination of values. */
export interface VariantDraft {
  isOffered: boolean;
  /** Ducats, as typed; empty: the listing's own price. */
  price: string;
  /** Units, as typed; empty: unlimited. */
  stock: string;
  /** What the form was filled from, where the combination was offered then. */
  stockSeen?: number | null;
}

export interface ChoicesDraft {
  options: readonly OptionDraft[];
  /** By the combination's key; what is not here is as `newVariant` says. */
  variants: Readonly<Record<string, VariantDraft>>;
  /** The listing's own, for variants without one. */
  price: string;
}

export const newVariant: VariantDraft = { isOffered: true, price: '', stock: '1' };

export const emptyOption: OptionDraft = { name: '', values: '' };

/** Options that say anything, as the server takes them. */
export function optionsOf(options: readonly OptionDraft[]): { name: string; values: string[] }[] {
  return options
    .filter(({ name, values }) => name.trim() !== '' || values.trim() !== '')
    .map(({ name, values }) => ({ name: name.trim(), values: valuesOf(values) }));
}

function valuesOf(text: string): string[] {
  const values = text.split(',').map((value) => value.normalize('NFC').replace(/\s+/gu, ' ').trim());
  return [...new Set(values.filter((value) => value !== ''))];
}

/** Every combination of the options' values, in their order; none while there are too many to list. */
export function combinationsOf(options: readonly OptionDraft[]): string[][] {
  const all = optionsOf(options);
  if (all.length === 0 || all.length > optionsMax) return [];
  const count = all.reduce((product, { values }) => product * values.length, 1);
  if (count > variantsMax) return [];
  return all.reduce<string[][]>(
    (combinations, { values }) => combinations.flatMap((head) => values.map((value) => [...head, value])),
    [[]],
  );
}

export function hasTooMany(options: readonly OptionDraft[]): boolean {
  return optionsOf(options).reduce((product, { values }) => product * values.length, 1) > variantsMax;
}

export function keyOf(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** The offered variants that were typed; null where a price or a stock is none. */
export function variantsOf(draft: ChoicesDraft): VariantTerms[] | null {
  const variants: VariantTerms[] = [];
  for (const values of combinationsOf(draft.options)) {
    const typed = draft.variants[keyOf(values)] ?? newVariant;
    if (!typed.isOffered) continue;
    const priceMinor = parseTypedAmount(typed.price.trim() === '' ? draft.price : typed.price);
    const stock = typed.stock.trim() === '' ? null : unitsOf(typed.stock);
    if (priceMinor === null || stock === undefined) return null;
    const seen = typed.stockSeen === undefined ? {} : { stockSeen: typed.stockSeen };
    variants.push({ values, priceMinor, stock, ...seen });
  }
  return variants;
}

/** The choices of a listing as a form begins with them. What is not offered now stays out until it is ticked. */
export function choicesOf(listing: Pick<ListingView, 'options' | 'variants'>): Omit<ChoicesDraft, 'price'> {
  const options = listing.options.map(({ name, values }) => ({ name, values: values.join(', ') }));
  const notOffered: VariantDraft = { ...newVariant, isOffered: false };
  const all = combinationsOf(options).map((values): [string, VariantDraft] => [keyOf(values), notOffered]);
  const offered = listing.variants.map(({ values, priceMinor, stock }): [string, VariantDraft] => [
    keyOf(values),
    { isOffered: true, price: toDecimal(priceMinor), stock: stock === null ? '' : String(stock), stockSeen: stock },
  ]);
  return { options, variants: Object.fromEntries([...all, ...offered]) };
}
