import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';
import { mintEffects, mintLeg } from './template-parts.ts';

/** Earned ducats on their way to being dollars in a bank, and back. */

const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;
const escrow = { kind: 'escrow', asset: 'DUCAT' } as const;
const receivable = { kind: 'receivable', asset: 'USD' } as const;
const ducats = { ducats: oneOrMore('DUCAT') } as const;

/** A citizen asks for dollars: the ducats wait in an account of this cash-out alone, where nothing else can spend them. */
export const cashOutTemplate = defineTemplate({
  name: 'cash_out',
  amounts: ducats,
  parties: { wallet, escrow },
  equations: [],
  rounding: null,
  legs: [{ name: 'hold', kind: 'cash_out', debit: { party: 'wallet' }, credit: { party: 'escrow' }, amount: 'ducats' }],
  effects: [
    { account: { party: 'wallet' }, loses: ['ducats'] },
    { account: { party: 'escrow' }, gains: ['ducats'] },
  ],
});

/** Nothing was sent: the very same ducats go back. */
export const cashOutReleaseTemplate = defineTemplate({
  name: 'cash_out_release',
  amounts: ducats,
  parties: { wallet, escrow },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'release',
      kind: 'cash_out_returned',
      debit: { party: 'escrow' },
      credit: { party: 'wallet' },
      amount: 'ducats',
    },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['ducats'] },
    { account: { party: 'wallet' }, gains: ['ducats'] },
  ],
});

/**
 * The provider has taken the order: the ducats are the house's again, and what was owed against them is paid out, earned
 * as a fee and, where the citizen owed something, no longer owed. The fee is rounded half up, the net takes the rest.
 */
export const cashOutSettledTemplate = defineTemplate({
  name: 'cash_out_settled',
  amounts: { ducats: oneOrMore('DUCAT'), net: oneOrMore('USD'), fee: zeroOrMore('USD'), debt: zeroOrMore('USD') },
  parties: { escrow, receivable },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'ducats',
      kind: 'cash_out_settled',
      debit: { party: 'escrow' },
      credit: { house: 'treasury' },
      amount: 'ducats',
    },
    {
      name: 'net',
      kind: 'cash_out_dollars',
      debit: { house: 'ducat_float' },
      credit: { house: 'payout_in_transit' },
      amount: 'net',
    },
    {
      name: 'fee',
      kind: 'cash_out_fee',
      debit: { house: 'ducat_float' },
      credit: { house: 'fee_income' },
      amount: 'fee',
    },
    {
      name: 'debt',
      kind: 'cash_out_debt',
      debit: { house: 'ducat_float' },
      credit: { party: 'receivable' },
      amount: 'debt',
    },
    {
      name: 'sent',
      kind: 'payout_sent',
      debit: { house: 'payout_in_transit' },
      credit: { house: 'stripe_balance' },
      amount: 'net',
    },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['ducats'] },
    { account: { house: 'treasury' }, gains: ['ducats'] },
    { account: { house: 'ducat_float' }, loses: ['net', 'fee', 'debt'] },
    { account: { house: 'fee_income' }, gains: ['fee'] },
    { account: { party: 'receivable' }, gains: ['debt'] },
    { account: { house: 'payout_in_transit' }, isCleared: true },
    { account: { house: 'stripe_balance' }, gains: ['net'] },
  ],
});

/**
 * The bank would not have it: the dollars are back, the fee is not earned, and the citizen has the ducats again. What
 * paid a debt stays paid. Issuance fills up the treasury where it has given these ducats to others meanwhile.
 */
export const cashOutReturnTemplate = defineTemplate({
  name: 'cash_out_return',
  amounts: { ducats: oneOrMore('DUCAT'), net: oneOrMore('USD'), fee: zeroOrMore('USD') },
  parties: { wallet },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'back',
      kind: 'payout_returned',
      debit: { house: 'stripe_balance' },
      credit: { house: 'payout_in_transit' },
      amount: 'net',
    },
    {
      name: 'net-back',
      kind: 'cash_out_dollars',
      debit: { house: 'payout_in_transit' },
      credit: { house: 'ducat_float' },
      amount: 'net',
    },
    {
      name: 'fee-back',
      kind: 'cash_out_fee',
      debit: { house: 'fee_income' },
      credit: { house: 'ducat_float' },
      amount: 'fee',
    },
    mintLeg({ name: 'mint-treasury', house: 'treasury', amount: 'ducats' }),
    {
      name: 'ducats-back',
      kind: 'cash_out_returned',
      debit: { house: 'treasury' },
      credit: { party: 'wallet' },
      amount: 'ducats',
    },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, loses: ['net'] },
    { account: { house: 'payout_in_transit' }, isCleared: true },
    { account: { house: 'ducat_float' }, gains: ['net', 'fee'] },
    { account: { house: 'fee_income' }, loses: ['fee'] },
    ...mintEffects('treasury'),
    { account: { party: 'wallet' }, gains: ['ducats'] },
  ],
});
