import { ducat, formatAmount, shareHalfUp, usd, type UsdMinor } from '#server/money/money.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { defaultSettings, type TopUpSettings } from './packages.ts';
import type { TopUpChoice, TopUpQuote, TopUpState } from './schema.ts';

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
export function stateOfSession(facts: SessionFacts): 'paid' | Exclude<TopUpState, 'credited' | 'started'> {
  if (facts.paymentStatus === 'paid') return 'paid';
  if (facts.status === 'expired') return 'expired';
  if (facts.status !== 'complete') return 'open';
  const isRefused = facts.paymentIntentStatus === 'requires_payment_method' || facts.paymentIntentStatus === 'canceled';
  return isRefused ? 'failed' : 'processing';
}
