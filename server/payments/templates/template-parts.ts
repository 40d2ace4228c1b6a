import type { TransferKind } from '#server/ledger/kinds.ts';

/** What several templates of this domain have in common. */

/** The accounts out of which the house gives ducats. */
type Stock = 'treasury' | 'promotion';

/**
 * Fills up what the house lacks of ducats that a later leg pays out: others may have them by now, and no balance of the
 * house may refuse what is owed. `name` is part of the transfer's id and never changes.
 */
export function mintLeg<const Amount extends string>(leg: { name: string; house: Stock; amount: Amount }) {
  const { name, house, amount } = leg;
  return { name, kind: 'mint', mode: 'shortfall', debit: { house: 'issuance' }, credit: { house }, amount } as const;
}

/** The effect of `mintLeg` on the accounts it touches. */
export function mintEffects(house: Stock) {
  return [
    { account: { house: 'issuance' }, isOpen: true },
    { account: { house }, isOpen: true },
  ] as const;
}

/** Legs and effects of ducats that the house gives into one wallet; `leg` is part of the transfer's id. */
export function houseGives({ house, leg, kind }: { house: Stock; leg: string; kind: TransferKind }) {
  return {
    legs: [
      mintLeg({ name: 'mint', house, amount: 'ducats' }),
      { name: leg, kind, debit: { house }, credit: { party: 'wallet' }, amount: 'ducats' },
    ],
    effects: [...mintEffects(house), { account: { party: 'wallet' }, gains: ['ducats'] }],
  } as const;
}
