import type Stripe from 'stripe';

import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import type { RecordKind, Records } from '#server/sandbox/stripe/state/store.ts';
import { invalidRequest, noSuch } from '#server/sandbox/stripe/wire/errors.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';

interface Page {
  limit: number;
  cursor: { id: string; direction: 'older' | 'newer' } | null;
}

/** Stripe's cursors; only one of them may be given. */
function readPage(input: Parameters): Page {
  const limit = input.integer('limit', { min: 1, max: 100 }) ?? 10;
  const startingAfter = input.text('starting_after');
  const endingBefore = input.text('ending_before');
  if (startingAfter !== undefined && endingBefore !== undefined) {
    throw invalidRequest('Received both starting_after and ending_before parameters. Please pass in only one.');
  }
  if (startingAfter !== undefined) return { limit, cursor: { id: startingAfter, direction: 'older' } };
  return { limit, cursor: endingBefore === undefined ? null : { id: endingBefore, direction: 'newer' } };
}

/** One page of a list that is held in one object, first item first. */
export function listPage<T extends { id: string }>(
  items: readonly T[],
  input: Parameters,
  url: string,
): Stripe.ApiList<T> {
  const { limit, cursor } = readPage(input);
  if (cursor?.direction === 'newer') {
    const end = indexOf(items, cursor.id, 'ending_before');
    const start = Math.max(end - limit, 0);
    return { object: 'list', data: items.slice(start, end), has_more: start > 0, url };
  }
  const start = cursor === null ? 0 : indexOf(items, cursor.id, 'starting_after') + 1;
  return { object: 'list', data: items.slice(start, start + limit), has_more: start + limit < items.length, url };
}

function indexOf(items: readonly { id: string }[], id: string, param: string): number {
  const index = items.findIndex((item) => item.id === id);
  if (index === -1) throw noSuch('object', id, param);
  return index;
}

/** `created` as Stripe takes it: a whole second, or bounds. */
export function readCreated(input: Parameters, name = 'created'): { createdMin: number; createdMax: number } {
  const range = { min: 0, max: 99_999_999_999 };
  if (input.isText(name)) {
    const second = input.integer(name, range) ?? 0;
    return { createdMin: second, createdMax: second };
  }
  const bounds = input.child(name);
  const gt = bounds?.integer('gt', range) ?? -1;
  const gte = bounds?.integer('gte', range) ?? 0;
  const lt = bounds?.integer('lt', range) ?? Infinity;
  const lte = bounds?.integer('lte', range) ?? Infinity;
  return { createdMin: Math.max(gt + 1, gte), createdMax: Math.min(lt - 1, lte) };
}

export interface ListRules<K extends RecordKind> {
  kind: K;
  url: string;
  /** Parameters that name a field; the others are read by `matches`. */
  fields?: readonly string[];
  hasCreated?: boolean;
  matches?: (input: Parameters) => (record: Records[K]) => boolean;
  /** The object as it goes out. */
  view?: (sandbox: Sandbox, record: Records[K]) => object;
}

export interface ListCall {
  account: string;
  input: Parameters;
  /** What the path already says. */
  where?: Record<string, string>;
}

/** A list of records, newest first, in time that does not grow with their number. */
export function listRecords<K extends RecordKind>(
  sandbox: Sandbox,
  { kind, url, fields = [], hasCreated = true, matches, view }: ListRules<K>,
  { account, input, where = {} }: ListCall,
): object {
  const wanted = new Map(Object.entries(where));
  for (const field of fields) {
    const value = input.text(field);
    if (value !== undefined) wanted.set(field, value);
  }
  const bounds = hasCreated ? readCreated(input) : { createdMin: -Infinity, createdMax: Infinity };
  const page = readPage(input);
  const isWanted = matches?.(input) ?? (() => true);
  input.finish();
  const found = sandbox.store.page(kind, { account, where: wanted, ...bounds, ...page, matches: isWanted });
  if (found === null) {
    const param = page.cursor?.direction === 'newer' ? 'ending_before' : 'starting_after';
    throw noSuch(kind, page.cursor?.id ?? '', param);
  }
  const data = view === undefined ? found.data : found.data.map((record) => view(sandbox, record));
  return { object: 'list', data, has_more: found.hasMore, url };
}
