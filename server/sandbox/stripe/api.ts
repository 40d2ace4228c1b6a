import { balanceObject, currentTransaction } from '#server/sandbox/stripe/balance.ts';
import { createCheckout, expireByRequest, findCheckout } from '#server/sandbox/stripe/checkout-sessions.ts';
import type { Cause, Sandbox } from '#server/sandbox/stripe/context.ts';
import { createCustomer, findCustomer, updateCustomer } from '#server/sandbox/stripe/customers.ts';
import { noSuch } from '#server/sandbox/stripe/errors.ts';
import { expanded } from '#server/sandbox/stripe/expand.ts';
import { listPage, readCreated } from '#server/sandbox/stripe/lists.ts';
import type { Parameters } from '#server/sandbox/stripe/parameters.ts';
import type { RecordKind, Records } from '#server/sandbox/stripe/store.ts';

export interface ApiCall {
  /** The `:id` of the path. */
  id: string;
  input: Parameters;
  cause: Cause;
}

interface Route {
  method: 'GET' | 'POST';
  path: string;
  run: (sandbox: Sandbox, call: ApiCall) => object;
}

/** Every path of the Stripe API that this sandbox plays. */
const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/customers', run: (sandbox, { input, cause }) => createCustomer(sandbox, input, cause) },
  {
    method: 'GET',
    path: '/v1/customers',
    run: listOf('customer', '/v1/customers', (input) => matching(input, { email: 'email' })),
  },
  { method: 'GET', path: '/v1/customers/:id', run: (sandbox, { id }) => findCustomer(sandbox, id) },
  {
    method: 'POST',
    path: '/v1/customers/:id',
    run: (sandbox, { id, input, cause }) => updateCustomer(sandbox, id, { parameters: input, cause }),
  },
  { method: 'POST', path: '/v1/checkout/sessions', run: (sandbox, { input }) => createCheckout(sandbox, input) },
  { method: 'GET', path: '/v1/checkout/sessions', run: listCheckouts },
  { method: 'GET', path: '/v1/checkout/sessions/:id', run: (sandbox, { id }) => findCheckout(sandbox, id).session },
  { method: 'GET', path: '/v1/checkout/sessions/:id/line_items', run: listLineItems },
  {
    method: 'POST',
    path: '/v1/checkout/sessions/:id/expire',
    run: (sandbox, { id, input, cause }) => {
      input.finish();
      return expireByRequest(sandbox, id, cause);
    },
  },
  {
    method: 'GET',
    path: '/v1/payment_intents',
    run: listOf('paymentIntent', '/v1/payment_intents', (input) => matching(input, { customer: 'customer' })),
  },
  { method: 'GET', path: '/v1/payment_intents/:id', run: oneOf('paymentIntent', 'payment_intent') },
  { method: 'GET', path: '/v1/payment_methods/:id', run: oneOf('paymentMethod', 'PaymentMethod') },
  {
    method: 'GET',
    path: '/v1/charges',
    run: listOf('charge', '/v1/charges', (input) =>
      matching(input, { customer: 'customer', payment_intent: 'payment_intent' }),
    ),
  },
  { method: 'GET', path: '/v1/charges/:id', run: oneOf('charge', 'charge') },
  { method: 'GET', path: '/v1/balance_transactions', run: listTransactions },
  { method: 'GET', path: '/v1/balance_transactions/:id', run: oneTransaction },
  { method: 'GET', path: '/v1/balance', run: (sandbox) => balanceObject(sandbox) },
  { method: 'GET', path: '/v1/events', run: listOf('event', '/v1/events', eventFilter) },
  { method: 'GET', path: '/v1/events/:id', run: oneOf('event', 'event') },
];

export interface FoundRoute {
  run: (sandbox: Sandbox, call: ApiCall) => object;
  id: string;
}

export function findRoute(method: string, path: string): FoundRoute | undefined {
  const parts = path.split('/');
  for (const route of routes) {
    const pattern = route.path.split('/');
    if (route.method !== method || pattern.length !== parts.length) continue;
    if (!pattern.every((part, index) => part === ':id' || part === parts[index])) continue;
    return { run: route.run, id: decodeURIComponent(parts[pattern.indexOf(':id')] ?? '') };
  }
  return undefined;
}

/** Runs a route and answers the object as it goes out: expanded, everything unknown refused. */
export function runRoute(sandbox: Sandbox, found: FoundRoute, call: Omit<ApiCall, 'id'>): object {
  const expand = call.input.texts('expand');
  const object = found.run(sandbox, { ...call, id: found.id });
  call.input.finish();
  return expanded(sandbox, object, expand);
}

type Filter = (record: object) => boolean;

function matching(input: Parameters, names: Record<string, string>): Filter {
  const wanted = Object.entries(names).map(([param, field]) => ({ field, value: input.text(param) }));
  const isCreated = readCreated(input);
  return (record) => {
    const fields = record as Record<string, unknown>;
    return (
      wanted.every(({ field, value }) => value === undefined || fields[field] === value) &&
      isCreated(Number(fields['created']))
    );
  };
}

function eventFilter(input: Parameters): Filter {
  const base = matching(input, { type: 'type' });
  const types = input.texts('types');
  return (record) =>
    base(record) && (types.length === 0 || types.includes(String((record as { type?: unknown }).type)));
}

type ListedKind = Exclude<RecordKind, 'chaos' | 'delivery' | 'idempotency'>;

function listOf(kind: ListedKind, url: string, filterOf: (input: Parameters) => Filter): Route['run'] {
  return (sandbox, { input }) => {
    const filter = filterOf(input);
    const records: { id: string }[] = sandbox.store.all(kind).filter(filter);
    return listPage(records, input, url);
  };
}

function oneOf(kind: Exclude<keyof Records, 'chaos'>, name: string): Route['run'] {
  return (sandbox, { id }) => {
    const found = sandbox.store.get(kind, id);
    if (found === undefined) throw noSuch(name, id);
    return found;
  };
}

function listCheckouts(sandbox: Sandbox, { input }: ApiCall): object {
  const filter = matching(input, { customer: 'customer', payment_intent: 'payment_intent', status: 'status' });
  const sessions = sandbox.store.all('checkout').map((checkout) => checkout.session);
  return listPage(sessions.filter(filter), input, '/v1/checkout/sessions');
}

function listLineItems(sandbox: Sandbox, { id, input }: ApiCall): object {
  const items = findCheckout(sandbox, id).lineItems.map((view) => view.item);
  return listPage(items.reverse(), input, `/v1/checkout/sessions/${id}/line_items`);
}

function listTransactions(sandbox: Sandbox, { input }: ApiCall): object {
  const filter = matching(input, { currency: 'currency', source: 'source', type: 'type' });
  const transactions = sandbox.store.all('balanceTransaction').filter(filter);
  const current = transactions.map((transaction) => currentTransaction(sandbox, transaction));
  return listPage(current, input, '/v1/balance_transactions');
}

function oneTransaction(sandbox: Sandbox, { id }: ApiCall): object {
  const found = sandbox.store.get('balanceTransaction', id);
  if (found === undefined) throw noSuch('balance transaction', id);
  return currentTransaction(sandbox, found);
}
