import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const shapes = {
  checkoutSession: { prefix: 'cs_test_a1', length: 56 },
  customer: { prefix: 'cus_', length: 14 },
  paymentIntent: { prefix: 'pi_3', length: 23 },
  paymentMethod: { prefix: 'pm_1', length: 23 },
  charge: { prefix: 'ch_3', length: 23 },
  balanceTransaction: { prefix: 'txn_3', length: 23 },
  lineItem: { prefix: 'li_1', length: 23 },
  price: { prefix: 'price_1', length: 23 },
  product: { prefix: 'prod_', length: 14 },
  event: { prefix: 'evt_1', length: 23 },
  request: { prefix: 'req_', length: 14 },
  task: { prefix: 'task_', length: 16 },
  fingerprint: { prefix: '', length: 16 },
} as const;

export type IdentifierKind = keyof typeof shapes;

/** An id in the shape that Stripe gives to this kind of object in test mode. */
export function newIdentifier(kind: IdentifierKind): string {
  const { prefix, length } = shapes[kind];
  let text: string = prefix;
  for (const byte of randomBytes(length)) text += alphabet.charAt(byte % alphabet.length);
  return text;
}
