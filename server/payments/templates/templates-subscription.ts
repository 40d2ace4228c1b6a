import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';

/** What a charge or a refund of an invoice is made of. The tax of a part is rounded where it is computed. */
const parts = {
  amounts: { gross: oneOrMore('USD'), net: zeroOrMore('USD'), tax: zeroOrMore('USD') },
  parties: {},
  equations: [{ left: ['gross'], right: ['net', 'tax'] }],
  rounding: { rounded: 'tax', takesTheRest: 'net' },
} as const;

/** A paid invoice: what came in at Stripe passes through `bridge` to income and tax. The leg at Stripe comes first. */
export const subscriptionPaymentTemplate = defineTemplate({
  name: 'subscription_payment',
  ...parts,
  legs: [
    {
      name: 'gross',
      kind: 'subscription_payment',
      debit: { house: 'stripe_balance' },
      credit: { house: 'bridge' },
      amount: 'gross',
    },
    {
      name: 'net',
      kind: 'subscription_payment',
      debit: { house: 'bridge' },
      credit: { house: 'subscription_income' },
      amount: 'net',
    },
    { name: 'tax', kind: 'subscription_tax', debit: { house: 'bridge' }, credit: { house: 'tax' }, amount: 'tax' },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, loses: ['gross'] },
    { account: { house: 'bridge' }, isCleared: true },
    { account: { house: 'subscription_income' }, gains: ['net'] },
    { account: { house: 'tax' }, gains: ['tax'] },
  ],
});

/** Money of an invoice that goes back. The leg at Stripe comes first. */
export const subscriptionRefundTemplate = defineTemplate({
  name: 'subscription_refund',
  ...parts,
  legs: [
    {
      name: 'refund-gross',
      kind: 'subscription_refund',
      debit: { house: 'bridge' },
      credit: { house: 'stripe_balance' },
      amount: 'gross',
    },
    {
      name: 'refund-net',
      kind: 'subscription_refund',
      debit: { house: 'subscription_income' },
      credit: { house: 'bridge' },
      amount: 'net',
    },
    {
      name: 'refund-tax',
      kind: 'subscription_refund',
      debit: { house: 'tax' },
      credit: { house: 'bridge' },
      amount: 'tax',
    },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, gains: ['gross'] },
    { account: { house: 'bridge' }, isCleared: true },
    { account: { house: 'subscription_income' }, loses: ['net'] },
    { account: { house: 'tax' }, loses: ['tax'] },
  ],
});

/** A refund that the payer's bank sent back: it is ours again. */
export const subscriptionRefundFailedTemplate = defineTemplate({
  name: 'subscription_refund_failed',
  ...parts,
  legs: [
    {
      name: 'failed-gross',
      kind: 'subscription_refund',
      debit: { house: 'stripe_balance' },
      credit: { house: 'bridge' },
      amount: 'gross',
    },
    {
      name: 'failed-net',
      kind: 'subscription_refund',
      debit: { house: 'bridge' },
      credit: { house: 'subscription_income' },
      amount: 'net',
    },
    {
      name: 'failed-tax',
      kind: 'subscription_refund',
      debit: { house: 'bridge' },
      credit: { house: 'tax' },
      amount: 'tax',
    },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, loses: ['gross'] },
    { account: { house: 'bridge' }, isCleared: true },
    { account: { house: 'subscription_income' }, gains: ['net'] },
    { account: { house: 'tax' }, gains: ['tax'] },
  ],
});
