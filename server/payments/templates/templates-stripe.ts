import { defineTemplate, oneOrMore } from '#server/ledger/templates.ts';

/** What happens to the balance at Stripe without any cause of ours. */

/** Stripe pays the house: what it owed is now at the bank. */
export const housePayoutTemplate = defineTemplate({
  name: 'house_payout',
  amounts: { amount: oneOrMore('USD') },
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'payout',
      kind: 'payout_sent',
      debit: { house: 'bank' },
      credit: { house: 'stripe_balance' },
      amount: 'amount',
    },
  ],
  effects: [
    { account: { house: 'bank' }, loses: ['amount'] },
    { account: { house: 'stripe_balance' }, gains: ['amount'] },
  ],
});

/** A payout to the house that its bank refused, or that was canceled. */
export const housePayoutBackTemplate = defineTemplate({
  name: 'house_payout_back',
  amounts: { amount: oneOrMore('USD') },
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'back',
      kind: 'payout_returned',
      debit: { house: 'stripe_balance' },
      credit: { house: 'bank' },
      amount: 'amount',
    },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, loses: ['amount'] },
    { account: { house: 'bank' }, gains: ['amount'] },
  ],
});

/** What Stripe charges for itself, beside the fees of single payments. */
export const stripeChargesTemplate = defineTemplate({
  name: 'stripe_charges',
  amounts: { amount: oneOrMore('USD') },
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'charges',
      kind: 'stripe_adjustment',
      debit: { house: 'stripe_fees' },
      credit: { house: 'stripe_balance' },
      amount: 'amount',
    },
  ],
  effects: [
    { account: { house: 'stripe_fees' }, loses: ['amount'] },
    { account: { house: 'stripe_balance' }, gains: ['amount'] },
  ],
});
