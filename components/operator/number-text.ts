import { parseTypedAmount, toDecimal } from '#server/money/money.ts';

/** How a number of a setting is written in a field. */
export type NumberKind = 'dollars' | 'optionalDollars' | 'whole' | 'optionalWhole' | 'percent';

/** What a field's text says: cents, a whole number, millionths; null where nothing is allowed; undefined for anything else. */
export function numberOf(kind: NumberKind, text: string): bigint | number | null | undefined {
  const written = text.trim();
  switch (kind) {
    case 'dollars':
      return parseTypedAmount(written) ?? undefined;
    case 'optionalDollars':
      return written === '' ? null : (parseTypedAmount(written) ?? undefined);
    case 'whole':
      return wholeOf(written);
    case 'optionalWhole':
      return written === '' ? null : wholeOf(written);
    case 'percent':
      return millionthsOf(written);
  }
}

/** The text of a number as its field shows it. */
export function textOfNumber(kind: NumberKind, value: bigint | number | null): string {
  if (value === null) return '';
  if (typeof value === 'bigint') return toDecimal(value).replace(/\.00$/, '');
  if (kind !== 'percent') return String(value);
  const fraction = String(value % perPercent).padStart(fractionDigits, '0');
  return `${String(Math.floor(value / perPercent))}.${fraction}`.replace(/\.?0+$/, '');
}

const perPercent = 10_000;
const fractionDigits = 4;

function wholeOf(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

function millionthsOf(text: string): number | undefined {
  const [, whole, fraction = ''] = /^(\d{1,3})(?:[.,](\d{1,4}))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return Number.parseInt(whole, 10) * perPercent + Number.parseInt(fraction.padEnd(fractionDigits, '0'), 10);
}
