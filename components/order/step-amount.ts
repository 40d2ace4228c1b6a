import { parseTypedAmount } from '#server/money/money.ts';
import type { PartyAction } from '#server/market/orders/order-schema.ts';

/** Steps that say how much goes back to the buyer. */
const withAmount = ['propose', 'refund_part', 'resolve_split'] as const satisfies readonly PartyAction[];
export type AmountAction = (typeof withAmount)[number];

export function takesAmount(action: PartyAction): action is AmountAction {
  return withAmount.some((one) => one === action);
}

export type StepAmount = { amountMinor: bigint } | { problem: 'amount_wrong' | 'amount_too_large' };

/** What was written as an amount, or what is wrong with it before it is sent. Only a proposal may be of nothing. */
export function stepAmount(action: AmountAction, text: string, leftMinor: bigint): StepAmount {
  const amountMinor = parseTypedAmount(text);
  if (amountMinor === null || amountMinor < 0n || (action === 'refund_part' && amountMinor === 0n))
    return { problem: 'amount_wrong' };
  return amountMinor > leftMinor ? { problem: 'amount_too_large' } : { amountMinor };
}
