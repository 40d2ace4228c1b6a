import type Stripe from 'stripe';

import { noSuch } from '#server/sandbox/stripe/errors.ts';
import type { Parameters } from '#server/sandbox/stripe/parameters.ts';

/** One page of a list, newest first, with Stripe's cursors. */
export function listPage<T extends { id: string }>(
  oldestFirst: readonly T[],
  input: Parameters,
  url: string,
): Stripe.ApiList<T> {
  const limit = input.integer('limit', { min: 1, max: 100 }) ?? 10;
  const startingAfter = input.text('starting_after');
  const endingBefore = input.text('ending_before');
  const newestFirst = [...oldestFirst].reverse();
  if (endingBefore !== undefined) {
    const end = indexOf(newestFirst, endingBefore, 'ending_before');
    const start = Math.max(end - limit, 0);
    return { object: 'list', data: newestFirst.slice(start, end), has_more: start > 0, url };
  }
  const start = startingAfter === undefined ? 0 : indexOf(newestFirst, startingAfter, 'starting_after') + 1;
  const data = newestFirst.slice(start, start + limit);
  return { object: 'list', data, has_more: start + limit < newestFirst.length, url };
}

function indexOf(items: readonly { id: string }[], id: string, param: string): number {
  const index = items.findIndex((item) => item.id === id);
  if (index === -1) throw noSuch('object', id, param);
  return index;
}

/** `created` as Stripe takes it: a whole second, or bounds. */
export function readCreated(input: Parameters): (created: number) => boolean {
  const range = { min: 0, max: 99_999_999_999 };
  const bounds = input.child('created');
  const gt = bounds?.integer('gt', range) ?? -1;
  const gte = bounds?.integer('gte', range) ?? 0;
  const lt = bounds?.integer('lt', range) ?? Infinity;
  const lte = bounds?.integer('lte', range) ?? Infinity;
  return (created) => created > gt && created >= gte && created < lt && created <= lte;
}
