import { currentTransaction } from '#server/sandbox/stripe/money/balances.ts';
import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import type { RecordKind } from '#server/sandbox/stripe/state/store.ts';
import { invalidRequest } from '#server/sandbox/stripe/wire/errors.ts';

type Json = Record<string, unknown>;

const depthMax = 4;

/** Which fields of which object can be expanded, and into which kind of record. */
const expandable: Record<string, Record<string, readonly RecordKind[]>> = {
  'checkout.session': {
    customer: ['customer'],
    invoice: ['invoice'],
    payment_intent: ['paymentIntent'],
    subscription: ['subscription'],
  },
  payment_intent: {
    customer: ['customer'],
    latest_charge: ['charge'],
    payment_method: ['paymentMethod'],
    review: ['review'],
  },
  payment_method: { customer: ['customer'] },
  charge: {
    balance_transaction: ['balanceTransaction'],
    customer: ['customer'],
    failure_balance_transaction: ['balanceTransaction'],
    payment_intent: ['paymentIntent'],
    review: ['review'],
    source_transfer: ['transfer'],
  },
  refund: {
    balance_transaction: ['balanceTransaction'],
    charge: ['charge'],
    failure_balance_transaction: ['balanceTransaction'],
    payment_intent: ['paymentIntent'],
  },
  payout: {
    balance_transaction: ['balanceTransaction'],
    destination: ['bankAccount'],
    failure_balance_transaction: ['balanceTransaction'],
  },
  transfer: {
    balance_transaction: ['balanceTransaction'],
    destination: ['account'],
    destination_payment: ['charge'],
    source_transaction: ['charge'],
  },
  transfer_reversal: { balance_transaction: ['balanceTransaction'], transfer: ['transfer'] },
  subscription: { customer: ['customer'], default_payment_method: ['paymentMethod'], latest_invoice: ['invoice'] },
  'billing_portal.session': { configuration: ['portalConfiguration'] },
  price: { product: ['product'] },
  invoice: { customer: ['customer'], default_payment_method: ['paymentMethod'] },
  invoice_payment: { invoice: ['invoice'] },
  dispute: { charge: ['charge'], payment_intent: ['paymentIntent'] },
  review: { charge: ['charge'], payment_intent: ['paymentIntent'] },
  'radar.early_fraud_warning': { charge: ['charge'], payment_intent: ['paymentIntent'] },
  balance_transaction: { source: ['charge', 'refund', 'dispute', 'payout', 'transfer'] },
};

/** Lists that Stripe leaves out of an object until they are asked for. */
const included: Record<string, Record<string, (sandbox: Sandbox, id: string) => object>> = {
  'checkout.session': {
    line_items: (sandbox, id) => ({
      object: 'list',
      data: sandbox.store.get('checkout', id)?.lineItems.map((view) => view.item) ?? [],
      has_more: false,
      url: `/v1/checkout/sessions/${id}/line_items`,
    }),
  },
  invoice: {
    payments: (sandbox, id) => ({
      object: 'list',
      data: sandbox.store.find('invoicePayment', { invoice: id }),
      has_more: false,
      url: `/v1/invoice_payments?invoice=${id}`,
    }),
  },
  charge: {
    refunds: (sandbox, id) => ({
      object: 'list',
      data: sandbox.store.find('refund', { charge: id }).slice(0, 10),
      has_more: sandbox.store.find('refund', { charge: id }).length > 10,
      url: `/v1/charges/${id}/refunds`,
    }),
  },
};

function lookUp(sandbox: Sandbox, kinds: readonly RecordKind[], id: string): object | undefined {
  for (const kind of kinds) {
    const found = sandbox.store.get(kind, id);
    if (found === undefined) continue;
    return 'object' in found && found.object === 'balance_transaction' ? currentTransaction(sandbox, found) : found;
  }
  return undefined;
}

/** A copy of the object with the named references replaced by the objects they name. */
export function expanded(sandbox: Sandbox, object: object, paths: readonly string[]): object {
  if (paths.length === 0) return object;
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
  const list = included[String(target['object'])]?.[name];
  if (list !== undefined) {
    target[name] ??= structuredClone(list(sandbox, String(target['id'])));
  } else {
    const kinds = expandable[String(target['object'])]?.[name];
    const isNested = typeof target[name] === 'object' && target[name] !== null && rest.length > 0;
    if (kinds === undefined && target['object'] !== undefined && !isNested)
      throw invalidRequest(`This property cannot be expanded (${at.path}).`);
    const value = target[name];
    if (typeof value === 'string')
      target[name] = structuredClone(lookUp(sandbox, kinds ?? ['paymentIntent', 'charge'], value) ?? value);
  }
  const next = target[name];
  if (typeof next === 'object' && next !== null) expandInto(sandbox, next as Json, { ...at, parts: rest });
}
