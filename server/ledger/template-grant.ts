import { defineTemplate, oneOrMore } from '#server/ledger/templates.ts';

/**
 * The house gives ducats away: promotion → wallet, filled up from issuance where promotion falls short. Like the bonus of
 * a top-up it books no dollars, because nobody paid any.
 */
export const grantTemplate = defineTemplate({
  name: 'grant',
  amounts: { granted: oneOrMore('DUCAT') },
  parties: { wallet: { kind: 'wallet', asset: 'DUCAT' } },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'mint-promotion',
      kind: 'mint',
      mode: 'shortfall',
      debit: { house: 'issuance' },
      credit: { house: 'promotion' },
      amount: 'granted',
    },
    {
      name: 'promotion',
      kind: 'grant',
      debit: { house: 'promotion' },
      credit: { party: 'wallet' },
      amount: 'granted',
    },
  ],
  effects: [
    { account: { house: 'issuance' }, isOpen: true },
    { account: { house: 'promotion' }, isOpen: true },
    { account: { party: 'wallet' }, gains: ['granted'] },
  ],
});

/** What was given and not spent in time goes back: wallet → promotion. */
export const grantExpiryTemplate = defineTemplate({
  name: 'grant_expiry',
  amounts: { expired: oneOrMore('DUCAT') },
  parties: { wallet: { kind: 'wallet', asset: 'DUCAT' } },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'expired',
      kind: 'grant_expiry',
      debit: { party: 'wallet' },
      credit: { house: 'promotion' },
      amount: 'expired',
    },
  ],
  effects: [
    { account: { party: 'wallet' }, loses: ['expired'] },
    { account: { house: 'promotion' }, gains: ['expired'] },
  ],
});
