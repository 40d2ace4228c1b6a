import { itemOptions } from '#server/ledger/item-options.ts';
import * as wire from '#server/ledger/item-wire.ts';
import { assertBatchSize, refusalMessage, refusalOf } from '#server/ledger/refusals.ts';
import {
  type CreatedTransfer,
  type PostOptions,
  type RefusedTransfer,
  type TransferRequest,
  type TransferResult,
} from '#server/ledger/schema.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

interface ResultRow {
  item_status: number;
  item_code: number;
  item_field: string | null;
  item_amount: bigint;
  item_booked_at: Date | null;
}

/** How `ledger.post` answers per item. */
const itemStatus = { created: 1, exists: 2, refusedFinal: 3, refusedPassing: 4, refusedBefore: 5 } as const;

/**
 * Decides a batch of transfers and books what it accepts, in one statement, inside the caller's transaction.
 *
 * One result per request, in order: `created`, `exists` (the same id and content was booked before, with the first
 * result) or `refused` with a code of `refusals.ts`. A refused item leaves the others unharmed unless it is linked.
 *
 * A transaction posts at most once, after it has locked its own rows, and writes only outbox events afterwards.
 * Throws `batch_too_large` (too_large) above 8,190 items, `ledger_contention` (conflict) when another call took one of the ids meanwhile and `ledger_busy`
 * (unavailable) when the accounts stay locked: nothing was booked, repeat the whole transaction with the same ids.
 *
 * The shape of the call follows TigerBeetle's create_transfers.
 */
export async function post(
  tx: Tx,
  requests: readonly TransferRequest[],
  options: PostOptions = {},
): Promise<TransferResult[]> {
  assertBatchSize(requests.length);
  if (requests.length === 0) return [];
  const rows = await callPost(tx, requests, options).catch((error: unknown) => {
    throw asPostingRefusal(error);
  });
  return requests.map((request, index) => {
    const row = rows[index];
    invariant(row !== undefined, 'the ledger answers every transfer of a request');
    return resultOf(request.id, row);
  });
}

/**
 * Posts all requests as one linked group: all are booked or none.
 * Throws a `DomainError` with the code of the refusal, so that the caller's transaction is rolled back; what it
 * refused that way is not recorded. Legs of nothing must be left out by the caller. Throws what `post` throws too:
 * `batch_too_large`, `ledger_contention` and `ledger_busy`.
 */
export async function postLinked(
  tx: Tx,
  requests: readonly TransferRequest[],
  options: PostOptions = {},
): Promise<CreatedTransfer[]> {
  const last = requests.length - 1;
  const linked = requests.map((request, index) => ({ ...request, linked: index < last }));
  const results = await post(tx, linked, options);
  const refused = results.filter((result): result is RefusedTransfer => result.status === 'refused');
  const cause = refused.find((result) => result.code !== 'linked_group_failed') ?? refused[0];
  if (cause !== undefined) throw refusalError(cause);
  return results.filter((result): result is CreatedTransfer => result.status !== 'refused');
}

/** Ends pending transfers whose time is over and that nobody touched; returns how many. At most 1,000 a call. */
export async function expirePendings(tx: Tx): Promise<number> {
  const rows = await tx.$queryRaw<{ ended: number }[]>`SELECT ledger.expire_pendings(1000) AS ended`;
  return rows[0]?.ended ?? 0;
}

function callPost(tx: Tx, requests: readonly TransferRequest[], options: PostOptions): Promise<ResultRow[]> {
  if (options.source !== 'external' && options.isDryRun !== true && requests.every(isPlain)) {
    const [only] = requests;
    return requests.length === 1 && only !== undefined ? callPostSingle(tx, only) : callPostPlain(tx, requests);
  }
  const actions = unlessAll(wire.usual.action, requests.map(wire.actionWire));
  const modes = unlessAll(wire.usual.mode, requests.map(wire.modeWire));
  const related = unlessAll(null, requests.map(wire.relatedWire));
  const timeouts = unlessAll(null, requests.map(wire.timeoutWire));
  const linked = unlessAll(
    false,
    requests.map((request) => request.linked ?? false),
  );
  return tx.$queryRaw<ResultRow[]>`
    SELECT item_status, item_code, item_field, item_amount, item_booked_at FROM ledger.post(
      ${arrayText(requests.map(wire.idWire))}::uuid[], ${arrayText(requests.map(wire.debitWire))}::bigint[],
      ${arrayText(requests.map(wire.creditWire))}::bigint[], ${arrayText(requests.map(wire.amountWire))}::bigint[],
      ${arrayText(requests.map(wire.kindWire))}::smallint[],
      ${unlessAll(null, requests.map(wire.referenceWire))}::text[], ${actions}::smallint[], ${modes}::smallint[],
      ${related}::uuid[], ${timeouts}::integer[], ${linked}::boolean[], ${options.source === 'external'}::boolean,
      '{}'::bigint[], ${itemOptions(requests)}::jsonb, ${options.isDryRun ?? false}::boolean)`;
}

/** What every item has by default is not sent: null instead of an array of it. */
function unlessAll<Value>(usual: Value, values: Value[]): Value[] | null {
  return values.every((value) => value === usual) ? null : values;
}

/** Whether it asks for nothing but to move its amount, so that the shorter forms of the posting function can take it. */
function isPlain(request: TransferRequest): boolean {
  return (
    request.linked !== true &&
    request.pending === undefined &&
    request.postPendingId === undefined &&
    request.voidPendingId === undefined &&
    request.reversesId === undefined &&
    (request.mode === undefined || request.mode === 'exact') &&
    request.condition === undefined &&
    request.conversion === undefined &&
    request.effectiveDate === undefined
  );
}

interface PlainRow extends ResultRow {
  item: number;
}

/** One row for the call, item 0 with the time of booking, and one for each item that was not booked there and then. */
async function callPostPlain(tx: Tx, requests: readonly TransferRequest[]): Promise<ResultRow[]> {
  const rows = await tx.$queryRaw<PlainRow[]>`
    SELECT item, item_status, item_code, item_field, item_amount, item_booked_at FROM ledger.post_plain(
      ${arrayText(requests.map(wire.idWire))}::uuid[], ${arrayText(requests.map(wire.debitWire))}::bigint[],
      ${arrayText(requests.map(wire.creditWire))}::bigint[], ${arrayText(requests.map(wire.amountWire))}::bigint[],
      ${arrayText(requests.map(wire.kindWire))}::smallint[],
      ${unlessAll(null, requests.map(wire.referenceWire))}::text[])`;
  const byItem = new Map(rows.map((row) => [row.item, row]));
  const booked = { item_status: itemStatus.created, item_code: 0, item_field: null };
  const bookedAt = byItem.get(0)?.item_booked_at ?? null;
  return requests.map(
    ({ amountMinor }, index) =>
      byItem.get(index + 1) ?? { ...booked, item_amount: amountMinor, item_booked_at: bookedAt },
  );
}

/** An array as PostgreSQL reads it; none of its items needs quotes. Much cheaper than to send every item by itself. */
function arrayText(items: readonly (number | string | null)[]): string {
  return `{${items.map((item) => item ?? 'NULL').join(',')}}`;
}

function callPostSingle(tx: Tx, request: TransferRequest): Promise<ResultRow[]> {
  return tx.$queryRaw<ResultRow[]>`
    SELECT item_status, item_code, item_field, item_amount, item_booked_at FROM ledger.post_single(
      ${wire.idWire(request)}::uuid, ${wire.debitWire(request)}::bigint, ${wire.creditWire(request)}::bigint,
      ${wire.amountWire(request)}::bigint, ${wire.kindWire(request)}::smallint, ${wire.referenceWire(request)}::text)`;
}

function resultOf(id: string, row: ResultRow): TransferResult {
  if (row.item_status === itemStatus.created || row.item_status === itemStatus.exists) {
    invariant(row.item_booked_at !== null, 'a booked transfer has a time');
    const status = row.item_status === itemStatus.created ? 'created' : 'exists';
    return { status, id, amountMinor: row.item_amount, bookedAt: row.item_booked_at };
  }
  const refusal = refusalOf(row.item_code);
  invariant(refusal !== undefined, 'every refusal of the ledger has a name');
  const field = row.item_field ?? refusal.field;
  return {
    status: 'refused',
    id,
    code: refusal.name,
    ...(field === null ? {} : { field }),
    replayed: row.item_status === itemStatus.refusedBefore,
  };
}

function refusalError(refused: RefusedTransfer): DomainError {
  return new DomainError({
    kind: refused.code === 'breaker_open' ? 'unavailable' : 'conflict',
    code: refused.code,
    message: refusalMessage(refused.code),
    details: { field: refused.field ?? null },
  });
}

/** Turns what PostgreSQL says about colliding calls into refusals; anything else stays what it is. */
function asPostingRefusal(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (/\b(40001|LG006|23505)\b|write conflict|unique constraint/i.test(message)) {
    return refuse(
      'conflict',
      'ledger_contention',
      'Another request used the same transfer just now. Please repeat it.',
    );
  }
  if (/\b(40P01|55P03)\b|deadlock/i.test(message)) {
    return refuse('unavailable', 'ledger_busy', 'The books are busy right now. Please try again in a moment.');
  }
  return error;
}
