import { defineTemplate, oneOrMore, zeroOrMore } from '#server/ledger/templates.ts';

const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;
const escrow = { kind: 'escrow', asset: 'DUCAT' } as const;

/** The buyer pays: wallet → the order's escrow, the whole price. */
export const purchaseTemplate = defineTemplate({
  name: 'purchase',
  amounts: { price: oneOrMore('DUCAT') },
  parties: { wallet, escrow },
  equations: [],
  rounding: null,
  legs: [{ name: 'pay', kind: 'purchase', debit: { party: 'wallet' }, credit: { party: 'escrow' }, amount: 'price' }],
  effects: [
    { account: { party: 'wallet' }, loses: ['price'] },
    { account: { party: 'escrow' }, gains: ['price'] },
  ],
});

/** The seller is paid: escrow gives the whole price, the fee to the house and the rest to the seller. */
export const saleTemplate = defineTemplate({
  name: 'sale',
  amounts: { price: oneOrMore('DUCAT'), share: zeroOrMore('DUCAT'), fee: zeroOrMore('DUCAT') },
  parties: { wallet, escrow },
  equations: [{ left: ['price'], right: ['share', 'fee'] }],
  rounding: { rounded: 'fee', takesTheRest: 'share' },
  legs: [
    {
      name: 'payout',
      kind: 'sale_payout',
      debit: { party: 'escrow' },
      credit: { party: 'wallet' },
      amount: 'share',
    },
    { name: 'fee', kind: 'sale_fee', debit: { party: 'escrow' }, credit: { house: 'fees' }, amount: 'fee' },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['price'] },
    { account: { party: 'wallet' }, gains: ['share'] },
    { account: { house: 'fees' }, gains: ['fee'] },
  ],
});

/** The buyer gets money back: escrow → wallet, what is left of the price or a part of it. */
export const orderRefundTemplate = defineTemplate({
  name: 'order_refund',
  amounts: { price: oneOrMore('DUCAT') },
  parties: { wallet, escrow },
  equations: [],
  rounding: null,
  legs: [
    { name: 'refund', kind: 'order_refund', debit: { party: 'escrow' }, credit: { party: 'wallet' }, amount: 'price' },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['price'] },
    { account: { party: 'wallet' }, gains: ['price'] },
  ],
});

/** A dispute ends in between: escrow gives a part back to the buyer, the fee on the rest to the house, the rest to the seller. */
export const orderSettlementTemplate = defineTemplate({
  name: 'order_settlement',
  amounts: {
    left: oneOrMore('DUCAT'),
    back: zeroOrMore('DUCAT'),
    share: zeroOrMore('DUCAT'),
    fee: zeroOrMore('DUCAT'),
  },
  parties: { escrow, buyer: wallet, seller: wallet },
  equations: [{ left: ['left'], right: ['back', 'share', 'fee'] }],
  rounding: { rounded: 'fee', takesTheRest: 'share' },
  legs: [
    { name: 'back', kind: 'order_refund', debit: { party: 'escrow' }, credit: { party: 'buyer' }, amount: 'back' },
    { name: 'payout', kind: 'sale_payout', debit: { party: 'escrow' }, credit: { party: 'seller' }, amount: 'share' },
    { name: 'fee', kind: 'sale_fee', debit: { party: 'escrow' }, credit: { house: 'fees' }, amount: 'fee' },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['left'] },
    { account: { party: 'buyer' }, gains: ['back'] },
    { account: { party: 'seller' }, gains: ['share'] },
    { account: { house: 'fees' }, gains: ['fee'] },
  ],
});

/**
 * The seller, who was paid, gives back: what is left of the order's own units, then others of the wallet; and the house
 * the fee on them. What the fees lack, because they went to the treasury meanwhile, is
 * issued anew.
 */
export const saleRefundTemplate = defineTemplate({
  name: 'sale_refund',
  amounts: { own: zeroOrMore('DUCAT'), other: zeroOrMore('DUCAT'), fee: zeroOrMore('DUCAT') },
  parties: { seller: wallet, buyer: wallet },
  equations: [],
  rounding: null,
  legs: [
    { name: 'own', kind: 'order_refund', debit: { party: 'seller' }, credit: { party: 'buyer' }, amount: 'own' },
    { name: 'other', kind: 'order_refund', debit: { party: 'seller' }, credit: { party: 'buyer' }, amount: 'other' },
    {
      name: 'refill',
      kind: 'mint',
      mode: 'shortfall',
      debit: { house: 'issuance' },
      credit: { house: 'fees' },
      amount: 'fee',
    },
    { name: 'fee', kind: 'order_refund', debit: { house: 'fees' }, credit: { party: 'buyer' }, amount: 'fee' },
  ],
  effects: [
    { account: { party: 'seller' }, loses: ['own', 'other'] },
    { account: { party: 'buyer' }, gains: ['own', 'other', 'fee'] },
    { account: { house: 'issuance' }, isOpen: true },
    { account: { house: 'fees' }, isOpen: true },
  ],
});
