import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';

/**
 * A refund of a top-up. Its ducats wait in an escrow account of the refund until Stripe has taken the dollars; then they
 * go back to where they came from, and the dollars out of what was owed and earned with them.
 */

const ducats = { base: zeroOrMore('DUCAT'), bonus: zeroOrMore('DUCAT') } as const;
const escrow = { kind: 'escrow', asset: 'DUCAT' } as const;
const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;
const receivable = { kind: 'receivable', asset: 'USD' } as const;

/** The ducats of a payment leave the wallet while their refund is under way, so that nobody spends them meanwhile. */
export const refundHoldTemplate = defineTemplate({
  name: 'refund_hold',
  amounts: ducats,
  parties: { wallet, escrow },
  equations: [],
  rounding: null,
  legs: [
    { name: 'hold-base', kind: 'refund_hold', debit: { party: 'wallet' }, credit: { party: 'escrow' }, amount: 'base' },
    {
      name: 'hold-bonus',
      kind: 'refund_hold',
      debit: { party: 'wallet' },
      credit: { party: 'escrow' },
      amount: 'bonus',
    },
  ],
  effects: [
    { account: { party: 'wallet' }, loses: ['base', 'bonus'] },
    { account: { party: 'escrow' }, gains: ['base', 'bonus'] },
  ],
});

/** The same of a top-up whose ducats wait in suspense. */
export const refundHoldWaitingTemplate = defineTemplate({
  name: 'refund_hold_waiting',
  amounts: ducats,
  parties: { escrow },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'hold-base',
      kind: 'refund_hold',
      debit: { house: 'suspense' },
      credit: { party: 'escrow' },
      amount: 'base',
    },
    {
      name: 'hold-bonus',
      kind: 'refund_hold',
      debit: { house: 'suspense' },
      credit: { party: 'escrow' },
      amount: 'bonus',
    },
  ],
  effects: [
    { account: { house: 'suspense' }, loses: ['base', 'bonus'] },
    { account: { party: 'escrow' }, gains: ['base', 'bonus'] },
  ],
});

/** Stripe did not make the refund: the very ducats go back to the wallet. */
export const refundReleaseTemplate = defineTemplate({
  name: 'refund_release',
  amounts: ducats,
  parties: { wallet, escrow },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'release-base',
      kind: 'refund_failed',
      debit: { party: 'escrow' },
      credit: { party: 'wallet' },
      amount: 'base',
    },
    {
      name: 'release-bonus',
      kind: 'refund_failed',
      debit: { party: 'escrow' },
      credit: { party: 'wallet' },
      amount: 'bonus',
    },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['base', 'bonus'] },
    { account: { party: 'wallet' }, gains: ['base', 'bonus'] },
  ],
});

/** The same where they wait in suspense. */
export const refundReleaseWaitingTemplate = defineTemplate({
  name: 'refund_release_waiting',
  amounts: ducats,
  parties: { escrow },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'release-base',
      kind: 'refund_failed',
      debit: { party: 'escrow' },
      credit: { house: 'suspense' },
      amount: 'base',
    },
    {
      name: 'release-bonus',
      kind: 'refund_failed',
      debit: { party: 'escrow' },
      credit: { house: 'suspense' },
      amount: 'bonus',
    },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['base', 'bonus'] },
    { account: { house: 'suspense' }, gains: ['base', 'bonus'] },
  ],
});

const dollars = {
  total: oneOrMore('USD'),
  float: zeroOrMore('USD'),
  fee: zeroOrMore('USD'),
  tax: zeroOrMore('USD'),
} as const;

/** What was given for the dollars goes back, and the dollars are on their way. */
const takenBack = [
  {
    name: 'ducats-base',
    kind: 'refund_ducats',
    debit: { party: 'escrow' },
    credit: { house: 'treasury' },
    amount: 'base',
  },
  {
    name: 'ducats-bonus',
    kind: 'refund_ducats',
    debit: { party: 'escrow' },
    credit: { house: 'promotion' },
    amount: 'bonus',
  },
  {
    name: 'dollars-float',
    kind: 'refund_dollars',
    debit: { house: 'ducat_float' },
    credit: { house: 'refund_in_transit' },
    amount: 'float',
  },
  {
    name: 'dollars-fee',
    kind: 'refund_dollars',
    debit: { house: 'fee_income' },
    credit: { house: 'refund_in_transit' },
    amount: 'fee',
  },
  {
    name: 'dollars-tax',
    kind: 'refund_dollars',
    debit: { house: 'tax' },
    credit: { house: 'refund_in_transit' },
    amount: 'tax',
  },
] as const;

/** Stripe takes the whole amount out of its balance at once; its own fee of the payment stays what it was. */
const paidOut = {
  name: 'paid',
  kind: 'refund_paid',
  debit: { house: 'refund_in_transit' },
  credit: { house: 'stripe_balance' },
  amount: 'total',
} as const;

const takenBackEffects = [
  { account: { party: 'escrow' }, loses: ['base', 'bonus'] },
  { account: { house: 'treasury' }, gains: ['base'] },
  { account: { house: 'promotion' }, gains: ['bonus'] },
  { account: { house: 'ducat_float' }, loses: ['float'] },
  { account: { house: 'fee_income' }, loses: ['fee'] },
  { account: { house: 'tax' }, loses: ['tax'] },
  { account: { house: 'refund_in_transit' }, isCleared: true },
  { account: { house: 'stripe_balance' }, gains: ['total'] },
] as const;

/** Stripe has taken a refund whose ducats are all there. */
export const refundPaidTemplate = defineTemplate({
  name: 'refund_paid',
  amounts: { ...ducats, ...dollars },
  parties: { escrow },
  equations: [{ left: ['total'], right: ['float', 'fee', 'tax'] }],
  rounding: { rounded: 'fee', takesTheRest: 'total' },
  legs: [...takenBack, paidOut],
  effects: takenBackEffects,
});

const debts = { debt: zeroOrMore('USD'), bonusDebt: zeroOrMore('USD') } as const;

/**
 * Stripe has taken a refund of which some ducats are spent. The dollars of those are the buyer's debt instead of coming
 * out of the float, which still owes them to whoever holds these ducats now. Spent bonus is owed as well: it was a cost
 * of the house.
 */
export const refundPaidDebtTemplate = defineTemplate({
  name: 'refund_paid_debt',
  amounts: { ...ducats, ...dollars, ...debts },
  parties: { escrow, receivable },
  equations: [{ left: ['total'], right: ['float', 'fee', 'tax', 'debt'] }],
  rounding: { rounded: 'float', takesTheRest: 'debt' },
  legs: [
    ...takenBack,
    {
      name: 'debt',
      kind: 'refund_debt',
      debit: { party: 'receivable' },
      credit: { house: 'refund_in_transit' },
      amount: 'debt',
    },
    {
      name: 'debt-bonus',
      kind: 'refund_debt',
      debit: { party: 'receivable' },
      credit: { house: 'promotion_cost' },
      amount: 'bonusDebt',
    },
    paidOut,
  ],
  effects: [
    ...takenBackEffects,
    { account: { party: 'receivable' }, loses: ['debt', 'bonusDebt'] },
    { account: { house: 'promotion_cost' }, gains: ['bonusDebt'] },
  ],
});
