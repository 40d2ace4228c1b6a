import type { TransferRequest } from '#server/ledger/schema.ts';
import { keyOf, type ModelActivity, type ModelBooks } from './state.ts';

/** What left or was promised, and what arrived. */
interface Counted {
  leavingMinor: bigint;
  arrivingMinor: bigint;
  time: number;
}

/** What the owners of the two accounts do with a transfer; nothing where nothing moves. The house has no limits. */
export function activitiesOf(books: ModelBooks, request: TransferRequest, counted: Counted): ModelActivity[] {
  const { kind } = request;
  const sides = [
    { side: 'debit', accountId: request.debitAccountId, amountMinor: counted.leavingMinor },
    { side: 'credit', accountId: request.creditAccountId, amountMinor: counted.arrivingMinor },
  ] as const;
  return sides.flatMap(({ side, accountId, amountMinor }) => {
    const account = books.accounts.get(accountId);
    if (account === undefined || account.isHouse || amountMinor === 0n) return [];
    const { owner, asset } = account;
    return [{ transferId: keyOf(request.id), owner, asset, kind, side, time: counted.time, amountMinor, count: 1 }];
  });
}

/** A pending has ended: of what its owner did with it only this much remains, as if it had never been more. */
export function withoutRest(
  activities: readonly ModelActivity[],
  pendingId: string,
  remaining: { amountMinor: bigint; count: number },
): ModelActivity[] {
  return activities.map((activity) =>
    activity.transferId === pendingId && activity.side === 'debit' ? { ...activity, ...remaining } : activity,
  );
}
