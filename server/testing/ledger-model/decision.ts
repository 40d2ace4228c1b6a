import type { TransferRequest } from '#server/ledger/schema.ts';
import { invariant } from '#server/platform/invariant.ts';
import { activitiesOf, withoutRest } from './activities.ts';
import { refusalOfConditions, refusalOfLimits, refusalOfOwnerSum } from './demands.ts';
import {
  actionOf,
  availableMinor,
  dayOf,
  isArchived,
  keyOf,
  relatedIdOf,
  type ModelAccount,
  type ModelActivity,
  type ModelBooks,
  type ModelRefusal,
} from './state.ts';

const transferMinorMax = 10n ** 15n;
const balanceMinorMax = 9n * 10n ** 18n;
const reservedMinorMax = 10n ** 17n;

/** What a transfer would do to its two accounts. */
interface Effect {
  movedMinor: bigint;
  /** Newly reserved on the debit account. */
  reservedMinor: bigint;
  /** Given back of what the debit account has reserved. */
  releasedMinor: bigint;
  /** The money was promised when it was reserved: a freeze or a floor of later cannot hold it. */
  isPromised: boolean;
}

type Decision = { refusal: ModelRefusal } | { amountMinor: bigint };

/** Lets one sound and new item happen in the books, or says why not and leaves them as they are. */
export function decide(books: ModelBooks, request: TransferRequest, now: number): Decision {
  const intended = effectOf(books, request);
  if ('code' in intended) return { refusal: intended };
  const action = actionOf(request);
  const refusal = refusalOfConditions(books, request) ?? refusalOfAccounts(books, request, intended);
  if (refusal !== null) return { refusal };
  const { movedMinor, reservedMinor } = intended;
  const isPromise = action === 'post' || action === 'void';
  const leavingMinor = isPromise ? 0n : movedMinor + reservedMinor;
  const done = activitiesOf(books, request, { leavingMinor, arrivingMinor: movedMinor, time: now });
  const after = booksAfter(books, { request, effect: intended, done, now });
  const late = refusalOfOwnerSum(after, request) ?? refusalOfLimits(after, done, now);
  if (late !== null) return { refusal: late };
  books.accounts = after.accounts;
  books.activities = after.activities;
  settleRelated(books, request, { movedMinor, now });
  return { amountMinor: action === 'pending' ? reservedMinor : movedMinor };
}

/** Ends the pendings of these accounts whose time is over. Returns how many. */
export function expireOverdue(books: ModelBooks, accountIds: ReadonlySet<bigint>, now: number): number {
  let ended = 0;
  const inOrder = [...books.pendings].sort(([leftId, left], [rightId, right]) => {
    return (left.expiresAt ?? 0) - (right.expiresAt ?? 0) || (leftId < rightId ? -1 : 1);
  });
  for (const [id, pending] of inOrder) {
    const transfer = books.transfers.get(id);
    invariant(transfer !== undefined, 'a pending is a transfer');
    const { debitAccountId } = transfer.request;
    if (pending.state !== 'open' || pending.expiresAt === null || pending.expiresAt > now) continue;
    if (!accountIds.has(debitAccountId)) continue;
    const account = accountOf(books, debitAccountId);
    const { reference: _reference, ...request } = transfer.request;
    const cause = { id: `expiry of ${id}`, request, time: now };
    books.expiries.push({ pendingId: id, time: now });
    books.accounts.set(
      account.id,
      changedBy(account, { amountMinor: 0n, reservedMinor: -transfer.amountMinor }, cause),
    );
    books.activities = withoutRest(books.activities, id, { amountMinor: 0n, count: 0 });
    books.pendings.set(id, { ...pending, state: 'expired' });
    ended += 1;
  }
  return ended;
}

function effectOf(books: ModelBooks, request: TransferRequest): Effect | ModelRefusal {
  const nothing: Effect = { movedMinor: 0n, reservedMinor: 0n, releasedMinor: 0n, isPromised: false };
  switch (actionOf(request)) {
    case 'move':
      return { ...nothing, movedMinor: amountOfMove(books, request) };
    case 'pending':
      return { ...nothing, reservedMinor: request.amountMinor };
    case 'post':
    case 'void':
      return resolutionEffect(books, request);
    case 'reverse':
      return refusalOfReversal(books, request) ?? { ...nothing, movedMinor: request.amountMinor };
  }
}

function amountOfMove(books: ModelBooks, request: TransferRequest): bigint {
  switch (request.mode ?? 'exact') {
    case 'shortfall':
      return lackingMinor(books, request);
    case 'available':
      return sparedMinor(books, request);
    case 'exact':
      return request.amountMinor;
  }
}

/** What the credit account must be given to be able to spend the amount; unbounded accounts count from 0. */
function lackingMinor(books: ModelBooks, request: TransferRequest): bigint {
  const credit = accountOf(books, request.creditAccountId);
  const spendable = availableMinor(credit) - (credit.floorMinor ?? 0n);
  return spendable >= request.amountMinor ? 0n : request.amountMinor - spendable;
}

/** What the debit account can give of the amount; an unbounded account can give anything. */
function sparedMinor(books: ModelBooks, request: TransferRequest): bigint {
  const debit = accountOf(books, request.debitAccountId);
  if (debit.floorMinor === null) return request.amountMinor;
  const spendable = availableMinor(debit) - debit.floorMinor;
  if (spendable <= 0n) return 0n;
  return spendable < request.amountMinor ? spendable : request.amountMinor;
}

function resolutionEffect(books: ModelBooks, request: TransferRequest): Effect | ModelRefusal {
  const pendingId = relatedIdOf(request) ?? '';
  if (isArchived(books, pendingId)) return { code: 'related_transfer_archived' };
  const pending = books.pendings.get(pendingId);
  const held = books.transfers.get(pendingId);
  if (pending === undefined || held === undefined) return { code: 'pending_not_found' };
  const isBetweenTheSame =
    held.request.debitAccountId === request.debitAccountId && held.request.creditAccountId === request.creditAccountId;
  if (!isBetweenTheSame) return { code: 'pending_account_mismatch' };
  if (pending.state === 'posted') return { code: 'pending_already_posted' };
  if (pending.state === 'voided') return { code: 'pending_already_voided' };
  if (pending.state === 'expired') return { code: 'pending_expired' };
  if (request.amountMinor > held.amountMinor) return { code: 'exceeds_pending_amount' };
  return { movedMinor: request.amountMinor, reservedMinor: 0n, releasedMinor: held.amountMinor, isPromised: true };
}

function refusalOfReversal(books: ModelBooks, request: TransferRequest): ModelRefusal | null {
  const originalId = relatedIdOf(request) ?? '';
  if (isArchived(books, originalId)) return { code: 'related_transfer_archived' };
  const original = books.transfers.get(originalId);
  if (original === undefined) return { code: 'original_not_found' };
  const action = actionOf(original.request);
  const isReversible = original.amountMinor > 0n && (action === 'move' || action === 'post');
  if (!isReversible) return { code: 'original_not_reversible' };
  const isTheOtherWay =
    original.request.debitAccountId === request.creditAccountId &&
    original.request.creditAccountId === request.debitAccountId;
  if (!isTheOtherWay) return { code: 'reversal_account_mismatch' };
  const reversed = (books.reversedMinor.get(originalId) ?? 0n) + request.amountMinor;
  return reversed > original.amountMinor ? { code: 'exceeds_original_amount' } : null;
}

function refusalOfAccounts(books: ModelBooks, request: TransferRequest, effect: Effect): ModelRefusal | null {
  // A void, and a balancing transfer of nothing, need no account's consent.
  if (effect.movedMinor === 0n && effect.reservedMinor === 0n) return null;
  const debit = accountOf(books, request.debitAccountId);
  const credit = accountOf(books, request.creditAccountId);
  if (debit.closed) return { code: 'account_closed', field: 'debitAccountId' };
  if (credit.closed) return { code: 'account_closed', field: 'creditAccountId' };
  if (debit.frozen && !effect.isPromised) return { code: 'account_frozen' };
  const isTooBig =
    effect.movedMinor > transferMinorMax ||
    debit.balanceMinor - effect.movedMinor < -balanceMinorMax ||
    credit.balanceMinor + effect.movedMinor > balanceMinorMax ||
    debit.reservedMinor + effect.reservedMinor > reservedMinorMax;
  if (isTooBig) return { code: 'overflow' };
  const left = availableMinor(debit) - effect.movedMinor - effect.reservedMinor;
  if (!effect.isPromised && debit.floorMinor !== null && left < debit.floorMinor) return { code: 'insufficient_funds' };
  const reached = availableMinor(credit) + effect.movedMinor;
  const isOverCeiling = effect.movedMinor > 0n && credit.ceilingMinor !== null && reached > credit.ceilingMinor;
  return isOverCeiling ? { code: 'ceiling_exceeded' } : null;
}

interface Happening {
  request: TransferRequest;
  effect: Effect;
  done: readonly ModelActivity[];
  now: number;
}

/** The books with this transfer's amounts in them. Each account that anything changes on gets its next version. */
function booksAfter(books: ModelBooks, { request, effect, done, now }: Happening): ModelBooks {
  const { movedMinor, reservedMinor, releasedMinor } = effect;
  const accounts = new Map(books.accounts);
  const day = request.effectiveDate ?? dayOf(now);
  const cause = { id: keyOf(request.id), request, time: now };
  const debit = accountOf(books, request.debitAccountId);
  if (movedMinor > 0n || reservedMinor > 0n || releasedMinor > 0n) {
    const change = { amountMinor: -movedMinor, reservedMinor: reservedMinor - releasedMinor };
    accounts.set(debit.id, onDay(changedBy(debit, change, cause), day, -movedMinor));
  }
  const credit = accountOf(books, request.creditAccountId);
  if (movedMinor > 0n) {
    const change = { amountMinor: movedMinor, reservedMinor: 0n };
    accounts.set(credit.id, onDay(changedBy(credit, change, cause), day, movedMinor));
  }
  const pendingId = releasedMinor > 0n ? relatedIdOf(request) : null;
  // A post keeps its part and its place among the owner's transfers; a void keeps neither.
  const remaining = { amountMinor: movedMinor, count: movedMinor > 0n ? 1 : 0 };
  const before = pendingId === null ? books.activities : withoutRest(books.activities, pendingId, remaining);
  return { ...books, accounts, activities: [...before, ...done] };
}

/** What an entry is written for: a transfer, or the end of one whose time was over. */
interface Cause {
  id: string;
  request: TransferRequest;
  time: number;
}

/** The account after a change, with its next version and the entry that says so. */
function changedBy(
  account: ModelAccount,
  { amountMinor, reservedMinor }: { amountMinor: bigint; reservedMinor: bigint },
  { id, request, time }: Cause,
): ModelAccount {
  const version = account.version + 1n;
  const balanceAfterMinor = account.balanceMinor + amountMinor;
  const reservedAfterMinor = account.reservedMinor + reservedMinor;
  const { kind, reference = null, debitAccountId, creditAccountId } = request;
  const otherAccountId = account.id === debitAccountId ? creditAccountId : debitAccountId;
  const figures = { amountMinor, balanceAfterMinor, reservedAfterMinor };
  const effectiveDay = request.effectiveDate ?? dayOf(time);
  const entry = { version, cause: id, kind, reference, ...figures, otherAccountId, time, effectiveDay };
  const entries = [...account.entries, entry];
  return { ...account, balanceMinor: balanceAfterMinor, reservedMinor: reservedAfterMinor, version, entries };
}

function onDay(account: ModelAccount, day: string, amountMinor: bigint): ModelAccount {
  const netMinor = (account.netOfDay.get(day) ?? 0n) + amountMinor;
  return { ...account, netOfDay: new Map(account.netOfDay).set(day, netMinor) };
}

/** Writes down what became of a pending, and how much of a transfer is reversed. */
function settleRelated(books: ModelBooks, request: TransferRequest, done: { movedMinor: bigint; now: number }): void {
  const related = relatedIdOf(request);
  const action = actionOf(request);
  if (action === 'pending') {
    const seconds = request.pending?.timeoutSeconds;
    const expiresAt = seconds === undefined ? null : done.now + seconds * 1_000;
    books.pendings.set(keyOf(request.id), { state: 'open', expiresAt });
  } else if (related !== null && action === 'reverse') {
    books.reversedMinor.set(related, (books.reversedMinor.get(related) ?? 0n) + done.movedMinor);
  } else if (related !== null) {
    books.pendings.set(related, { state: action === 'post' ? 'posted' : 'voided', expiresAt: null });
  }
}

function accountOf(books: ModelBooks, id: bigint): ModelAccount {
  const account = books.accounts.get(id);
  invariant(account !== undefined, 'a sound item names accounts that exist');
  return account;
}
