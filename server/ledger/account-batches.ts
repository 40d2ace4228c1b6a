import { accountKindOf, assets, type AccountKind } from '#server/ledger/kinds.ts';
import { assertBatchSize } from '#server/ledger/refusals.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { isStorableText } from '#server/platform/stored-text.ts';
import type { Asset } from '#server/money/money.ts';

/** An account to open: one per owner, kind and asset. */
export interface AccountRequest {
  /** An opaque id of another domain, 1 to 128 characters. */
  owner: string;
  kind: AccountKind;
  asset: Asset;
  /** The lowest that balance less reserved may become, at most 0; that of the kind unless given, and never below it. */
  floorMinor?: bigint;
  /** The highest, at least 0; none unless given. */
  ceilingMinor?: bigint;
}

/** Why an account is not opened, by the number in the database. Nothing is stored about it. */
const refusalsByCode = {
  3: { code: 'owner_malformed', field: 'owner' },
  4: { code: 'house_owner', field: 'owner' },
  5: { code: 'unknown_account_kind', field: 'kind' },
  6: { code: 'bound_out_of_range', field: null },
  7: { code: 'floor_above_ceiling', field: 'floorMinor' },
  8: { code: 'floor_below_kind', field: 'floorMinor' },
  9: { code: 'bounds_exclude_zero', field: null },
  10: { code: 'account_content_mismatch', field: 'floorMinor' },
  11: { code: 'account_content_mismatch', field: 'ceilingMinor' },
} as const;

export type AccountRefusalCode = (typeof refusalsByCode)[keyof typeof refusalsByCode]['code'];

export type AccountResult =
  { status: 'created' | 'exists'; id: bigint } | { status: 'refused'; code: AccountRefusalCode; field?: string };

const created = 1;
const exists = 2;
const boundMinorMax = 10n ** 17n;

/**
 * Opens up to 8,190 accounts in one statement. One result per request, in order: `created`, `exists` (the account was
 * there before, or earlier in this request) or `refused`; a refused item leaves the others unharmed.
 *
 * `owner_malformed` (not 1 to 128 characters), `house_owner` (its accounts are fixed), `unknown_account_kind` (owners
 * have no such account in this asset), `bound_out_of_range` (beyond ±10^17), `floor_above_ceiling`, `floor_below_kind`
 * (a wallet never goes below 0), `bounds_exclude_zero` (a new account holds 0), `account_content_mismatch` (it exists
 * with another floor or ceiling; the field says which).
 *
 * Calls over the same owners in any order wait for each other and never in a circle; a transaction calls it once, and
 * before it posts. Throws `batch_too_large` (too_large) above 8,190 requests and `ledger_busy` (unavailable) when they stay locked: nothing was opened, repeat the whole
 * transaction. The shape follows TigerBeetle's create_accounts.
 */
export async function createAccounts(tx: Tx, requests: readonly AccountRequest[]): Promise<AccountResult[]> {
  assertBatchSize(requests.length);
  if (requests.length === 0) return [];
  const rows = await callOpenAccounts(tx, requests).catch((error: unknown) => {
    throw asBusy(error);
  });
  invariant(rows.length === requests.length, 'the ledger answers every account of a request');
  return rows.map(resultOf);
}

interface ResultRow {
  item_code: number;
  item_id: bigint | null;
}

function callOpenAccounts(tx: Tx, requests: readonly AccountRequest[]): Promise<ResultRow[]> {
  const owners = requests.map(({ owner }) => (isStorableText(owner) ? owner : null));
  // No kind has the number 0.
  const kinds = requests.map(({ kind, asset }) => accountKindOf(kind, asset)?.code ?? 0);
  const assetCodes = requests.map(({ asset }) => assets[asset]);
  const floors = requests.map(({ floorMinor }) => boundText(floorMinor));
  const ceilings = requests.map(({ ceilingMinor }) => boundText(ceilingMinor));
  return tx.$queryRaw<ResultRow[]>`
    SELECT item_code, item_id FROM ledger.open_accounts(${owners}::text[], ${kinds}::smallint[],
      ${assetCodes}::smallint[], ${floors}::bigint[], ${ceilings}::bigint[])`;
}

function resultOf({ item_code: code, item_id: id }: ResultRow): AccountResult {
  if (code === created || code === exists) {
    invariant(id !== null, 'an account that is there has an id');
    return { status: code === created ? 'created' : 'exists', id };
  }
  invariant(isRefusalCode(code), 'every refusal of an account has a name');
  const { code: name, field } = refusalsByCode[code];
  return { status: 'refused', code: name, ...(field === null ? {} : { field }) };
}

function isRefusalCode(code: number): code is keyof typeof refusalsByCode {
  return code in refusalsByCode;
}

/** A bound as a decimal text; one out of range becomes one that is just out of range, and fits into a bigint. */
function boundText(bound: bigint | undefined): string | null {
  if (bound === undefined) return null;
  if (bound > boundMinorMax) return (boundMinorMax + 1n).toString();
  return (bound < -boundMinorMax ? -boundMinorMax - 1n : bound).toString();
}

function asBusy(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (!/\b(40P01|55P03)\b|deadlock/i.test(message)) return error;
  return refuse('unavailable', 'ledger_busy', 'The books are busy right now. Please try again in a moment.');
}
