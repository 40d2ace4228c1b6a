import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';

/** Disputes and debts: what a bank takes back, who pays for it, and the way back. */

const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;
const receivable = { kind: 'receivable', asset: 'USD' } as const;
const ducats = { ducats: oneOrMore('DUCAT') } as const;

/** Ducats of a disputed charge go back to the treasury: the buyer's, or a seller's who still holds what they paid. */
export const disputeTakeTemplate = defineTemplate({
  name: 'dispute_take',
  amounts: ducats,
  parties: { wallet },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'take',
      kind: 'dispute_ducats',
      debit: { party: 'wallet' },
      credit: { house: 'treasury' },
      amount: 'ducats',
    },
  ],
  effects: [
    { account: { party: 'wallet' }, loses: ['ducats'] },
    { account: { house: 'treasury' }, gains: ['ducats'] },
  ],
});

/** The bonus of a disputed charge goes back to where bonuses come from. */
export const disputeBonusTemplate = defineTemplate({
  name: 'dispute_bonus',
  amounts: ducats,
  parties: { wallet },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'bonus',
      kind: 'dispute_ducats',
      debit: { party: 'wallet' },
      credit: { house: 'promotion' },
      amount: 'ducats',
    },
  ],
  effects: [
    { account: { party: 'wallet' }, loses: ['ducats'] },
    { account: { house: 'promotion' }, gains: ['ducats'] },
  ],
});

const waiting = { base: zeroOrMore('DUCAT'), bonus: zeroOrMore('DUCAT') } as const;

/** Ducats of a disputed charge that wait in `suspense` go back to where they came from, and never reach a wallet. */
export const disputeTakeWaitingTemplate = defineTemplate({
  name: 'dispute_take_waiting',
  amounts: waiting,
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'waiting-base',
      kind: 'dispute_ducats',
      debit: { house: 'suspense' },
      credit: { house: 'treasury' },
      amount: 'base',
    },
    {
      name: 'waiting-bonus',
      kind: 'dispute_ducats',
      debit: { house: 'suspense' },
      credit: { house: 'promotion' },
      amount: 'bonus',
    },
  ],
  effects: [
    { account: { house: 'suspense' }, loses: ['base', 'bonus'] },
    { account: { house: 'treasury' }, gains: ['base'] },
    { account: { house: 'promotion' }, gains: ['bonus'] },
  ],
});

/**
 * The dollars that Stripe takes for a dispute: what was recovered in ducats is owed no more, fee and tax were never
 * earned, and the rest is lost. They are gathered in `bridge`, because what Stripe took is one fact; its fee is another.
 */
export const disputeWithdrawalTemplate = defineTemplate({
  name: 'dispute_withdrawal',
  amounts: {
    amount: oneOrMore('USD'),
    float: zeroOrMore('USD'),
    fee: zeroOrMore('USD'),
    tax: zeroOrMore('USD'),
    loss: zeroOrMore('USD'),
    charged: zeroOrMore('USD'),
  },
  parties: {},
  equations: [{ left: ['amount'], right: ['float', 'fee', 'tax', 'loss'] }],
  rounding: null,
  legs: [
    {
      name: 'float',
      kind: 'dispute_withdrawn',
      debit: { house: 'ducat_float' },
      credit: { house: 'bridge' },
      amount: 'float',
    },
    {
      name: 'fee',
      kind: 'dispute_withdrawn',
      debit: { house: 'fee_income' },
      credit: { house: 'bridge' },
      amount: 'fee',
    },
    { name: 'tax', kind: 'dispute_withdrawn', debit: { house: 'tax' }, credit: { house: 'bridge' }, amount: 'tax' },
    { name: 'loss', kind: 'dispute_withdrawn', debit: { house: 'loss' }, credit: { house: 'bridge' }, amount: 'loss' },
    {
      name: 'withdrawn',
      kind: 'dispute_withdrawn',
      debit: { house: 'bridge' },
      credit: { house: 'stripe_balance' },
      amount: 'amount',
    },
    {
      name: 'charged',
      kind: 'dispute_fee',
      debit: { house: 'dispute_fees' },
      credit: { house: 'stripe_balance' },
      amount: 'charged',
    },
  ],
  effects: [
    { account: { house: 'ducat_float' }, loses: ['float'] },
    { account: { house: 'fee_income' }, loses: ['fee'] },
    { account: { house: 'tax' }, loses: ['tax'] },
    { account: { house: 'loss' }, loses: ['loss'] },
    { account: { house: 'dispute_fees' }, loses: ['charged'] },
    { account: { house: 'bridge' }, isCleared: true },
    { account: { house: 'stripe_balance' }, gains: ['amount', 'charged'] },
  ],
});

/** What the buyer owes for it at once: what sellers shall get back waits in `suspense`, the rest is no loss any more. */
export const disputeDebtTemplate = defineTemplate({
  name: 'dispute_debt',
  amounts: { earned: zeroOrMore('USD'), loss: zeroOrMore('USD'), charged: zeroOrMore('USD') },
  parties: { receivable },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'debt-earned',
      kind: 'dispute_debt',
      debit: { party: 'receivable' },
      credit: { house: 'suspense' },
      amount: 'earned',
    },
    {
      name: 'debt-loss',
      kind: 'dispute_debt',
      debit: { party: 'receivable' },
      credit: { house: 'loss' },
      amount: 'loss',
    },
    {
      name: 'debt-charged',
      kind: 'dispute_debt',
      debit: { party: 'receivable' },
      credit: { house: 'dispute_fees' },
      amount: 'charged',
    },
  ],
  effects: [
    { account: { party: 'receivable' }, loses: ['earned', 'loss', 'charged'] },
    { account: { house: 'suspense' }, gains: ['earned'] },
    { account: { house: 'loss' }, gains: ['loss'] },
    { account: { house: 'dispute_fees' }, gains: ['charged'] },
  ],
});
