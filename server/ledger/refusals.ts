import { batchSizeMax } from '#server/ledger/schema.ts';
import { DomainError } from '#server/platform/errors.ts';

/**
 * Why the ledger refuses an item: the one list of its codes. The migration seeds the same rows, and a test
 * compares the two. `README.md` says what each means for the caller.
 */
interface RefusalDefinition {
  /** Its number in the database. From 50 on a refusal is final. */
  code: number;
  name: string;
  /** A final refusal of a committed call is stored and answers every later call with the same id. */
  final: boolean;
  /** The field of the request that it is about, where that is always the same one. */
  field: string | null;
  /** For people. */
  message: string;
}

export const refusals = [
  { code: 1, name: 'id_malformed', final: false, field: 'id', message: 'The id is not a UUIDv7.' },
  { code: 2, name: 'id_too_old', final: false, field: 'id', message: 'The id was made too long ago.' },
  { code: 3, name: 'id_in_future', final: false, field: 'id', message: 'The id lies in the future.' },
  {
    code: 4,
    name: 'accounts_must_differ',
    final: false,
    field: 'creditAccountId',
    message: 'Debit and credit account are the same.',
  },
  {
    code: 5,
    name: 'debit_account_not_found',
    final: false,
    field: 'debitAccountId',
    message: 'The debit account does not exist.',
  },
  {
    code: 6,
    name: 'credit_account_not_found',
    final: false,
    field: 'creditAccountId',
    message: 'The credit account does not exist.',
  },
  {
    code: 7,
    name: 'asset_mismatch',
    final: false,
    field: 'creditAccountId',
    message: 'The two accounts hold different assets.',
  },
  { code: 8, name: 'amount_out_of_range', final: false, field: 'amountMinor', message: 'The amount is out of range.' },
  { code: 9, name: 'unknown_kind', final: false, field: 'kind', message: 'This kind of transfer does not exist.' },
  {
    code: 10,
    name: 'reference_malformed',
    final: false,
    field: 'reference',
    message: 'The reference is empty or too long.',
  },
  {
    code: 11,
    name: 'combination_not_allowed',
    final: false,
    field: null,
    message: 'These options exclude each other.',
  },
  {
    code: 12,
    name: 'timeout_out_of_range',
    final: false,
    field: 'timeoutSeconds',
    message: 'The timeout is out of range.',
  },
  {
    code: 13,
    name: 'pending_not_found',
    final: false,
    field: 'relatedId',
    message: 'There is no such pending transfer.',
  },
  {
    code: 14,
    name: 'pending_account_mismatch',
    final: false,
    field: 'relatedId',
    message: 'The pending transfer is between other accounts.',
  },
  {
    code: 15,
    name: 'original_not_found',
    final: false,
    field: 'relatedId',
    message: 'There is no such transfer to reverse.',
  },
  {
    code: 16,
    name: 'original_not_reversible',
    final: false,
    field: 'relatedId',
    message: 'This transfer cannot be reversed.',
  },
  {
    code: 17,
    name: 'reversal_account_mismatch',
    final: false,
    field: 'relatedId',
    message: 'A reversal runs between the same accounts, the other way.',
  },
  {
    code: 18,
    name: 'linked_group_open',
    final: false,
    field: 'linked',
    message: 'The last transfer of a request cannot be linked to a next one.',
  },
  {
    code: 19,
    name: 'linked_group_failed',
    final: false,
    field: null,
    message: 'Another transfer of the linked group was refused.',
  },
  {
    code: 20,
    name: 'linked_group_mismatch',
    final: false,
    field: 'linked',
    message: 'A linked group can only be repeated as a whole.',
  },
  {
    code: 21,
    name: 'id_content_mismatch',
    final: false,
    field: null,
    message: 'This id was used for another transfer.',
  },
  {
    code: 22,
    name: 'breaker_open',
    final: false,
    field: null,
    message: 'The books are closed for a check. Nothing was booked.',
  },
  {
    code: 23,
    name: 'effective_date_out_of_range',
    final: false,
    field: 'effectiveDate',
    message: 'The effective date is too far from today.',
  },
  {
    code: 24,
    name: 'conversion_malformed',
    final: false,
    field: 'conversion',
    message: 'The two legs are no conversion at this rate.',
  },
  {
    code: 25,
    name: 'conversion_of_nothing',
    final: false,
    field: 'amountMinor',
    message: 'So little converts to nothing.',
  },
  {
    code: 26,
    name: 'condition_malformed',
    final: false,
    field: 'condition',
    message: 'This condition makes no sense here.',
  },
  {
    code: 27,
    name: 'related_transfer_archived',
    final: false,
    field: 'relatedId',
    message: 'The month of the other transfer is sealed and in the archive.',
  },
  {
    code: 50,
    name: 'insufficient_funds',
    final: true,
    field: 'debitAccountId',
    message: 'There is not enough money in the account.',
  },
  {
    code: 51,
    name: 'ceiling_exceeded',
    final: true,
    field: 'creditAccountId',
    message: 'The account cannot hold that much.',
  },
  { code: 52, name: 'account_frozen', final: true, field: 'debitAccountId', message: 'The account is frozen.' },
  { code: 53, name: 'account_closed', final: true, field: null, message: 'The account is closed.' },
  {
    code: 54,
    name: 'overflow',
    final: true,
    field: 'amountMinor',
    message: 'The balance would leave the range of the ledger.',
  },
  {
    code: 55,
    name: 'pending_already_posted',
    final: true,
    field: 'relatedId',
    message: 'The pending transfer was posted already.',
  },
  {
    code: 56,
    name: 'pending_already_voided',
    final: true,
    field: 'relatedId',
    message: 'The pending transfer was voided already.',
  },
  { code: 57, name: 'pending_expired', final: true, field: 'relatedId', message: 'The pending transfer has expired.' },
  {
    code: 58,
    name: 'exceeds_pending_amount',
    final: true,
    field: 'amountMinor',
    message: 'The amount is more than was reserved.',
  },
  {
    code: 59,
    name: 'exceeds_original_amount',
    final: true,
    field: 'amountMinor',
    message: 'More would be reversed than was moved.',
  },
  {
    code: 60,
    name: 'condition_failed',
    final: true,
    field: 'condition',
    message: 'The books are not as the transfer demands.',
  },
  {
    code: 61,
    name: 'limit_exceeded',
    final: true,
    field: 'amountMinor',
    message: 'This is more than the limits allow for now.',
  },
] as const satisfies readonly RefusalDefinition[];

export type RefusalCode = (typeof refusals)[number]['name'];

const byCode = new Map<number, RefusalDefinition & { name: RefusalCode }>(
  refusals.map((refusal) => [refusal.code, refusal]),
);
const byName = new Map<string, RefusalDefinition>(refusals.map((refusal) => [refusal.name, refusal]));

/** The refusal with this number in the database; undefined when this version does not know it. */
export function refusalOf(code: number): (RefusalDefinition & { name: RefusalCode }) | undefined {
  return byCode.get(code);
}

/** Most items of one request to the ledger, as in TigerBeetle. Throws `batch_too_large`; nothing was sent. */
export function assertBatchSize(items: number, itemsMax: number = batchSizeMax): void {
  if (items <= itemsMax) return;
  throw new DomainError({
    kind: 'too_large',
    code: 'batch_too_large',
    message: 'A ledger request holds too many items.',
    details: { itemsMax },
  });
}

/** An English sentence for a refusal code. */
export function refusalMessage(name: RefusalCode): string {
  return byName.get(name)?.message ?? name;
}
