import { currentTransaction } from '#server/sandbox/stripe/balance.ts';
import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest } from '#server/sandbox/stripe/errors.ts';

type Json = Record<string, unknown>;
type Lookup = (sandbox: Sandbox, id: string) => object | undefined;

const depthMax = 4;

const lookups = {
  customer: (sandbox, id) => sandbox.store.get('customer', id),
  paymentIntent: (sandbox, id) => sandbox.store.get('paymentIntent', id),
  paymentMethod: (sandbox, id) => sandbox.store.get('paymentMethod', id),
  charge: (sandbox, id) => sandbox.store.get('charge', id),
  balanceTransaction: (sandbox, id) => {
    const found = sandbox.store.get('balanceTransaction', id);
    return found === undefined ? undefined : currentTransaction(sandbox, found);
  },
} satisfies Record<string, Lookup>;

/** Which fields of which object can be expanded, and into what. */
const expandable: Record<string, Record<string, Lookup>> = {
  'checkout.session': { customer: lookups.customer, payment_intent: lookups.paymentIntent },
  payment_intent: {
    customer: lookups.customer,
    latest_charge: lookups.charge,
    payment_method: lookups.paymentMethod,
  },
  charge: {
    balance_transaction: lookups.balanceTransaction,
    customer: lookups.customer,
    payment_intent: lookups.paymentIntent,
  },
  balance_transaction: { source: lookups.charge },
};

/** A copy of the object with the named references replaced by the objects they name. */
export function expanded(sandbox: Sandbox, object: object, paths: readonly string[]): object {
  const copy = structuredClone(object) as Json;
  for (const path of paths) {
    const parts = path.split('.');
    if (parts.length > depthMax) {
      throw invalidRequest(`You cannot expand more than ${depthMax} levels of a property. Property: ${path}`);
    }
    expandInto(sandbox, copy, { parts, path });
  }
  return copy;
}

function expandInto(sandbox: Sandbox, target: Json, at: { parts: readonly string[]; path: string }): void {
  const [name, ...rest] = at.parts;
  if (name === undefined) return;
  if (target['object'] === 'list' && name === 'data' && Array.isArray(target['data'])) {
    for (const item of target['data'] as Json[]) expandInto(sandbox, item, { ...at, parts: rest });
    return;
  }
  if (target['object'] === 'checkout.session' && name === 'line_items') {
    const checkout = sandbox.store.get('checkout', String(target['id']));
    const data = checkout?.lineItems.map((view) => view.item) ?? [];
    target['line_items'] = {
      object: 'list',
      data,
      has_more: false,
      url: `/v1/checkout/sessions/${String(target['id'])}/line_items`,
    };
    return;
  }
  const lookup = expandable[String(target['object'])]?.[name];
  if (lookup === undefined) throw invalidRequest(`This property cannot be expanded (${at.path}).`);
  const value = target[name];
  if (typeof value === 'string') target[name] = structuredClone(lookup(sandbox, value) ?? value);
  const next = target[name];
  if (typeof next === 'object' && next !== null) expandInto(sandbox, next as Json, { ...at, parts: rest });
}
