import { isConditionSound } from '#server/ledger/item-options.ts';
import { transferKinds } from '#server/ledger/kinds.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { isUuid } from '#server/platform/ids.ts';
import { isStorableText } from '#server/platform/stored-text.ts';

/**
 * One item as the posting functions read it. What PostgreSQL could not even read would end the whole call, and the
 * innocent items with it; here it becomes a value that the function refuses for its item alone, with the code it has
 * for that. Nothing that is sound is changed.
 */

const actions = { move: 1, pending: 2, post: 3, void: 4, reverse: 6 } as const;
const modes = { exact: 0, shortfall: 1, available: 2 } as const;
const bigintMax = 2n ** 63n - 1n;
const amountMinorMax = 10n ** 15n;
const timeoutSecondsMax = 2 ** 31 - 1;
/** An id that no transfer can have. */
const nobodysId = '00000000-0000-0000-0000-000000000000';

/** What every item has by default. */
export const usual = { action: actions.move, mode: modes.exact } as const;

/** Whether an account could have this id. */
export function isAccountId(id: bigint): boolean {
  return isWhole(id) && id >= 0n && id <= bigintMax;
}

/** The types say so; what comes in from outside of them must not end the call of others. */
function isWhole(value: unknown): value is bigint {
  return typeof value === 'bigint';
}

/** Null is `id_malformed`. */
export function idWire({ id }: TransferRequest): string | null {
  return isUuid(id) ? id : null;
}

/** No account has the number 0: `debit_account_not_found`. */
export function debitWire({ debitAccountId: id }: TransferRequest): string {
  return isAccountId(id) ? id.toString() : '0';
}

/** Nor the number -1: `credit_account_not_found`; and both together are not the same account. */
export function creditWire({ creditAccountId: id }: TransferRequest): string {
  return isAccountId(id) ? id.toString() : '-1';
}

/** Beyond what there can be is one too much, or less than nothing: `amount_out_of_range`. */
export function amountWire(request: TransferRequest): string {
  const { amountMinor } = request;
  if (!isConditionSound(request)) return '0';
  if (!isWhole(amountMinor)) return '-1';
  if (amountMinor > bigintMax) return (amountMinorMax + 1n).toString();
  return (amountMinor < 0n ? -1n : amountMinor).toString();
}

/** Null is `unknown_kind`. */
export function kindWire({ kind }: TransferRequest): number | null {
  return Object.hasOwn(transferKinds, kind) ? transferKinds[kind] : null;
}

/** A text that PostgreSQL cannot keep (NUL, half of a surrogate pair) becomes the empty one: `reference_malformed`. */
export function referenceWire({ reference }: TransferRequest): string | null {
  if (reference === undefined) return null;
  return isStorableText(reference) ? reference : '';
}

/**
 * A move that names another transfer is `combination_not_allowed`; so is whatever asks for two things at once. A void
 * of nobody with a condition is `condition_malformed`; so is a condition that makes no sense.
 */
export function actionWire(request: TransferRequest): number {
  if (!isConditionSound(request)) return actions.void;
  const [chosen = actions.move, ...more] = chosenActions(request);
  return more.length > 0 || !isModeKnown(request) ? actions.move : chosen;
}

export function relatedWire(request: TransferRequest): string | null {
  if (chosenActions(request).length > 1 || !isModeKnown(request) || !isConditionSound(request)) return nobodysId;
  const id = request.postPendingId ?? request.voidPendingId ?? request.reversesId;
  if (id === undefined) return null;
  return isUuid(id) ? id : nobodysId;
}

export function modeWire(request: TransferRequest): number {
  return isModeKnown(request) && isConditionSound(request) ? modes[request.mode ?? 'exact'] : modes.exact;
}

/** What is no number of whole seconds becomes 0: `timeout_out_of_range`. */
export function timeoutWire(request: TransferRequest): number | null {
  const seconds = request.pending?.timeoutSeconds;
  if (seconds === undefined || !isConditionSound(request)) return null;
  return Number.isSafeInteger(seconds) && Math.abs(seconds) <= timeoutSecondsMax ? seconds : 0;
}

function chosenActions(request: TransferRequest): number[] {
  const chosen: number[] = [];
  if (request.pending !== undefined) chosen.push(actions.pending);
  if (request.postPendingId !== undefined) chosen.push(actions.post);
  if (request.voidPendingId !== undefined) chosen.push(actions.void);
  if (request.reversesId !== undefined) chosen.push(actions.reverse);
  return chosen;
}

function isModeKnown({ mode = 'exact' }: TransferRequest): boolean {
  return Object.hasOwn(modes, mode);
}
