import type Stripe from 'stripe';

import { nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { invalidRequest, missingParameter, noSuch, notPlayed } from '#server/sandbox/stripe/wire/errors.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

/** On the wire decimals are strings; the SDK turns them into its own type. */
export type WirePrice = Omit<Stripe.Price, 'unit_amount_decimal'> & { unit_amount_decimal: string | null };

export const catalogueRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/products', run: createProduct },
  {
    method: 'GET',
    path: '/v1/products',
    run: listOf({ kind: 'product', url: '/v1/products', matches: isActiveAs }),
  },
  { method: 'GET', path: '/v1/products/:id', run: oneOf('product', 'product') },
  { method: 'POST', path: '/v1/products/:id', run: updateProduct },
  { method: 'POST', path: '/v1/prices', run: createPrice },
  {
    method: 'GET',
    path: '/v1/prices',
    run: listOf({
      kind: 'price',
      url: '/v1/prices',
      fields: ['product', 'type', 'currency'],
      matches: (input) => {
        const isActive = isActiveAs(input);
        const keys = input.texts('lookup_keys');
        const interval = input.child('recurring')?.choice('interval', intervals);
        return (price) =>
          isActive(price) &&
          (keys.length === 0 || keys.includes(price.lookup_key ?? '')) &&
          (interval === undefined || price.recurring?.interval === interval);
      },
    }),
  },
  { method: 'GET', path: '/v1/prices/:id', run: oneOf('price', 'price') },
  { method: 'POST', path: '/v1/prices/:id', run: updatePrice },
];

const intervals = ['day', 'month', 'week', 'year'] as const;
const centsMax = 99_999_999;

function isActiveAs(input: Parameters): (record: { active: boolean }) => boolean {
  const wanted = input.boolean('active');
  return ({ active }) => wanted === undefined || active === wanted;
}

function createProduct(sandbox: Sandbox, { input, cause }: ApiCall): Stripe.Product {
  const id = input.text('id');
  if (id !== undefined && sandbox.store.get('product', id) !== undefined) {
    throw invalidRequest('Product already exists.', { code: 'resource_already_exists', param: 'id' });
  }
  const facts = {
    name: input.requiredText('name', 250),
    description: input.text('description', 1_000) ?? null,
    active: input.boolean('active') ?? true,
    metadata: input.metadata(),
  };
  input.finish();
  return keepProduct(sandbox, { ...facts, ...(id === undefined ? {} : { id }) }, cause);
}

interface ProductFacts {
  id?: string;
  name: string;
  description: string | null;
  active: boolean;
  metadata: Record<string, string>;
}

function keepProduct(sandbox: Sandbox, facts: ProductFacts, cause?: Cause): Stripe.Product {
  const created = nowSeconds(sandbox);
  const product: Stripe.Product = {
    id: newIdentifier('product'),
    object: 'product',
    created,
    default_price: null,
    images: [],
    livemode: false,
    marketing_features: [],
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: created,
    url: null,
    ...facts,
  };
  sandbox.store.put('product', product.id, product);
  if (cause !== undefined) emitEvent(sandbox, { type: 'product.created', object: product, cause });
  return product;
}

function updateProduct(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.Product {
  const product = sandbox.store.get('product', id);
  if (product === undefined) throw noSuch('product', id);
  const description = input.unsettable('description', 1_000);
  const updated: Stripe.Product = {
    ...product,
    name: input.text('name', 250) ?? product.name,
    active: input.boolean('active') ?? product.active,
    metadata: input.metadata(product.metadata),
    updated: nowSeconds(sandbox),
    ...(description === undefined ? {} : { description }),
  };
  input.finish();
  sandbox.store.put('product', id, updated);
  emitEvent(sandbox, { type: 'product.updated', object: updated, cause });
  return updated;
}

function createPrice(sandbox: Sandbox, { input, cause }: ApiCall): WirePrice {
  const lookupKey = input.text('lookup_key', 200) ?? null;
  const about = {
    active: input.boolean('active') ?? true,
    nickname: input.text('nickname') ?? null,
    lookup_key: lookupKey,
    metadata: input.metadata(),
  };
  const read = readPrice(sandbox, input, 'product_data');
  input.finish();
  if (lookupKey !== null && sandbox.store.find('price', { lookup_key: lookupKey }).length > 0) {
    throw invalidRequest(`A price (\`${lookupKey}\`) already uses that lookup key.`, { param: 'lookup_key' });
  }
  const price = { ...keepPrice(sandbox, read), ...about };
  sandbox.store.put('price', price.id, price);
  emitEvent(sandbox, { type: 'price.created', object: price, cause });
  return price;
}

export interface ReadPrice {
  unitAmountCents: number;
  recurring: { interval: (typeof intervals)[number]; interval_count: number } | null;
  taxBehavior: 'exclusive' | 'inclusive' | 'unspecified';
  product: { existing: string } | { made: ProductFacts };
}

/** The part that a price of its own and the inline price of a session have in common. */
export function readPrice(sandbox: Sandbox, input: Parameters, dataName: 'product_data'): ReadPrice {
  if (input.currency() === undefined) throw missingParameter(input.nameOf('currency'));
  const unitAmountCents = input.requiredInteger('unit_amount', { min: 0, max: centsMax });
  const recurring = input.child('recurring');
  const interval = recurring?.choice('interval', intervals);
  if (recurring !== undefined && interval === undefined) throw missingParameter(recurring.nameOf('interval'));
  if ((recurring?.choice('usage_type', ['licensed', 'metered']) ?? 'licensed') !== 'licensed') {
    throw notPlayed(input.nameOf('recurring[usage_type]'));
  }
  return {
    unitAmountCents,
    recurring:
      interval === undefined
        ? null
        : { interval, interval_count: recurring?.integer('interval_count', { min: 1, max: 1_095 }) ?? 1 },
    taxBehavior: input.choice('tax_behavior', ['exclusive', 'inclusive', 'unspecified']) ?? 'unspecified',
    product: readProductOf(sandbox, input, dataName),
  };
}

function readProductOf(sandbox: Sandbox, input: Parameters, dataName: string): ReadPrice['product'] {
  const id = input.text('product');
  const data = input.child(dataName);
  if ((id === undefined) === (data === undefined)) {
    throw id === undefined
      ? missingParameter(input.nameOf(dataName))
      : invalidRequest(`You may only specify one of these parameters: product, ${dataName}.`, {
          param: input.nameOf('product'),
        });
  }
  if (id !== undefined) {
    if (sandbox.store.get('product', id) === undefined) throw noSuch('product', id, input.nameOf('product'));
    return { existing: id };
  }
  data?.text('tax_code', 40);
  return {
    made: {
      name: data?.requiredText('name', 250) ?? '',
      description: data?.text('description', 1_000) ?? null,
      active: data?.boolean('active') ?? true,
      metadata: data?.metadata() ?? {},
    },
  };
}

/** Makes a price, and its product when it comes with one. Call after `finish`. */
export function keepPrice(sandbox: Sandbox, read: ReadPrice): WirePrice {
  const product = 'existing' in read.product ? read.product.existing : keepProduct(sandbox, read.product.made).id;
  const price: WirePrice = {
    id: newIdentifier('price'),
    object: 'price',
    active: false,
    billing_scheme: 'per_unit',
    created: nowSeconds(sandbox),
    currency: 'usd',
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product,
    recurring:
      read.recurring === null
        ? null
        : { ...read.recurring, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: read.taxBehavior,
    tiers_mode: null,
    transform_quantity: null,
    type: read.recurring === null ? 'one_time' : 'recurring',
    unit_amount: read.unitAmountCents,
    unit_amount_decimal: String(read.unitAmountCents),
  };
  sandbox.store.put('price', price.id, price);
  return price;
}

function updatePrice(sandbox: Sandbox, { id, input, cause }: ApiCall): WirePrice {
  const price = sandbox.store.get('price', id);
  if (price === undefined) throw noSuch('price', id);
  const nickname = input.unsettable('nickname');
  const lookupKey = input.unsettable('lookup_key', 200);
  const updated: WirePrice = {
    ...price,
    active: input.boolean('active') ?? price.active,
    metadata: input.metadata(price.metadata),
    ...(nickname === undefined ? {} : { nickname }),
    ...(lookupKey === undefined ? {} : { lookup_key: lookupKey }),
  };
  input.finish();
  sandbox.store.put('price', id, updated);
  emitEvent(sandbox, { type: 'price.updated', object: updated, cause });
  return updated;
}

/** An active price, or the refusal Stripe gives. */
export function findPrice(sandbox: Sandbox, id: string, param: string): WirePrice {
  const price = sandbox.store.get('price', id);
  if (price === undefined) throw noSuch('price', id, param);
  if (!price.active) {
    throw invalidRequest('The price specified is inactive. This field only accepts active prices.', { param });
  }
  return price;
}
