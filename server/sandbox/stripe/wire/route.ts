import type { Cause, Sandbox } from '#server/sandbox/stripe/context.ts';
import type { RecordKind, Records } from '#server/sandbox/stripe/state/store.ts';
import { noSuch } from '#server/sandbox/stripe/wire/errors.ts';
import { listRecords, type ListRules } from '#server/sandbox/stripe/wire/lists.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';

export interface ApiCall {
  /** The first `:id` of the path; `ids` has all of them. */
  id: string;
  ids: readonly string[];
  /** The connected account of the header `Stripe-Account`, or the platform's own. */
  account: string;
  input: Parameters;
  cause: Cause;
}

export interface Route {
  method: 'DELETE' | 'GET' | 'POST';
  path: string;
  run: (sandbox: Sandbox, call: ApiCall) => object;
  /** Whether it may be called for a connected account. */
  isForAccounts?: boolean;
}

/** Reads one object of the calling account. */
export function oneOf<K extends RecordKind>(
  kind: K,
  name: string,
  view: (sandbox: Sandbox, record: Records[K]) => object = (_sandbox, record) => record,
): Route['run'] {
  return (sandbox, { id, input, account }) => {
    input.finish();
    const found = sandbox.store.getIn(account, kind, id);
    if (found === undefined) throw noSuch(name, id);
    return view(sandbox, found);
  };
}

export function listOf<K extends RecordKind>(rules: ListRules<K>): Route['run'] {
  return (sandbox, { input, account }) => listRecords(sandbox, rules, { input, account });
}
