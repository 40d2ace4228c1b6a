import { invariant } from '#server/platform/invariant.ts';
import { usedOf } from './demands.ts';
import type { ModelAccount, ModelBooks } from './state.ts';

/** What the account's transfers up to an effective day add up to. */
export function balanceOn(account: ModelAccount, day: string): bigint {
  const nets = [...account.netOfDay].filter(([date]) => date <= day);
  return nets.reduce((sum, [, netMinor]) => sum + netMinor, 0n);
}

/** The limits of an owner and what of each is used. */
export function usesOf(books: ModelBooks, owner: string, now: number): string[] {
  return (books.limits.get(owner) ?? []).map((limit) => {
    const { asset, kind, side, period } = limit;
    const used = usedOf(books, { limit, owner, now });
    return [owner, asset, kind, side, period, used.amountMinor, used.count].join(' ');
  });
}

/** The conversions that happened: both legs, the rate, and what rounding left over. */
export function conversionsIn(books: ModelBooks): string[] {
  return [...books.transfers].flatMap(([id, { request, refusal, amountMinor, previousId }]) => {
    const { conversion } = request;
    if (conversion === undefined || refusal !== null) return [];
    const first = books.transfers.get(previousId ?? '');
    invariant(first !== undefined, 'a conversion has a first leg');
    const { numerator, denominator, exact } = conversion;
    const remainder = first.amountMinor * numerator - amountMinor * denominator;
    return [[id, previousId, numerator, denominator, exact, remainder].join(' ')];
  });
}
