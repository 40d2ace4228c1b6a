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

/** The buyer gets the money back: escrow → wallet, the whole price. */
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
