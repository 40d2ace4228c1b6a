import { parseTypedAmount } from '#server/money/money.ts';

/** The whole number that was typed; undefined while it is none. */
export function unitsOf(text: string): number | undefined {
  return /^\d{1,9}$/u.test(text.trim()) ? Number.parseInt(text.trim(), 10) : undefined;
}

/** The measure that was typed, with a point or a comma before its decimals; undefined while it is none. */
export function measureOf(text: string): number | undefined {
  const plain = text.trim().replace(',', '.');
  return /^-?\d{1,9}(\.\d{1,3})?$/u.test(plain) ? Number.parseFloat(plain) : undefined;
}

/** Basis points of the percentage that was typed, which has as many of them as a ducat has centesimi; undefined while it is none. */
export function bpsOf(text: string): number | undefined {
  const bps = parseTypedAmount(text);
  return bps === null || bps > 9_999n ? undefined : Number.parseInt(bps.toString(), 10);
}
