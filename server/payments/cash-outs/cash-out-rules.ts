import { formatAmount, shareHalfUp } from '#server/money/money.ts';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { centesimiPerCent } from './cash-out-bookings.ts';

/** What a cash-out brings and who has to agree: pure decisions. */

export interface CashOutSettings {
  /** What must remain after debts, in cents. */
  leastUsdMinor: bigint;
  feeBasisPoints: number;
  /** Above this many cents two operators have to agree. */
  oneOperatorUsdMinorMax: bigint;
}

export const cashOutSettings: CashOutSettings = {
  leastUsdMinor: 5_000n,
  feeBasisPoints: 250,
  oneOperatorUsdMinorMax: 50_000n,
};

export interface CashOutQuote {
  /** Whole cents' worth: what is broken stays in the wallet. */
  ducatsMinor: bigint;
  grossMinor: bigint;
  /** What the citizen owes is paid first. */
  debtMinor: bigint;
  /** Of what remains, rounded half up. */
  feeMinor: bigint;
  /** What arrives at the bank. */
  netMinor: bigint;
}

/** The figures of a cash-out, whether or not it may be. */
export function figuresOf(
  { ducatsMinor, openDebtMinor }: { ducatsMinor: bigint; openDebtMinor: bigint },
  settings: CashOutSettings = cashOutSettings,
): CashOutQuote {
  const grossMinor = ducatsMinor / centesimiPerCent;
  const debtMinor = openDebtMinor < grossMinor ? openDebtMinor : grossMinor;
  const feeMinor = shareHalfUp(grossMinor - debtMinor, settings.feeBasisPoints);
  const netMinor = grossMinor - debtMinor - feeMinor;
  return { ducatsMinor: grossMinor * centesimiPerCent, grossMinor, debtMinor, feeMinor, netMinor };
}

/** Refuses `cash_out_too_small`: too little remains after debts. */
export function quoteCashOut(
  wish: { ducatsMinor: bigint; openDebtMinor: bigint },
  settings: CashOutSettings = cashOutSettings,
): CashOutQuote {
  const quote = figuresOf(wish, settings);
  if (quote.grossMinor - quote.debtMinor >= settings.leastUsdMinor) return quote;
  const least = formatAmount(settings.leastUsdMinor, 'USD', { locale: 'en', trimWhole: true });
  const code = 'cash_out_too_small';
  const message = `At least ${least} must remain after what you owe.`;
  throw new DomainError({ kind: 'invalid', code, message, details: { least } });
}

/** Who holds by contract, or takes much, needs two who agree. */
export function approvalsNeeded(
  { grossMinor, level }: { grossMinor: bigint; level: number },
  settings: CashOutSettings = cashOutSettings,
): 1 | 2 {
  return level === 4 || grossMinor > settings.oneOperatorUsdMinorMax ? 2 : 1;
}

/** Refuses `trust_frozen`, `cash_out_not_before` and `cash_out_level`: what a standing does not allow. */
export function assertMayCashOut(standing: Pick<TrustStanding, 'isFrozen' | 'cashOutFrom' | 'limits'>): void {
  if (standing.isFrozen) throw refuse('forbidden', 'trust_frozen', 'A card payment of yours was charged back.');
  if (standing.cashOutFrom !== null) {
    throw new DomainError({
      kind: 'forbidden',
      code: 'cash_out_not_before',
      message: 'Something about your account changed lately, so nothing is cashed out for some days.',
      details: { from: standing.cashOutFrom.toISOString() },
    });
  }
  if (standing.limits.cashOutDayUsdMinor > 0n && standing.limits.cashOutMonthUsdMinor > 0n) return;
  throw refuse('forbidden', 'cash_out_level', 'Your trust level does not allow cash-outs yet.');
}

/** How a try at the provider that came to nothing is repeated: later each time, at most a day apart. */
export function nextTryAt(now: Date, attempt: number): Date {
  const minutes = Math.min(15 * 2 ** Math.min(attempt, 7), 1_440);
  return new Date(now.getTime() + minutes * 60_000);
}
