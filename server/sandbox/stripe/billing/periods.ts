import type { WirePrice } from '#server/sandbox/stripe/billing/catalogue.ts';

/** The end of a period that begins at `start`, in whole seconds; the 31st becomes the last day of a shorter month. */
export function periodEnd(start: number, recurring: WirePrice['recurring'], anchor = start): number {
  const count = recurring?.interval_count ?? 1;
  switch (recurring?.interval) {
    case 'day':
      return start + count * 86_400;
    case 'week':
      return start + count * 7 * 86_400;
    case 'year':
      return monthsLater(start, 12 * count, anchor);
    default:
      return monthsLater(start, count, anchor);
  }
}

function monthsLater(start: number, months: number, anchor: number): number {
  const from = new Date(start * 1_000);
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1) / 1_000;
  const next = new Date(first * 1_000);
  const lastDay = new Date(Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1, 0)).getUTCDate();
  const day = Math.min(new Date(anchor * 1_000).getUTCDate(), lastDay);
  return first + (day - 1) * 86_400 + (start % 86_400);
}

/** The share of an amount for the rest of a period, half up to a cent; exact, in whole numbers. */
export function shareOfRest(amountCents: number, rest: { now: number; start: number; end: number }): number {
  const { now, start, end } = rest;
  if (end <= start) return 0;
  const [whole, left] = [BigInt(end - start), BigInt(end - Math.min(Math.max(now, start), end))];
  const share = (BigInt(amountCents) * left * 2n + whole) / (2n * whole);
  return Number.parseInt(String(share), 10);
}
