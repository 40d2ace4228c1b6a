import type { RefusalCode, TransferRequest } from '#server/ledger/schema.ts';
import { invariant } from '#server/platform/invariant.ts';
import { actionOf, keyOf, relatedIdOf, type ModelAccount, type ModelBooks } from './state.ts';

const transferMinorMax = 10n ** 15n;
const balanceMinorMax = 9n * 10n ** 18n;
const reservedMinorMax = 10n ** 17n;

export interface Refusal {
  code: RefusalCode;
  /** Only where it is not the same for every refusal with this code. */
  field?: 'debitAccountId' | 'creditAccountId';
}

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

type Decision = { refusal: Refusal } | { amountMinor: bigint };

/** Lets one sound and new item happen in the books, or says why not and leaves them as they are. */
export function decide(books: ModelBooks, request: TransferRequest, now: number): Decision {
  const intended = effectOf(books, request);
  if ('code' in intended) return { refusal: intended };
  const refusal = refusalOfAccounts(books, request, intended);
  if (refusal !== null) return { refusal };
  apply(books, request, intended);
  const id = keyOf(request.id);
  const related = relatedIdOf(request);
  const action = actionOf(request);
  if (action === 'pending') {
    const seconds = request.pending?.timeoutSeconds;
    books.pendings.set(id, { state: 'open', expiresAt: seconds === undefined ? null : now + seconds * 1_000 });
    return { amountMinor: intended.reservedMinor };
  }
  if (related !== null && action === 'reverse') {
    books.reversedMinor.set(related, (books.reversedMinor.get(related) ?? 0n) + intended.movedMinor);
  } else if (related !== null) {
    books.pendings.set(related, { state: action === 'post' ? 'posted' : 'voided', expiresAt: null });
  }
  return { amountMinor: intended.movedMinor };
}

/** Ends the pendings of these accounts whose time is over. Returns how many. */
export function expireOverdue(books: ModelBooks, accountIds: ReadonlySet<bigint>, now: number): number {
  let ended = 0;
  for (const [id, pending] of [...books.pendings]) {
    const transfer = books.transfers.get(id);
    invariant(transfer !== undefined, 'a pending is a transfer');
    const { debitAccountId } = transfer.request;
    if (pending.state !== 'open' || pending.expiresAt === null || pending.expiresAt > now) continue;
    if (!accountIds.has(debitAccountId)) continue;
    const account = accountOf(books, debitAccountId);
    const reservedMinor = account.reservedMinor - transfer.amountMinor;
    books.accounts.set(account.id, { ...account, reservedMinor, version: account.version + 1n });
    books.pendings.set(id, { ...pending, state: 'expired' });
    ended += 1;
  }
  return ended;
}

function effectOf(books: ModelBooks, request: TransferRequest): Effect | Refusal {
  const nothing: Effect = { movedMinor: 0n, reservedMinor: 0n, releasedMinor: 0n, isPromised: false };
  switch (actionOf(request)) {
    case 'move':
      return {
        ...nothing,
        movedMinor: request.mode === 'shortfall' ? lackingMinor(books, request) : request.amountMinor,
      };
    case 'pending':
      return { ...nothing, reservedMinor: request.amountMinor };
    case 'post':
    case 'void':
      return resolutionEffect(books, request);
    case 'reverse':
      return refusalOfReversal(books, request) ?? { ...nothing, movedMinor: request.amountMinor };
  }
}

/** What the credit account must be given to be able to spend the amount; unbounded accounts count from 0. */
function lackingMinor(books: ModelBooks, request: TransferRequest): bigint {
  const credit = accountOf(books, request.creditAccountId);
  const spendable = availableMinor(credit) - (credit.floorMinor ?? 0n);
  return spendable >= request.amountMinor ? 0n : request.amountMinor - spendable;
}

function resolutionEffect(books: ModelBooks, request: TransferRequest): Effect | Refusal {
  const pendingId = relatedIdOf(request) ?? '';
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

function refusalOfReversal(books: ModelBooks, request: TransferRequest): Refusal | null {
  const originalId = relatedIdOf(request) ?? '';
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

function refusalOfAccounts(books: ModelBooks, request: TransferRequest, effect: Effect): Refusal | null {
  // A void, and a shortfall that is none, need no account's consent.
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

/** Each account that anything changes on gets its next version. */
function apply(books: ModelBooks, request: TransferRequest, effect: Effect): void {
  const debit = accountOf(books, request.debitAccountId);
  if (effect.movedMinor > 0n || effect.reservedMinor > 0n || effect.releasedMinor > 0n) {
    books.accounts.set(debit.id, {
      ...debit,
      balanceMinor: debit.balanceMinor - effect.movedMinor,
      reservedMinor: debit.reservedMinor + effect.reservedMinor - effect.releasedMinor,
      version: debit.version + 1n,
    });
  }
  if (effect.movedMinor === 0n) return;
  const credit = accountOf(books, request.creditAccountId);
  const balanceMinor = credit.balanceMinor + effect.movedMinor;
  books.accounts.set(credit.id, { ...credit, balanceMinor, version: credit.version + 1n });
}

function availableMinor(account: ModelAccount): bigint {
  return account.balanceMinor - account.reservedMinor;
}

function accountOf(books: ModelBooks, id: bigint): ModelAccount {
  const account = books.accounts.get(id);
  invariant(account !== undefined, 'a sound item names accounts that exist');
  return account;
}
