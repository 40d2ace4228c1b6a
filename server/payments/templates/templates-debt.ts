import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';
import { houseGives } from './template-parts.ts';

/** What citizens owe, and how it is paid or given up. */

const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;
const receivable = { kind: 'receivable', asset: 'USD' } as const;
const ducats = { ducats: oneOrMore('DUCAT') } as const;

/** Ducats with which a citizen repays go back to the treasury. */
export const debtTakeTemplate = defineTemplate({
  name: 'debt_take',
  amounts: ducats,
  parties: { wallet },
  equations: [],
  rounding: null,
  legs: [
    { name: 'take', kind: 'debt_repaid', debit: { party: 'wallet' }, credit: { house: 'treasury' }, amount: 'ducats' },
  ],
  effects: [
    { account: { party: 'wallet' }, loses: ['ducats'] },
    { account: { house: 'treasury' }, gains: ['ducats'] },
  ],
});

/** What was repaid in ducats is owed no more: to sellers through `suspense`, all else out of what was owed against the ducats. */
export const debtRepaidTemplate = defineTemplate({
  name: 'debt_repaid',
  amounts: { earned: zeroOrMore('USD'), rest: zeroOrMore('USD') },
  parties: { receivable },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'earned',
      kind: 'debt_repaid',
      debit: { house: 'suspense' },
      credit: { party: 'receivable' },
      amount: 'earned',
    },
    {
      name: 'rest',
      kind: 'debt_repaid',
      debit: { house: 'ducat_float' },
      credit: { party: 'receivable' },
      amount: 'rest',
    },
  ],
  effects: [
    { account: { house: 'suspense' }, loses: ['earned'] },
    { account: { house: 'ducat_float' }, loses: ['rest'] },
    { account: { party: 'receivable' }, gains: ['earned', 'rest'] },
  ],
});

/** A payment by card towards a debt: dollars for the ducats that sellers get back, for the debt itself, and (`excess`) for ducats where less was owed by then than was paid. */
export const debtCardTemplate = defineTemplate({
  name: 'debt_card',
  amounts: { gross: oneOrMore('USD'), earned: zeroOrMore('USD'), rest: zeroOrMore('USD'), excess: zeroOrMore('USD') },
  parties: { receivable },
  equations: [{ left: ['gross'], right: ['earned', 'rest', 'excess'] }],
  rounding: null,
  legs: [
    {
      name: 'gross',
      kind: 'debt_repaid',
      debit: { house: 'stripe_balance' },
      credit: { house: 'bridge' },
      amount: 'gross',
    },
    {
      name: 'float',
      kind: 'debt_repaid',
      debit: { house: 'bridge' },
      credit: { house: 'ducat_float' },
      amount: 'earned',
    },
    { name: 'rest', kind: 'debt_repaid', debit: { house: 'bridge' }, credit: { party: 'receivable' }, amount: 'rest' },
    {
      name: 'excess',
      kind: 'debt_repaid',
      debit: { house: 'bridge' },
      credit: { house: 'ducat_float' },
      amount: 'excess',
    },
    {
      name: 'earned',
      kind: 'debt_repaid',
      debit: { house: 'suspense' },
      credit: { party: 'receivable' },
      amount: 'earned',
    },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, loses: ['gross'] },
    { account: { house: 'bridge' }, isCleared: true },
    { account: { house: 'ducat_float' }, gains: ['earned', 'excess'] },
    { account: { party: 'receivable' }, gains: ['rest', 'earned'] },
    { account: { house: 'suspense' }, loses: ['earned'] },
  ],
});

/** A seller gets back what a dispute of somebody else's payment took. */
export const clawbackReturnTemplate = defineTemplate({
  name: 'clawback_return',
  amounts: ducats,
  parties: { wallet },
  equations: [],
  rounding: null,
  ...houseGives({ house: 'treasury', leg: 'back', kind: 'clawback_returned' }),
});

/** Ducats for what a citizen paid beyond what was owed. */
export const debtExcessTemplate = defineTemplate({
  name: 'debt_excess',
  amounts: ducats,
  parties: { wallet },
  equations: [],
  rounding: null,
  ...houseGives({ house: 'treasury', leg: 'excess', kind: 'debt_repaid' }),
});

const refunded = {
  amounts: { total: oneOrMore('USD') },
  parties: { receivable },
  equations: [],
  rounding: null,
} as const;

/** The payment of a debt that went back to the card: it is owed again, whatever it had paid for. */
export const debtPaymentRefundTemplate = defineTemplate({
  name: 'debt_payment_refund',
  ...refunded,
  legs: [
    {
      name: 'owed-again',
      kind: 'refund_debt',
      debit: { party: 'receivable' },
      credit: { house: 'refund_in_transit' },
      amount: 'total',
    },
    {
      name: 'paid-back',
      kind: 'refund_paid',
      debit: { house: 'refund_in_transit' },
      credit: { house: 'stripe_balance' },
      amount: 'total',
    },
  ],
  effects: [
    { account: { party: 'receivable' }, loses: ['total'] },
    { account: { house: 'refund_in_transit' }, isCleared: true },
    { account: { house: 'stripe_balance' }, gains: ['total'] },
  ],
});

/** The bank sent it back to Stripe: it is owed no more. */
export const debtPaymentRefundFailedTemplate = defineTemplate({
  name: 'debt_payment_refund_failed',
  ...refunded,
  legs: [
    {
      name: 'came-back',
      kind: 'refund_failed',
      debit: { house: 'stripe_balance' },
      credit: { house: 'refund_in_transit' },
      amount: 'total',
    },
    {
      name: 'owed-no-more',
      kind: 'refund_failed',
      debit: { house: 'refund_in_transit' },
      credit: { party: 'receivable' },
      amount: 'total',
    },
  ],
  effects: [
    { account: { house: 'stripe_balance' }, loses: ['total'] },
    { account: { house: 'refund_in_transit' }, isCleared: true },
    { account: { party: 'receivable' }, gains: ['total'] },
  ],
});

/** A debt that the house gives up: what sellers would have got back is owed to nobody any more, the rest is lost. */
export const writeOffTemplate = defineTemplate({
  name: 'debt_write_off',
  amounts: { earned: zeroOrMore('USD'), rest: zeroOrMore('USD') },
  parties: { receivable },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'earned',
      kind: 'debt_written_off',
      debit: { house: 'suspense' },
      credit: { party: 'receivable' },
      amount: 'earned',
    },
    {
      name: 'rest',
      kind: 'debt_written_off',
      debit: { house: 'loss' },
      credit: { party: 'receivable' },
      amount: 'rest',
    },
  ],
  effects: [
    { account: { house: 'suspense' }, loses: ['earned'] },
    { account: { house: 'loss' }, loses: ['rest'] },
    { account: { party: 'receivable' }, gains: ['earned', 'rest'] },
  ],
});
