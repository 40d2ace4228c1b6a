import type { TransferRequest } from '#server/ledger/schema.ts';
import { demandsOf, isDemanding } from './demands.ts';
import { isLedgerId } from './soundness.ts';
import { actionOf, isArchived, keyOf, relatedIdOf, type ModelBooks, type ModelTransfer } from './state.ts';

/** Whether a group was decided before: not at all, exactly so, or something that must not be mixed. */
export function familiarity(books: ModelBooks, group: readonly TransferRequest[]): 'new' | 'repeated' | 'mismatch' {
  const ids = group.map((request) => request.id).filter(isLedgerId);
  const keys = ids.map(keyOf);
  const isTwice = new Set(keys).size < keys.length;
  if (isTwice) return 'mismatch';
  const known = keys.filter((key) => !isArchived(books, key)).map((key) => books.transfers.get(key));
  const decided = known.filter((transfer) => transfer !== undefined);
  if (decided.length === 0) return 'new';
  if (decided.length < group.length) return 'mismatch';
  const isTheSameGroup = decided.every(
    (transfer) => transfer.groupFirstId === keys[0] && transfer.groupSize === group.length,
  );
  return isTheSameGroup ? 'repeated' : 'mismatch';
}

/** The first field in which a repeated request differs from the one that was decided; null when none does. */
export function differingField(decided: ModelTransfer, request: TransferRequest): string | null {
  const before = contentOf(decided.request);
  const now = contentOf(request);
  return [...now.keys()].find((field) => now.get(field) !== before.get(field)) ?? null;
}

function contentOf(request: TransferRequest): Map<string, unknown> {
  const { condition, conversion } = request;
  return new Map<string, unknown>([
    ['debitAccountId', request.debitAccountId],
    ['creditAccountId', request.creditAccountId],
    ['amountMinor', request.amountMinor],
    ['kind', request.kind],
    ['reference', request.reference],
    ['mode', request.mode ?? 'exact'],
    ['action', actionOf(request)],
    ['relatedId', relatedIdOf(request)],
    ['timeoutSeconds', request.pending?.timeoutSeconds],
    ['effectiveDate', request.effectiveDate],
    ['condition', isDemanding(condition) ? demandsOf(condition).map(String).join() : ''],
    [
      'conversion',
      conversion === undefined ? '' : [conversion.numerator, conversion.denominator, conversion.exact].join(),
    ],
  ]);
}
