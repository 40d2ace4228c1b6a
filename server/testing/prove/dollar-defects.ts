import type { Defect, SourceSubstitution } from './planting.ts';

function planted(name: string, source: SourceSubstitution): Defect {
  return { name: `free dollars: ${name}`, source, red: ['payments/no-free-dollars'] };
}

/** Ways in which a ducat that must not would become dollars. */
export const dollarDefects: readonly Defect[] = [
  planted('a cash-out ignores holds', {
    file: 'server/provenance/queries.ts',
    search: 'return (await amountsOf(db, accountId, at)).earned.clearedMinor;',
    replacement: `const { earned } = await amountsOf(db, accountId, at);
  return earned.clearedMinor + earned.heldMinor;`,
  }),
  planted('an earning is held no longer than its seller’s level says', {
    file: 'server/provenance/colour.ts',
    search: 'holdUntil: later(note?.holdUntil ?? null, ofSource),',
    replacement: 'holdUntil: ofSource === null ? null : (note?.holdUntil ?? null),',
  }),
  planted('granted ducats lose their colour in a sale', {
    file: 'server/provenance/colour.ts',
    search: "kind: parent.kind === 'granted' ? 'granted' : 'earned',",
    replacement: "kind: 'earned',",
  }),
  planted('a gift becomes earned', {
    file: 'server/provenance/colour.ts',
    search: "(transfer.kind === 'sale_payout' && giver.kind === 'escrow');",
    replacement: "transfer.kind === 'peer_transfer' || transfer.kind === 'sale_payout';",
  }),
  planted('an order that is given up becomes earned', {
    file: 'server/provenance/colour.ts',
    search: "(transfer.kind === 'sale_payout' && giver.kind === 'escrow');",
    replacement: "giver.kind === 'escrow';",
  }),
  planted('a refund pays for the bonus too', {
    file: 'server/payments/refunds/refund-rules.ts',
    search: 'totalMinor: priceMinor + feeMinor + taxMinor,',
    replacement: 'totalMinor: priceMinor + feeMinor + taxMinor + paid.bonusMinor / 10n,',
  }),
  planted('a refund takes back no bonus', {
    file: 'server/payments/refunds/refund-rules.ts',
    search: 'bonusMinor: notBelowZero(ceilingShare(paid.bonusMinor, share) - refunded.bonusMinor),',
    replacement: 'bonusMinor: 0n,',
  }),
];
