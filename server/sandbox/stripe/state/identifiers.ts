import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const shapes = {
  checkoutSession: { prefix: 'cs_test_a1', length: 56 },
  customer: { prefix: 'cus_', length: 14 },
  paymentIntent: { prefix: 'pi_3', length: 23 },
  paymentMethod: { prefix: 'pm_1', length: 23 },
  charge: { prefix: 'ch_3', length: 23 },
  bankCharge: { prefix: 'py_3', length: 23 },
  balanceTransaction: { prefix: 'txn_3', length: 23 },
  lineItem: { prefix: 'li_1', length: 23 },
  price: { prefix: 'price_1', length: 23 },
  product: { prefix: 'prod_', length: 14 },
  refund: { prefix: 're_3', length: 23 },
  dispute: { prefix: 'du_1', length: 23 },
  earlyFraudWarning: { prefix: 'issfr_1', length: 23 },
  review: { prefix: 'prv_1', length: 23 },
  account: { prefix: 'acct_1', length: 16 },
  bankAccount: { prefix: 'ba_1', length: 23 },
  person: { prefix: 'person_1', length: 16 },
  onboarding: { prefix: 'acctlink_', length: 24 },
  transfer: { prefix: 'tr_3', length: 23 },
  transferReversal: { prefix: 'trr_1', length: 23 },
  destinationPayment: { prefix: 'py_1', length: 23 },
  destinationRefund: { prefix: 'pyr_1', length: 23 },
  payout: { prefix: 'po_1', length: 23 },
  subscription: { prefix: 'sub_1', length: 23 },
  subscriptionItem: { prefix: 'si_', length: 14 },
  invoice: { prefix: 'in_1', length: 23 },
  invoiceItem: { prefix: 'ii_1', length: 23 },
  invoiceLine: { prefix: 'il_1', length: 23 },
  invoicePayment: { prefix: 'inpay_1', length: 23 },
  portalSession: { prefix: 'bps_1', length: 23 },
  portalConfiguration: { prefix: 'bpc_1', length: 23 },
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

/** The id behind a field that Stripe may expand; empty when there is none. */
export function idOf(reference: string | { id: string } | null | undefined): string {
  if (typeof reference === 'string') return reference;
  return reference?.id ?? '';
}
