import { transferKindNames } from '#server/ledger/kinds.ts';
import type { RefusalCode, TransferRequest } from '#server/ledger/schema.ts';
import { actionOf, keyOf, type ModelBooks } from './state.ts';

const amountMinorMax = 1_000_000_000_000_000n;
const timeoutSecondsMax = 366 * 86_400;
const referenceCharactersMax = 200;
const ageMax = 35 * 86_400_000;
const aheadMax = 60_000;
const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** When a call is made, on the ledger's clock, and the months that it knows; all in milliseconds. */
export interface Moment {
  now: number;
  monthsFrom: number;
  monthsUntil: number;
  /** What a payment provider says happened may be older than 35 days. */
  isExternal: boolean;
}

export function isLedgerId(id: string): boolean {
  return uuidv7.test(id);
}

/** What is wrong with an item that no balance can heal; null when nothing is. */
export function faultOf(books: ModelBooks, request: TransferRequest, moment: Moment): RefusalCode | null {
  if (!isLedgerId(request.id)) return 'id_malformed';
  return shapeFault(request) ?? accountFault(books, request) ?? ageFault(request.id, moment);
}

function shapeFault(request: TransferRequest): RefusalCode | null {
  const { amountMinor, mode, pending, reference } = request;
  const action = actionOf(request);
  if (request.debitAccountId === request.creditAccountId) return 'accounts_must_differ';
  const isAmount = action === 'void' ? amountMinor === 0n : amountMinor >= 1n && amountMinor <= amountMinorMax;
  if (!isAmount) return 'amount_out_of_range';
  if (!transferKindNames.includes(request.kind)) return 'unknown_kind';
  if (reference !== undefined) {
    const characters = Array.from(reference).length;
    if (characters < 1 || characters > referenceCharactersMax) return 'reference_malformed';
  }
  if (mode === 'shortfall' && action !== 'move') return 'combination_not_allowed';
  const timeoutSeconds = pending?.timeoutSeconds;
  const isTimeout = timeoutSeconds === undefined || (timeoutSeconds >= 1 && timeoutSeconds <= timeoutSecondsMax);
  return isTimeout ? null : 'timeout_out_of_range';
}

function accountFault(books: ModelBooks, request: TransferRequest): RefusalCode | null {
  const debit = books.accounts.get(request.debitAccountId);
  const credit = books.accounts.get(request.creditAccountId);
  if (debit === undefined) return 'debit_account_not_found';
  if (credit === undefined) return 'credit_account_not_found';
  return debit.asset === credit.asset ? null : 'asset_mismatch';
}

function ageFault(id: string, moment: Moment): RefusalCode | null {
  const made = Number.parseInt(keyOf(id).replaceAll('-', '').slice(0, 12), 16);
  if (made < moment.monthsFrom) return 'id_too_old';
  if (made >= moment.monthsUntil) return 'id_in_future';
  if (moment.isExternal) return null;
  if (made < moment.now - ageMax) return 'id_too_old';
  return made > moment.now + aheadMax ? 'id_in_future' : null;
}
