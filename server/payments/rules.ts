import { ducat, formatAmount, shareHalfUp, usd, type UsdMinor } from '#server/money/money.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { defaultSettings, type TopUpSettings } from './packages.ts';
import type { TopUpChoice, TopUpQuote, UnpaidState } from './schema.ts';

/**
 * What a choice costs and brings. The fee comes on top of the price, rounded half up to a cent.
 * Refuses with `amount_out_of_range` (a custom amount) or `package_not_found`.
 */
export function quoteTopUp(choice: TopUpChoice, settings: TopUpSettings = defaultSettings): TopUpQuote {
  if (choice.kind === 'custom') return customQuote(usd(choice.priceMinor), settings);
  const found = settings.packages.find((offered) => offered.id === choice.packageId);
  if (found === undefined) throw refuse('not_found', 'package_not_found', 'This package is not offered any more.');
  const { priceMinor, baseMinor, bonusMinor } = found;
  return { choice: found.id, ...charge(priceMinor, settings), baseMinor, bonusMinor };
}

function customQuote(priceMinor: UsdMinor, settings: TopUpSettings): TopUpQuote {
  const { customMinorMin, customMinorMax, ducatMinorPerCent } = settings;
  if (priceMinor < customMinorMin || priceMinor > customMinorMax) throw amountOutOfRange(settings);
  return {
    choice: 'custom',
    ...charge(priceMinor, settings),
    baseMinor: ducat(priceMinor * ducatMinorPerCent),
    bonusMinor: ducat(0n),
  };
}

function charge(
  priceMinor: UsdMinor,
  settings: TopUpSettings,
): Pick<TopUpQuote, 'priceMinor' | 'feeMinor' | 'taxMinor' | 'totalMinor'> {
  const feeMinor = usd(shareHalfUp(priceMinor, settings.feeBasisPoints));
  const taxMinor = usd(0n);
  return { priceMinor, feeMinor, taxMinor, totalMinor: usd(priceMinor + feeMinor + taxMinor) };
}

function amountOutOfRange({ customMinorMin, customMinorMax }: TopUpSettings): DomainError {
  const least = formatAmount(customMinorMin, 'USD', { locale: 'en', trimWhole: true });
  const most = formatAmount(customMinorMax, 'USD', { locale: 'en', trimWhole: true });
  return new DomainError({
    kind: 'invalid',
    code: 'amount_out_of_range',
    message: `Choose an amount from ${least} to ${most}.`,
    details: { min: least, max: most },
  });
}

/** What Stripe says of a session, as far as a top-up cares. */
export interface SessionFacts {
  status: string | null;
  paymentStatus: string;
  paymentIntentStatus: string | null;
}

/** Where a top-up that is not credited stands. Only `paid` leads to a credit. */
export function stateOfSession(facts: SessionFacts): 'paid' | UnpaidState {
  if (facts.paymentStatus === 'paid') return 'paid';
  if (facts.status === 'expired') return 'expired';
  if (facts.status !== 'complete') return 'open';
  const isRefused = facts.paymentIntentStatus === 'requires_payment_method' || facts.paymentIntentStatus === 'canceled';
  return isRefused ? 'failed' : 'processing';
}

/** Whether a payment is booked but not credited until an operator has looked at it. */
export function needsReview(riskLevel: string | null): boolean {
  return riskLevel === 'highest';
}

const dayMs = 86_400_000;

/** Until when bought ducats are held: as long as their buyer's level says, and longer after a payment of elevated risk. */
export function holdUntil(
  now: Date,
  payment: { holdBoughtDays: number; riskLevel: string | null },
  settings: Pick<TopUpSettings, 'riskyHoldDays'> = defaultSettings,
): Date {
  const isRisky = payment.riskLevel === 'elevated' || needsReview(payment.riskLevel);
  const days = payment.holdBoughtDays + (isRisky ? settings.riskyHoldDays : 0);
  return new Date(now.getTime() + days * dayMs);
}

/** Ducats that were bought, and when. */
export interface Arrival {
  at: Date;
  /** In cents, before the fee. */
  priceMinor: bigint;
}

const hourMs = 3_600_000;

/**
 * From when on a price fits into a period's limit, if nothing else is bought; null when it is more than the whole limit.
 * Counted as the ledger counts: a day is the present hour and the 24 before, a month the present UTC day and the 30
 * before, and what came in leaves the count a whole hour or day at a time.
 */
export function roomAgainAt(
  arrivals: readonly Arrival[],
  wanted: { period: 'day' | 'month'; mostMinor: bigint; priceMinor: bigint; now: Date },
): Date | null {
  const { period, mostMinor, priceMinor, now } = wanted;
  if (priceMinor > mostMinor) return null;
  const [bucketMs, buckets] = period === 'day' ? [hourMs, 25] : [24 * hourMs, 31];
  const leaving = arrivals
    .map(({ at, priceMinor: cents }) => ({
      leavesMs: (Math.floor(at.getTime() / bucketMs) + buckets) * bucketMs,
      cents,
    }))
    .filter(({ leavesMs }) => leavesMs > now.getTime())
    .sort((left, right) => left.leavesMs - right.leavesMs);
  let usedMinor = leaving.reduce((sum, { cents }) => sum + cents, 0n);
  if (usedMinor + priceMinor <= mostMinor) return now;
  for (const { leavesMs, cents } of leaving) {
    usedMinor -= cents;
    if (usedMinor + priceMinor <= mostMinor) return new Date(leavesMs);
  }
  return null;
}
