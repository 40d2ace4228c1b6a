import type Stripe from 'stripe';

import { nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { noSuch } from '#server/sandbox/stripe/errors.ts';
import { emitEvent } from '#server/sandbox/stripe/events.ts';
import { newIdentifier } from '#server/sandbox/stripe/identifiers.ts';
import type { Parameters } from '#server/sandbox/stripe/parameters.ts';

const notPlayedNames = [
  'address',
  'balance',
  'business_name',
  'cash_balance',
  'individual_name',
  'invoice_prefix',
  'invoice_settings',
  'next_invoice_sequence',
  'payment_method',
  'preferred_locales',
  'shipping',
  'source',
  'tax',
  'tax_exempt',
  'tax_id_data',
  'test_clock',
  'validate',
];

export function findCustomer(sandbox: Sandbox, id: string, param = 'id'): Stripe.Customer {
  const customer = sandbox.store.get('customer', id);
  if (customer === undefined) throw noSuch('customer', id, param);
  return customer;
}

export function createCustomer(sandbox: Sandbox, input: Parameters, cause: Cause): Stripe.Customer {
  const details = readDetails(input);
  const metadata = input.metadata();
  input.finish();
  const customer: Stripe.Customer = {
    id: newIdentifier('customer'),
    object: 'customer',
    balance: 0,
    created: nowSeconds(sandbox.store),
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
  const updated: Stripe.Customer = { ...customer, ...details, metadata: input.parameters.metadata(customer.metadata) };
  input.parameters.finish();
  sandbox.store.put('customer', id, updated);
  emitEvent(sandbox, { type: 'customer.updated', object: updated, cause: input.cause });
  return updated;
}

type Details = Partial<Pick<Stripe.Customer, 'description' | 'email' | 'name' | 'phone'>>;

function readDetails(input: Parameters): Details {
  input.refuse(notPlayedNames);
  const description = input.text('description', 350);
  const email = input.email('email');
  const name = input.text('name', 256);
  const phone = input.text('phone', 20);
  return {
    ...(description === undefined ? {} : { description }),
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
  };
}
