import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';
import { houseGives, mintLeg } from './template-parts.ts';

/** The way back from a dispute that was won: every entry runs the other way. */

const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;
const receivable = { kind: 'receivable', asset: 'USD' } as const;
const ducats = { ducats: oneOrMore('DUCAT') } as const;

/** A won dispute: Stripe gives the dollars back, and every leg of the withdrawal runs the other way. */
export const disputeReturnTemplate = defineTemplate({
  name: 'dispute_return',
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
      name: 'withdrawn',
      kind: 'dispute_returned',
      debit: { house: 'stripe_balance' },
      credit: { house: 'bridge' },
      amount: 'amount',
    },
    {
      name: 'float',
      kind: 'dispute_returned',
      debit: { house: 'bridge' },
      credit: { house: 'ducat_float' },
      amount: 'float',
    },
    {
      name: 'fee',
      kind: 'dispute_returned',
      debit: { house: 'bridge' },
      credit: { house: 'fee_income' },
      amount: 'fee',
    },
    { name: 'tax', kind: 'dispute_returned', debit: { house: 'bridge' }, credit: { house: 'tax' }, amount: 'tax' },
    { name: 'loss', kind: 'dispute_returned', debit: { house: 'bridge' }, credit: { house: 'loss' }, amount: 'loss' },
    {
      name: 'charged',
      kind: 'dispute_returned',
      debit: { house: 'stripe_balance' },
      credit: { house: 'dispute_fees' },
      amount: 'charged',
    },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, loses: ['amount', 'charged'] },
    { account: { house: 'bridge' }, isCleared: true },
    { account: { house: 'ducat_float' }, gains: ['float'] },
    { account: { house: 'fee_income' }, gains: ['fee'] },
    { account: { house: 'tax' }, gains: ['tax'] },
    { account: { house: 'loss' }, gains: ['loss'] },
    { account: { house: 'dispute_fees' }, gains: ['charged'] },
  ],
});

/** What was owed for a won dispute is owed no more. */
export const disputeDebtReturnTemplate = defineTemplate({
  name: 'dispute_debt_return',
  amounts: { earned: zeroOrMore('USD'), loss: zeroOrMore('USD'), charged: zeroOrMore('USD') },
  parties: { receivable },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'debt-earned',
      kind: 'dispute_returned',
      debit: { house: 'suspense' },
      credit: { party: 'receivable' },
      amount: 'earned',
    },
    {
      name: 'debt-loss',
      kind: 'dispute_returned',
      debit: { house: 'loss' },
      credit: { party: 'receivable' },
      amount: 'loss',
    },
    {
      name: 'debt-charged',
      kind: 'dispute_returned',
      debit: { house: 'dispute_fees' },
      credit: { party: 'receivable' },
      amount: 'charged',
    },
  ],
  effects: [
    { account: { house: 'suspense' }, loses: ['earned'] },
    { account: { house: 'loss' }, loses: ['loss'] },
    { account: { house: 'dispute_fees' }, loses: ['charged'] },
    { account: { party: 'receivable' }, gains: ['earned', 'loss', 'charged'] },
  ],
});

/** What a buyer repaid of a debt that is none any more is owed to them in ducats again. */
export const disputeRepaidTemplate = defineTemplate({
  name: 'dispute_repaid',
  amounts: { repaid: oneOrMore('USD') },
  parties: { receivable },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'repaid',
      kind: 'dispute_returned',
      debit: { party: 'receivable' },
      credit: { house: 'ducat_float' },
      amount: 'repaid',
    },
  ],
  effects: [
    { account: { party: 'receivable' }, loses: ['repaid'] },
    { account: { house: 'ducat_float' }, gains: ['repaid'] },
  ],
});

/** A fee that was written off, of a dispute that was won: an expense of disputes again, and no loss. */
export const disputeWaivedTemplate = defineTemplate({
  name: 'dispute_waived',
  amounts: { waived: oneOrMore('USD') },
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'waived',
      kind: 'dispute_returned',
      debit: { house: 'dispute_fees' },
      credit: { house: 'loss' },
      amount: 'waived',
    },
  ],
  effects: [
    { account: { house: 'dispute_fees' }, loses: ['waived'] },
    { account: { house: 'loss' }, gains: ['waived'] },
  ],
});

/** Ducats that were taken go back to whom they were taken from; what the treasury lacks by then is minted. */
export const disputeGiveBackTemplate = defineTemplate({
  name: 'dispute_give_back',
  amounts: ducats,
  parties: { wallet },
  equations: [],
  rounding: null,
  ...houseGives({ house: 'treasury', leg: 'back', kind: 'dispute_returned' }),
});

/** The bonus of a charge whose dispute was won goes back to its buyer. */
export const disputeBonusBackTemplate = defineTemplate({
  name: 'dispute_bonus_back',
  amounts: ducats,
  parties: { wallet },
  equations: [],
  rounding: null,
  ...houseGives({ house: 'promotion', leg: 'back', kind: 'dispute_returned' }),
});

const waiting = { base: zeroOrMore('DUCAT'), bonus: zeroOrMore('DUCAT') } as const;
const waitingMints = {
  base: mintLeg({ name: 'mint-waiting-base', house: 'treasury', amount: 'base' }),
  bonus: mintLeg({ name: 'mint-waiting-bonus', house: 'promotion', amount: 'bonus' }),
} as const;
const waitingMintEffects = [
  { account: { house: 'issuance' }, isOpen: true },
  { account: { house: 'treasury' }, isOpen: true },
  { account: { house: 'promotion' }, isOpen: true },
] as const;

/** Ducats of a won dispute that were taken while they waited in `suspense` wait there again. */
export const disputeWaitingBackTemplate = defineTemplate({
  name: 'dispute_waiting_back',
  amounts: waiting,
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    waitingMints.base,
    {
      name: 'waiting-base',
      kind: 'dispute_returned',
      debit: { house: 'treasury' },
      credit: { house: 'suspense' },
      amount: 'base',
    },
    waitingMints.bonus,
    {
      name: 'waiting-bonus',
      kind: 'dispute_returned',
      debit: { house: 'promotion' },
      credit: { house: 'suspense' },
      amount: 'bonus',
    },
  ],
  effects: [...waitingMintEffects, { account: { house: 'suspense' }, gains: ['base', 'bonus'] }],
});

/** The same where the rest of the top-up is in the wallet by now: nothing waits any more. */
export const disputeWaitedBackTemplate = defineTemplate({
  name: 'dispute_waited_back',
  amounts: waiting,
  parties: { wallet },
  equations: [],
  rounding: null,
  legs: [
    waitingMints.base,
    {
      name: 'waiting-base',
      kind: 'dispute_returned',
      debit: { house: 'treasury' },
      credit: { party: 'wallet' },
      amount: 'base',
    },
    waitingMints.bonus,
    {
      name: 'waiting-bonus',
      kind: 'dispute_returned',
      debit: { house: 'promotion' },
      credit: { party: 'wallet' },
      amount: 'bonus',
    },
  ],
  effects: [...waitingMintEffects, { account: { party: 'wallet' }, gains: ['base', 'bonus'] }],
});
