import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';
import { mintLeg } from './template-parts.ts';

const topUpAmounts = {
  gross: oneOrMore('USD'),
  price: oneOrMore('USD'),
  fee: zeroOrMore('USD'),
  tax: zeroOrMore('USD'),
  base: oneOrMore('DUCAT'),
  bonus: zeroOrMore('DUCAT'),
} as const;

/** The dollars of a paid top-up. */
const dollarLegs = [
  {
    name: 'gross',
    kind: 'top_up_gross',
    debit: { house: 'stripe_balance' },
    credit: { house: 'bridge' },
    amount: 'gross',
  },
  {
    name: 'float',
    kind: 'top_up_float',
    debit: { house: 'bridge' },
    credit: { house: 'ducat_float' },
    amount: 'price',
  },
  { name: 'fee', kind: 'top_up_fee', debit: { house: 'bridge' }, credit: { house: 'fee_income' }, amount: 'fee' },
  { name: 'tax', kind: 'top_up_tax', debit: { house: 'bridge' }, credit: { house: 'tax' }, amount: 'tax' },
] as const;

/** What the house fills up so that it can pay out the ducats. */
const treasuryMint = mintLeg({ name: 'mint-treasury', house: 'treasury', amount: 'base' });
const promotionMint = mintLeg({ name: 'mint-promotion', house: 'promotion', amount: 'bonus' });

const paidEffects = [
  { account: { house: 'stripe_balance' }, loses: ['gross'] },
  { account: { house: 'bridge' }, isCleared: true },
  { account: { house: 'ducat_float' }, gains: ['price'] },
  { account: { house: 'fee_income' }, gains: ['fee'] },
  { account: { house: 'tax' }, gains: ['tax'] },
  { account: { house: 'issuance' }, isOpen: true },
  { account: { house: 'treasury' }, isOpen: true },
  { account: { house: 'promotion' }, isOpen: true },
] as const;

/**
 * A paid top-up, both assets in one linked group: the dollars pass through `bridge` to what is owed and earned, the
 * ducats come from `treasury` and `promotion`, and issuance fills up whatever these two lack, so that no balance can
 * refuse what was paid. The fee is rounded when the price is quoted; the gross amount is the sum of its parts.
 */
export const topUpTemplate = defineTemplate({
  name: 'top_up',
  amounts: topUpAmounts,
  parties: { wallet: { kind: 'wallet', asset: 'DUCAT' } },
  equations: [{ left: ['gross'], right: ['price', 'fee', 'tax'] }],
  rounding: { rounded: 'fee', takesTheRest: 'gross' },
  legs: [
    ...dollarLegs,
    treasuryMint,
    {
      name: 'treasury',
      kind: 'top_up_base',
      debit: { house: 'treasury' },
      credit: { party: 'wallet' },
      amount: 'base',
    },
    promotionMint,
    {
      name: 'promotion',
      kind: 'top_up_bonus',
      debit: { house: 'promotion' },
      credit: { party: 'wallet' },
      amount: 'bonus',
    },
  ],
  effects: [...paidEffects, { account: { party: 'wallet' }, gains: ['base', 'bonus'] }],
});

/**
 * The same top-up where the citizen's limits let its ducats not in: the dollars are what they are, and the ducats wait
 * in `suspense`. It touches accounts of the house only, so nothing of the citizen can refuse it.
 */
export const topUpWaitingTemplate = defineTemplate({
  name: 'top_up_waiting',
  amounts: topUpAmounts,
  parties: {},
  equations: [{ left: ['gross'], right: ['price', 'fee', 'tax'] }],
  rounding: { rounded: 'fee', takesTheRest: 'gross' },
  legs: [
    ...dollarLegs,
    treasuryMint,
    {
      name: 'suspend-base',
      kind: 'top_up_base',
      debit: { house: 'treasury' },
      credit: { house: 'suspense' },
      amount: 'base',
    },
    promotionMint,
    {
      name: 'suspend-bonus',
      kind: 'top_up_bonus',
      debit: { house: 'promotion' },
      credit: { house: 'suspense' },
      amount: 'bonus',
    },
  ],
  effects: [...paidEffects, { account: { house: 'suspense' }, gains: ['base', 'bonus'] }],
});

/** The ducats of a top-up that waited, on their way into the wallet. */
export const topUpReleaseTemplate = defineTemplate({
  name: 'top_up_release',
  amounts: { base: oneOrMore('DUCAT'), bonus: zeroOrMore('DUCAT') },
  parties: { wallet: { kind: 'wallet', asset: 'DUCAT' } },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'release-base',
      kind: 'top_up_base',
      debit: { house: 'suspense' },
      credit: { party: 'wallet' },
      amount: 'base',
    },
    {
      name: 'release-bonus',
      kind: 'top_up_bonus',
      debit: { house: 'suspense' },
      credit: { party: 'wallet' },
      amount: 'bonus',
    },
  ],
  effects: [
    { account: { house: 'suspense' }, loses: ['base', 'bonus'] },
    { account: { party: 'wallet' }, gains: ['base', 'bonus'] },
  ],
});

/**
 * What Stripe kept of a charge. `stripe_balance` holds debits (money that Stripe owes us), so the fee is a credit to it
 * and a debit to `stripe_fees`.
 */
export const stripeFeeTemplate = defineTemplate({
  name: 'stripe_fee',
  amounts: { fee: zeroOrMore('USD') },
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'fee',
      kind: 'stripe_fee',
      debit: { house: 'stripe_fees' },
      credit: { house: 'stripe_balance' },
      amount: 'fee',
    },
  ],
  effects: [
    { account: { house: 'stripe_fees' }, loses: ['fee'] },
    { account: { house: 'stripe_balance' }, gains: ['fee'] },
  ],
});

/**
 * Fees earned in ducats become income: the ducats go back to the treasury, and the dollars that were owed against them
 * are owed no more. The dollars are rounded down to whole cents when the release is computed, in favour of the float,
 * and the ducats of a broken cent stay in `fees`.
 */
export const feeReleaseTemplate = defineTemplate({
  name: 'fee_release',
  amounts: { ducats: oneOrMore('DUCAT'), dollars: oneOrMore('USD') },
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'ducats',
      kind: 'fee_release',
      debit: { house: 'fees' },
      credit: { house: 'treasury' },
      amount: 'ducats',
    },
    {
      name: 'dollars',
      kind: 'fee_release',
      debit: { house: 'ducat_float' },
      credit: { house: 'fee_income' },
      amount: 'dollars',
    },
  ],
  effects: [
    { account: { house: 'fees' }, loses: ['ducats'] },
    { account: { house: 'treasury' }, gains: ['ducats'] },
    { account: { house: 'ducat_float' }, loses: ['dollars'] },
    { account: { house: 'fee_income' }, gains: ['dollars'] },
  ],
});
