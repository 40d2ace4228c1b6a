import { transferKindNames } from '#server/ledger/kinds.ts';
import type { RefusalCode, TransferRequest } from '#server/ledger/schema.ts';
import { isDemanding } from './demands.ts';
import { actionOf, dayOf, isDay, keyOf, type ModelBooks } from './state.ts';

const amountMinorMax = 1_000_000_000_000_000n;
const rateTermMax = 1_000_000_000_000_000n;
const timeoutSecondsMax = 366 * 86_400;
const referenceCharactersMax = 200;
const ageMax = 35 * 86_400_000;
const aheadMax = 60_000;
const effectiveDaysBackMax = 3_660;
const effectiveDaysAheadMax = 366;
const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** When a call is made, on the ledger's clock, and the months that it knows; all in milliseconds. */
export interface Moment {
  now: number;
  monthsFrom: number;
  monthsUntil: number;
  /** What a payment provider says happened may be older than 35 days. */
  isExternal: boolean;
}

/** An item and the one that is linked to it from before, which a conversion is about. */
export interface PlacedItem {
  request: TransferRequest;
  previous: TransferRequest | undefined;
}

export function isLedgerId(id: string): boolean {
  return uuidv7.test(id);
}

/** What is wrong with an item that no balance can heal; null when nothing is. */
export function faultOf(books: ModelBooks, item: PlacedItem, moment: Moment): RefusalCode | null {
  const { request } = item;
  if (!isLedgerId(request.id)) return 'id_malformed';
  return (
    shapeFault(request) ??
    accountFault(books, request) ??
    effectiveDateFault(request, moment.now) ??
    conditionFault(books, request) ??
    conversionFault(books, item) ??
    ageFault(request.id, moment)
  );
}

function shapeFault(request: TransferRequest): RefusalCode | null {
  const { amountMinor, mode, pending, reference, conversion } = request;
  const action = actionOf(request);
  if (request.debitAccountId === request.creditAccountId) return 'accounts_must_differ';
  const isAmount = action === 'void' ? amountMinor === 0n : amountMinor >= 1n && amountMinor <= amountMinorMax;
  if (!isAmount) {
    const isConvertedToNothing = amountMinor === 0n && conversion !== undefined;
    return isConvertedToNothing ? 'conversion_of_nothing' : 'amount_out_of_range';
  }
  if (!transferKindNames.includes(request.kind)) return 'unknown_kind';
  if (reference !== undefined) {
    const characters = Array.from(reference).length;
    if (characters < 1 || characters > referenceCharactersMax) return 'reference_malformed';
  }
  if (mode !== undefined && mode !== 'exact' && action !== 'move') return 'combination_not_allowed';
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

function effectiveDateFault(request: TransferRequest, now: number): RefusalCode | null {
  const { effectiveDate } = request;
  if (effectiveDate === undefined) return null;
  if (!['move', 'post', 'reverse'].includes(actionOf(request))) return 'combination_not_allowed';
  const isInRange =
    isDay(effectiveDate) &&
    effectiveDate >= dayOf(now, -effectiveDaysBackMax) &&
    effectiveDate <= dayOf(now, effectiveDaysAheadMax);
  return isInRange ? null : 'effective_date_out_of_range';
}

function conditionFault(books: ModelBooks, request: TransferRequest): RefusalCode | null {
  if (!isDemanding(request.condition)) return null;
  if (actionOf(request) === 'void') return 'condition_malformed';
  const isAboutHouse = books.accounts.get(request.debitAccountId)?.isHouse === true;
  const isAboutSum = request.condition?.ownerAvailableAtLeastMinor !== undefined;
  return isAboutHouse && isAboutSum ? 'condition_malformed' : null;
}

/** in × numerator / denominator is the amount out, but for what rounding takes from the side that was not given. */
function conversionFault(books: ModelBooks, { request, previous }: PlacedItem): RefusalCode | null {
  const { conversion } = request;
  if (conversion === undefined) return null;
  if (previous === undefined || !isPlainMove(previous) || !isPlainMove(request)) return 'conversion_malformed';
  const taking = books.accounts.get(previous.creditAccountId);
  const giving = books.accounts.get(request.debitAccountId);
  const isThroughLiquidity =
    taking?.kind === 'liquidity' &&
    giving?.kind === 'liquidity' &&
    taking.owner === giving.owner &&
    taking.asset !== giving.asset;
  if (!isThroughLiquidity) return 'conversion_malformed';
  const { numerator, denominator, exact } = conversion;
  const isRate = [numerator, denominator].every((term) => term >= 1n && term <= rateTermMax);
  const remainder = previous.amountMinor * numerator - request.amountMinor * denominator;
  const remainderEnd = exact === 'in' ? denominator : numerator;
  return isRate && remainder >= 0n && remainder < remainderEnd ? null : 'conversion_malformed';
}

function isPlainMove(request: TransferRequest): boolean {
  return actionOf(request) === 'move' && (request.mode ?? 'exact') === 'exact';
}

function ageFault(id: string, moment: Moment): RefusalCode | null {
  const made = Number.parseInt(keyOf(id).replaceAll('-', '').slice(0, 12), 16);
  if (made < moment.monthsFrom) return 'id_too_old';
  if (made >= moment.monthsUntil) return 'id_in_future';
  if (moment.isExternal) return null;
  if (made < moment.now - ageMax) return 'id_too_old';
  return made > moment.now + aheadMax ? 'id_in_future' : null;
}
