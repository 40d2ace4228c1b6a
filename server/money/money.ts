/**
 * Money as integers of the minor unit. 1 ducat = 100 centesimi, 1 dollar = 100 cents.
 * Everything here is pure, exact and safe to use in the browser.
 */
declare const assetBrand: unique symbol;

export type Asset = 'DUCAT' | 'USD';

/** Centesimi of a ducat. */
export type DucatMinor = bigint & { readonly [assetBrand]: 'DUCAT' };
/** Cents of a US dollar. */
export type UsdMinor = bigint & { readonly [assetBrand]: 'USD' };

/** Digits after the decimal point, for both assets. */
export const scale = 2;
/** The largest amount of one transfer, in minor units. */
export const amountMinorMax = 1_000_000_000_000_000n;

/** As wide as the plus sign, where a hyphen would be short and low beside the figures. */
const minusSign = '\u2212';
const minorPerMajor = 100n;
const basisPoints = 10_000n;
const million = 1_000_000n;

export function ducat(minor: bigint): DucatMinor {
  return minor as DucatMinor;
}

export function usd(minor: bigint): UsdMinor {
  return minor as UsdMinor;
}

/**
 * Reads the text of an amount ("1,234.50", "12", "0.5") as minor units.
 * Returns null for anything else: signs, more than two decimals, groups that are not of three.
 */
export function parseAmount(text: string): bigint | null {
  const match = /^(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{1,2}))?$/.exec(text.trim());
  const whole = match?.[1];
  if (whole === undefined) return null;
  const fraction = (match?.[2] ?? '').padEnd(scale, '0');
  return BigInt(whole.replaceAll(',', '')) * minorPerMajor + BigInt(fraction);
}

/**
 * Reads what a person typed, with a point or a comma before the decimals ("12.50", "12,50", "1.234,50"): groups have three
 * digits, so one or two behind a comma are decimals in any language. What could be thousands as well as thousandths
 * ("1.234") is none.
 */
export function parseTypedAmount(text: string): bigint | null {
  const typed = text.trim();
  const [, whole, fraction] = /^(\d{1,15}|\d{1,3}(?:\.\d{3}){1,4}),(\d{1,2})$/.exec(typed) ?? [];
  return whole === undefined ? parseAmount(typed) : parseAmount(`${whole.replaceAll('.', '')}.${fraction ?? ''}`);
}

/** The plain decimal text of an amount: 123450n → "1234.50". For machines, CSV and form fields. */
export function toDecimal(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return minor < 0n ? `-${text}` : text;
}

export interface FormatOptions {
  locale: string;
  /** Show a plus sign before positive amounts. */
  signed?: boolean;
  /** Leave out ".00" of whole amounts. */
  trimWhole?: boolean;
}

/**
 * An amount for people, grouped by the locale's rules. Dollars carry their sign; ducats are a bare
 * number, because their word or mark is the interface's choice.
 * Intl is given a string: a JavaScript number prints a wrong cent on large amounts.
 */
export function formatAmount(minor: bigint, asset: Asset, options: FormatOptions): string {
  const isWhole = minor % minorPerMajor === 0n;
  const digits = options.trimWhole === true && isWhole ? 0 : scale;
  const format = new Intl.NumberFormat(options.locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    // Italian leaves four digits ungrouped by default; in a column of amounts that reads as another size.
    useGrouping: 'always',
    signDisplay: options.signed === true ? 'exceptZero' : 'auto',
    ...(asset === 'USD' ? { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } : {}),
  });
  return format.format(toDecimal(minor) as Intl.StringNumericLiteral).replace('-', minusSign);
}

/** `minor × ppm / 1,000,000`, rounded towards zero. For shares that round in the payer's favour. */
export function shareFloor(minor: bigint, ppm: number): bigint {
  return (minor * BigInt(ppm)) / million;
}

/** `minor × bps / 10,000`, rounded half up to a whole minor unit. `minor` must not be negative. */
export function shareHalfUp(minor: bigint, bps: number): bigint {
  return (minor * BigInt(bps) + basisPoints / 2n) / basisPoints;
}

/**
 * Splits `total` in proportion to `weights`, by largest remainder; ties go to the earlier share.
 * The shares always add up to `total`. Weights must not be negative and not all zero.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((left, right) => left + right, 0n);
  if (sum <= 0n || weights.some((weight) => weight < 0n)) throw new RangeError('weights must be positive');
  const shares = weights.map((weight) => (total * weight) / sum);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (total * weight) % sum }))
    .sort((left, right) => compare(right.remainder, left.remainder) || left.index - right.index);
  let rest = total - shares.reduce((left, right) => left + right, 0n);
  for (const { index } of byRemainder) {
    if (rest === 0n) break;
    shares[index] = (shares[index] ?? 0n) + 1n;
    rest -= 1n;
  }
  return shares;
}

function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
