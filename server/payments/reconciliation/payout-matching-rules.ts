/** Whether what banks were sent is what was transferred for it: the decision alone. Amounts in cents. */

/** A payout of a connected account that did not fail. */
export interface BankPayout {
  id: string;
  amountMinor: bigint;
  /** The cash-out by our own mark; null for one that is not ours. */
  cashOutId: string | null;
}

/** A cash-out whose transfer the account has, and that was not taken back. */
export interface TransferredCashOut {
  id: string;
  netMinor: bigint;
  /** Null until the payout is recorded. */
  payoutId: string | null;
}

export interface PayoutMismatch {
  /** The payout; where there is none, the cash-out that names it. */
  subject: string;
  state: 'missing_here' | 'missing_there' | 'different';
  stripeMinor: bigint | null;
  booksMinor: bigint | null;
}

/**
 * Each transfer is paid out once, whole, and nothing else is: payouts without a cash-out, cash-outs whose payout is not
 * there, and payouts of another amount. One that is made and not recorded yet is on its way.
 */
export function payoutMismatches(
  payouts: readonly BankPayout[],
  cashOuts: readonly TransferredCashOut[],
): PayoutMismatch[] {
  const byPayout = new Map(cashOuts.map((cashOut) => [cashOut.payoutId, cashOut]));
  const underWay = new Map(
    cashOuts.filter(({ payoutId }) => payoutId === null).map((cashOut) => [cashOut.id, cashOut]),
  );
  const there = new Set(payouts.map(({ id }) => id));
  const atStripe = payouts.flatMap(({ id: subject, amountMinor: stripeMinor, cashOutId }): PayoutMismatch[] => {
    const cashOut = byPayout.get(subject) ?? underWay.get(cashOutId ?? '');
    if (cashOut === undefined) return [{ subject, state: 'missing_here', stripeMinor, booksMinor: null }];
    // A second payout with the same mark answers to no transfer.
    underWay.delete(cashOut.id);
    const { netMinor: booksMinor } = cashOut;
    return booksMinor === stripeMinor ? [] : [{ subject, state: 'different', stripeMinor, booksMinor }];
  });
  const missing = cashOuts.flatMap(({ id, netMinor, payoutId }): PayoutMismatch[] =>
    payoutId === null || there.has(payoutId)
      ? []
      : [{ subject: id, state: 'missing_there', stripeMinor: null, booksMinor: netMinor }],
  );
  return [...atStripe, ...missing];
}
