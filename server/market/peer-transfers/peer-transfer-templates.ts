import { defineTemplate, oneOrMore } from '#server/ledger/templates.ts';

const wallet = { kind: 'wallet', asset: 'DUCAT' } as const;

/**
 * One citizen sends ducats to another: wallet → wallet, nothing for the house. The units stay what they are, with their
 * holds and origins: provenance changes what is sold, never what is given.
 */
export const peerTransferTemplate = defineTemplate({
  name: 'peer_transfer',
  amounts: { amount: oneOrMore('DUCAT') },
  parties: { sender: wallet, recipient: wallet },
  equations: [],
  rounding: null,
  legs: [
    {
      name: 'send',
      kind: 'peer_transfer',
      debit: { party: 'sender' },
      credit: { party: 'recipient' },
      amount: 'amount',
    },
  ],
  effects: [
    { account: { party: 'sender' }, loses: ['amount'] },
    { account: { party: 'recipient' }, gains: ['amount'] },
  ],
});
