import { defineTemplate, oneOrMore } from '#server/ledger/templates.ts';

/**
 * What the house strikes for itself before it sells or gives anything: issuance → treasury. The ducats belong to nobody
 * yet, so no dollars are owed for them. A top-up sells them, and issuance fills up only what the treasury lacks then.
 */
export const firstMintTemplate = defineTemplate({
  name: 'first_mint',
  amounts: { struck: oneOrMore('DUCAT') },
  parties: {},
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'treasury',
      kind: 'mint',
      debit: { house: 'issuance' },
      credit: { house: 'treasury' },
      amount: 'struck',
    },
  ],
  effects: [
    { account: { house: 'issuance' }, loses: ['struck'] },
    { account: { house: 'treasury' }, gains: ['struck'] },
  ],
});
