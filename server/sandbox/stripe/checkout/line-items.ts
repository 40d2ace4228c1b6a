import type Stripe from 'stripe';

import {
  findPrice,
  keepPrice,
  readPrice,
  type ReadPrice,
  type WirePrice,
} from '#server/sandbox/stripe/billing/catalogue.ts';
import type { LineItemView } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { invalidRequest, missingParameter } from '#server/sandbox/stripe/wire/errors.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';

/** A line as it was asked for: with a price that exists, or one to be made with the session. */
export interface ReadLineItem {
  price: { kept: WirePrice } | { read: ReadPrice };
  unitAmountCents: number;
  isRecurring: boolean;
  quantity: number;
  metadata: Record<string, string>;
}

export function readLineItem(sandbox: Sandbox, input: Parameters): ReadLineItem {
  const priceId = input.text('price');
  const data = input.child('price_data');
  if (priceId === undefined && data === undefined) throw missingParameter(input.nameOf('price_data'));
  if (priceId !== undefined && data !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: price, price_data.', {
      param: input.nameOf('price'),
    });
  }
  const quantity = input.requiredInteger('quantity', { min: 1, max: 999_999 });
  const metadata = input.metadata();
  if (data !== undefined) {
    const read = readPrice(sandbox, data, 'product_data');
    const { unitAmountCents } = read;
    return { price: { read }, unitAmountCents, isRecurring: read.recurring !== null, quantity, metadata };
  }
  const kept = findPrice(sandbox, priceId ?? '', input.nameOf('price'));
  const unitAmountCents = kept.unit_amount ?? 0;
  return { price: { kept }, unitAmountCents, isRecurring: kept.recurring !== null, quantity, metadata };
}

/** Recurring prices belong to subscriptions, and in this sandbox only they do. */
export function checkPrices(mode: 'payment' | 'subscription', items: readonly ReadLineItem[]): void {
  const hasRecurring = items.some((item) => item.isRecurring);
  if (mode === 'payment' && hasRecurring) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      { param: 'line_items' },
    );
  }
  if (mode === 'subscription' && !hasRecurring) {
    throw invalidRequest('You must provide at least one recurring price in `subscription` mode when using prices.', {
      param: 'line_items',
    });
  }
  if (mode === 'subscription' && items.some((item) => !item.isRecurring)) {
    throw invalidRequest('The Stripe sandbox of CASCADE does not play one-time prices in a subscription.', {
      code: 'sandbox_unsupported',
      param: 'line_items',
    });
  }
}

export function keepLineItem(sandbox: Sandbox, { price: from, quantity, metadata }: ReadLineItem): LineItemView {
  const price = 'kept' in from ? from.kept : keepPrice(sandbox, from.read);
  const product: Stripe.Product | undefined = sandbox.store.get('product', idOf(price.product));
  const productName = product?.name ?? '';
  const amountCents = (price.unit_amount ?? 0) * quantity;
  return {
    productName,
    productDescription: product?.description ?? null,
    item: {
      id: newIdentifier('lineItem'),
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amountCents,
      amount_tax: 0,
      amount_total: amountCents,
      currency: price.currency,
      description: productName,
      metadata,
      price,
      quantity,
    },
  };
}
