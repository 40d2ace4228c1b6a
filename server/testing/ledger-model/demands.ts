import type { AccountCondition, TransferCondition, TransferRequest } from '#server/ledger/schema.ts';
import {
  availableMinor,
  type ModelAccount,
  type ModelActivity,
  type ModelBooks,
  type ModelLimit,
  type ModelRefusal,
} from './state.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** What a condition asks for, always in the same places. */
export function demandsOf(condition: TransferCondition = {}): (bigint | undefined)[] {
  const { debit = {}, credit = {}, ownerAvailableAtLeastMinor } = condition;
  const onAccounts = [debit, credit].flatMap((asked) => [
    asked.version,
    asked.balanceAtLeastMinor,
    asked.balanceAtMostMinor,
  ]);
  return [...onAccounts, ownerAvailableAtLeastMinor];
}

/** A condition that asks for nothing is none. */
export function isDemanding(condition: TransferCondition | undefined): boolean {
  return demandsOf(condition).some((demand) => demand !== undefined);
}

/** Conditions on the two accounts as they stand. */
export function refusalOfConditions(books: ModelBooks, request: TransferRequest): ModelRefusal | null {
  const { condition } = request;
  const sides = [
    { side: 'debit', accountId: request.debitAccountId, asked: condition?.debit },
    { side: 'credit', accountId: request.creditAccountId, asked: condition?.credit },
  ];
  for (const { side, accountId, asked } of sides) {
    const account = books.accounts.get(accountId);
    const unmet = account === undefined ? null : unmetOn(account, asked ?? {});
    if (unmet !== null) return { code: 'condition_failed', field: `condition.${side}.${unmet}` };
  }
  return null;
}

function unmetOn(account: ModelAccount, asked: AccountCondition): keyof AccountCondition | null {
  const { version, balanceAtLeastMinor, balanceAtMostMinor } = asked;
  if (version !== undefined && account.version !== version) return 'version';
  if (balanceAtLeastMinor !== undefined && account.balanceMinor < balanceAtLeastMinor) return 'balanceAtLeastMinor';
  return balanceAtMostMinor !== undefined && account.balanceMinor > balanceAtMostMinor ? 'balanceAtMostMinor' : null;
}

/** The condition on the sum of an owner's accounts, asked of books in which the transfer has happened. */
export function refusalOfOwnerSum(booksAfter: ModelBooks, request: TransferRequest): ModelRefusal | null {
  const least = request.condition?.ownerAvailableAtLeastMinor;
  const debit = booksAfter.accounts.get(request.debitAccountId);
  if (least === undefined || debit === undefined) return null;
  let sumMinor = 0n;
  for (const account of booksAfter.accounts.values()) {
    if (account.owner === debit.owner && account.asset === debit.asset) sumMinor += availableMinor(account);
  }
  return sumMinor < least ? { code: 'condition_failed', field: 'condition.ownerAvailableAtLeastMinor' } : null;
}

/**
 * Limits of owners, asked of books in which the transfer has happened. `done` is what the owners did with it; where
 * both did too much, the refusal is about the credit account.
 */
export function refusalOfLimits(
  booksAfter: ModelBooks,
  done: readonly ModelActivity[],
  now: number,
): ModelRefusal | null {
  for (const side of ['credit', 'debit'] as const) {
    const activity = done.find((candidate) => candidate.side === side);
    if (activity === undefined) continue;
    const limits = (booksAfter.limits.get(activity.owner) ?? []).filter((limit) => isAbout(limit, activity));
    const isExceeded = limits.some((limit) => isOver(booksAfter, { limit, owner: activity.owner, now }));
    if (isExceeded) return { code: 'limit_exceeded', field: `${side}AccountId` };
  }
  return null;
}

function isAbout(limit: ModelLimit, { asset, kind, side }: ModelActivity): boolean {
  return limit.asset === asset && limit.kind === kind && limit.side === side;
}

function isOver(books: ModelBooks, { limit, owner, now }: LimitOfOwner): boolean {
  const used = usedOf(books, { limit, owner, now });
  if (limit.amountMinorMax !== null && used.amountMinor > limit.amountMinorMax) return true;
  return limit.countMax !== null && used.count > limit.countMax;
}

interface LimitOfOwner {
  limit: ModelLimit;
  owner: string;
  now: number;
}

/** How much of a limit is used: everything the owner ever did is looked through, without any counter. */
export function usedOf(books: ModelBooks, { limit, owner, now }: LimitOfOwner): { amountMinor: bigint; count: number } {
  // The oldest bucket counts whole: hours for 24 hours, days for 30 days.
  const [length, bucket] = limit.period === '24_hours' ? [day, hour] : [30 * day, day];
  const since = Math.floor((now - length) / bucket) * bucket;
  const counted = books.activities.filter(
    (activity) => activity.owner === owner && activity.time >= since && isAbout(limit, activity),
  );
  return {
    amountMinor: counted.reduce((sum, activity) => sum + activity.amountMinor, 0n),
    count: counted.reduce((sum, activity) => sum + activity.count, 0),
  };
}
