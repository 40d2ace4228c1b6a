import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';
import { mintEffects, mintLeg } from './template-parts.ts';

/** A refund that Stripe had taken and that the bank sent back. */

const ducats = { base: zeroOrMore('DUCAT'), bonus: zeroOrMore('DUCAT') } as const;
const dollars = {
  total: oneOrMore('USD'),
  float: zeroOrMore('USD'),
  fee: zeroOrMore('USD'),
  tax: zeroOrMore('USD'),
} as const;
const debts = { debt: zeroOrMore('USD'), bonusDebt: zeroOrMore('USD') } as const;
const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;
const receivable = { kind: 'receivable', asset: 'USD' } as const;

/** The dollars are at Stripe again, and owed and earned as before. */
const cameBack = [
  {
    name: 'failed',
    kind: 'refund_failed',
    debit: { house: 'stripe_balance' },
    credit: { house: 'refund_in_transit' },
    amount: 'total',
  },
  {
    name: 'failed-float',
    kind: 'refund_failed',
    debit: { house: 'refund_in_transit' },
    credit: { house: 'ducat_float' },
    amount: 'float',
  },
  {
    name: 'failed-fee',
    kind: 'refund_failed',
    debit: { house: 'refund_in_transit' },
    credit: { house: 'fee_income' },
    amount: 'fee',
  },
  {
    name: 'failed-tax',
    kind: 'refund_failed',
    debit: { house: 'refund_in_transit' },
    credit: { house: 'tax' },
    amount: 'tax',
  },
] as const;

/** Others may have bought these ducats meanwhile: what the house lacks is minted, so that nothing can refuse it. */
const baseMint = mintLeg({ name: 'failed-mint-base', house: 'treasury', amount: 'base' });
const bonusMint = mintLeg({ name: 'failed-mint-bonus', house: 'promotion', amount: 'bonus' });

const intoWallet = [
  baseMint,
  {
    name: 'failed-base',
    kind: 'refund_failed',
    debit: { house: 'treasury' },
    credit: { party: 'wallet' },
    amount: 'base',
  },
  bonusMint,
  {
    name: 'failed-bonus',
    kind: 'refund_failed',
    debit: { house: 'promotion' },
    credit: { party: 'wallet' },
    amount: 'bonus',
  },
] as const;

const cameBackEffects = [
  { account: { house: 'stripe_balance' }, loses: ['total'] },
  { account: { house: 'refund_in_transit' }, isCleared: true },
  { account: { house: 'ducat_float' }, gains: ['float'] },
  { account: { house: 'fee_income' }, gains: ['fee'] },
  { account: { house: 'tax' }, gains: ['tax'] },
  { account: { house: 'issuance' }, isOpen: true },
  { account: { house: 'treasury' }, isOpen: true },
  { account: { house: 'promotion' }, isOpen: true },
] as const;

/** A refund that came back from the bank. */
export const refundFailedTemplate = defineTemplate({
  name: 'refund_failed',
  amounts: { ...ducats, ...dollars },
  parties: { wallet },
  equations: [{ left: ['total'], right: ['float', 'fee', 'tax'] }],
  rounding: null,
  legs: [...cameBack, ...intoWallet],
  effects: [...cameBackEffects, { account: { party: 'wallet' }, gains: ['base', 'bonus'] }],
});

/** The same where the top-up's ducats wait in suspense. */
export const refundFailedWaitingTemplate = defineTemplate({
  name: 'refund_failed_waiting',
  amounts: { ...ducats, ...dollars },
  parties: {},
  equations: [{ left: ['total'], right: ['float', 'fee', 'tax'] }],
  rounding: null,
  legs: [
    ...cameBack,
    baseMint,
    {
      name: 'failed-base',
      kind: 'refund_failed',
      debit: { house: 'treasury' },
      credit: { house: 'suspense' },
      amount: 'base',
    },
    bonusMint,
    {
      name: 'failed-bonus',
      kind: 'refund_failed',
      debit: { house: 'promotion' },
      credit: { house: 'suspense' },
      amount: 'bonus',
    },
  ],
  effects: [...cameBackEffects, { account: { house: 'suspense' }, gains: ['base', 'bonus'] }],
});

/** The same where spent ducats had become a debt, which is none any more. */
export const refundFailedDebtTemplate = defineTemplate({
  name: 'refund_failed_debt',
  amounts: { ...ducats, ...dollars, ...debts },
  parties: { wallet, receivable },
  equations: [{ left: ['total'], right: ['float', 'fee', 'tax', 'debt'] }],
  rounding: null,
  legs: [
    ...cameBack,
    {
      name: 'failed-debt',
      kind: 'refund_failed',
      debit: { house: 'refund_in_transit' },
      credit: { party: 'receivable' },
      amount: 'debt',
    },
    {
      name: 'failed-debt-bonus',
      kind: 'refund_failed',
      debit: { house: 'promotion_cost' },
      credit: { party: 'receivable' },
      amount: 'bonusDebt',
    },
    ...intoWallet,
  ],
  effects: [
    ...cameBackEffects,
    { account: { party: 'wallet' }, gains: ['base', 'bonus'] },
    { account: { party: 'receivable' }, gains: ['debt', 'bonusDebt'] },
    { account: { house: 'promotion_cost' }, loses: ['bonusDebt'] },
  ],
});

/**
 * What was repaid of such a debt before it was none comes back as ducats, and the dollars behind them are owed again; what
 * the house had given up is no loss any more.
 */
export const refundDebtUndoneTemplate = defineTemplate({
  name: 'refund_debt_undone',
  amounts: { repaid: zeroOrMore('USD'), writtenOff: zeroOrMore('USD'), ducats: zeroOrMore('DUCAT') },
  parties: { wallet, receivable },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'undone-repaid',
      kind: 'refund_failed',
      debit: { party: 'receivable' },
      credit: { house: 'ducat_float' },
      amount: 'repaid',
    },
    {
      name: 'undone-written-off',
      kind: 'refund_failed',
      debit: { party: 'receivable' },
      credit: { house: 'loss' },
      amount: 'writtenOff',
    },
    mintLeg({ name: 'undone-mint', house: 'treasury', amount: 'ducats' }),
    {
      name: 'undone-ducats',
      kind: 'refund_failed',
      debit: { house: 'treasury' },
      credit: { party: 'wallet' },
      amount: 'ducats',
    },
  ],
  effects: [
    { account: { party: 'receivable' }, loses: ['repaid', 'writtenOff'] },
    { account: { house: 'ducat_float' }, gains: ['repaid'] },
    { account: { house: 'loss' }, gains: ['writtenOff'] },
    ...mintEffects('treasury'),
    { account: { party: 'wallet' }, gains: ['ducats'] },
  ],
});
