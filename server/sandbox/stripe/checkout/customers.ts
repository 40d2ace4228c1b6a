import type Stripe from 'stripe';

import { nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { noSuch } from '#server/sandbox/stripe/wire/errors.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';

export function findCustomer(sandbox: Sandbox, id: string, param = 'id'): Stripe.Customer {
  const customer = sandbox.store.get('customer', id);
  if (customer === undefined) throw noSuch('customer', id, param);
  return customer;
}

export function createCustomer(sandbox: Sandbox, input: Parameters, cause: Cause): Stripe.Customer {
  const details = readDetails(input);
  const metadata = input.metadata();
  input.finish();
  return keepCustomer(sandbox, { ...details, metadata }, cause);
}

/** The customer of a payer who had none yet, when Stripe needs one. */
export function keepCustomer(
  sandbox: Sandbox,
  { metadata, ...details }: Details & { metadata: Record<string, string> },
  cause: Cause,
): Stripe.Customer {
  const customer: Stripe.Customer = {
    id: newIdentifier('customer'),
    object: 'customer',
    balance: 0,
    created: nowSeconds(sandbox),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    discount: null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    description: details.description ?? null,
    email: details.email ?? null,
    name: details.name ?? null,
    phone: details.phone ?? null,
    metadata,
  };
  sandbox.store.put('customer', customer.id, customer);
  emitEvent(sandbox, { type: 'customer.created', object: customer, cause });
  return customer;
}

export function updateCustomer(
  sandbox: Sandbox,
  id: string,
  input: { parameters: Parameters; cause: Cause },
): Stripe.Customer {
  const customer = findCustomer(sandbox, id);
  const details = readDetails(input.parameters);
  const defaultMethod = input.parameters.child('invoice_settings')?.text('default_payment_method');
  if (defaultMethod !== undefined && sandbox.store.get('paymentMethod', defaultMethod)?.customer !== id) {
    throw noSuch('PaymentMethod', defaultMethod, 'invoice_settings[default_payment_method]');
  }
  const settings = { ...customer.invoice_settings, default_payment_method: defaultMethod ?? null };
  const updated: Stripe.Customer = {
    ...customer,
    ...details,
    ...(defaultMethod === undefined ? {} : { invoice_settings: settings }),
    metadata: input.parameters.metadata(customer.metadata),
  };
  input.parameters.finish();
  sandbox.store.put('customer', id, updated);
  emitEvent(sandbox, { type: 'customer.updated', object: updated, cause: input.cause });
  return updated;
}

/** Saves a payment method with a customer. */
export function attachMethod(sandbox: Sandbox, paymentMethod: Stripe.PaymentMethod, customer: string): void {
  const attached: Stripe.PaymentMethod = { ...paymentMethod, customer };
  sandbox.store.put('paymentMethod', attached.id, attached);
  emitEvent(sandbox, { type: 'payment_method.attached', object: attached });
}

type Details = Partial<Pick<Stripe.Customer, 'description' | 'email' | 'name' | 'phone'>>;

const lengths = { description: 350, email: 512, name: 256, phone: 20 } as const;

function readDetails(input: Parameters): Details {
  const details: Details = {};
  for (const [name, lengthMax] of Object.entries(lengths) as [keyof typeof lengths, number][]) {
    const value = input.unsettable(name, lengthMax);
    if (value !== undefined) details[name] = value;
  }
  if (details.email !== undefined) input.email('email');
  return details;
}
