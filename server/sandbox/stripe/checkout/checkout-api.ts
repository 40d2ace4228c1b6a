import { createCheckout, expireByRequest, findCheckout } from '#server/sandbox/stripe/checkout/checkout-sessions.ts';
import { createCustomer, findCustomer, updateCustomer } from '#server/sandbox/stripe/checkout/customers.ts';
import { updateCharge, updateIntent } from '#server/sandbox/stripe/checkout/payment-updates.ts';
import { listPage } from '#server/sandbox/stripe/wire/lists.ts';
import { listOf, oneOf, type Route } from '#server/sandbox/stripe/wire/route.ts';

const customerRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/customers', run: (sandbox, { input, cause }) => createCustomer(sandbox, input, cause) },
  { method: 'GET', path: '/v1/customers', run: listOf({ kind: 'customer', url: '/v1/customers', fields: ['email'] }) },
  { method: 'GET', path: '/v1/customers/:id', run: (sandbox, { id }) => findCustomer(sandbox, id) },
  {
    method: 'POST',
    path: '/v1/customers/:id',
    run: (sandbox, { id, input, cause }) => updateCustomer(sandbox, id, { parameters: input, cause }),
  },
];

const sessionRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/checkout/sessions', run: (sandbox, { input }) => createCheckout(sandbox, input) },
  {
    method: 'GET',
    path: '/v1/checkout/sessions',
    run: listOf({
      kind: 'checkout',
      url: '/v1/checkout/sessions',
      fields: ['customer', 'payment_intent', 'status', 'subscription'],
      view: (_sandbox, { session }) => session,
    }),
  },
  { method: 'GET', path: '/v1/checkout/sessions/:id', run: (sandbox, { id }) => findCheckout(sandbox, id).session },
  {
    method: 'GET',
    path: '/v1/checkout/sessions/:id/line_items',
    run: (sandbox, { id, input }) => {
      const items = findCheckout(sandbox, id).lineItems.map((view) => view.item);
      return listPage(items, input, `/v1/checkout/sessions/${id}/line_items`);
    },
  },
  {
    method: 'POST',
    path: '/v1/checkout/sessions/:id/expire',
    run: (sandbox, { id, input, cause }) => {
      input.finish();
      return expireByRequest(sandbox, id, cause);
    },
  },
];

const paymentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/payment_intents',
    run: listOf({ kind: 'paymentIntent', url: '/v1/payment_intents', fields: ['customer'] }),
  },
  { method: 'GET', path: '/v1/payment_intents/:id', run: oneOf('paymentIntent', 'payment_intent') },
  { method: 'POST', path: '/v1/payment_intents/:id', run: updateIntent },
  {
    method: 'GET',
    path: '/v1/payment_methods',
    run: listOf({
      kind: 'paymentMethod',
      url: '/v1/payment_methods',
      fields: ['customer', 'type'],
      hasCreated: false,
    }),
  },
  { method: 'GET', path: '/v1/payment_methods/:id', run: oneOf('paymentMethod', 'PaymentMethod') },
  {
    method: 'GET',
    path: '/v1/charges',
    isForAccounts: true,
    run: listOf({ kind: 'charge', url: '/v1/charges', fields: ['customer', 'payment_intent', 'transfer_group'] }),
  },
  { method: 'GET', path: '/v1/charges/:id', isForAccounts: true, run: oneOf('charge', 'charge') },
  { method: 'POST', path: '/v1/charges/:id', run: updateCharge },
];

export const checkoutRoutes: readonly Route[] = [...customerRoutes, ...sessionRoutes, ...paymentRoutes];
