import type { AccountKind } from '#server/ledger/kinds.ts';
import {
  defineTemplate,
  oneOrMore,
  type AccountReference,
  type Template,
  type TemplateDeclaration,
} from '#server/ledger/templates.ts';
import type { Asset } from '#server/money/money.ts';

/** One side of a correction: an account of the house, or an owner's. */
export interface CorrectionEnd {
  kind: AccountKind;
  isHouse: boolean;
}

export interface CorrectionEnds {
  asset: Asset;
  /** What the corrected transfer credited, and the correction takes from. */
  giver: CorrectionEnd;
  /** What the corrected transfer debited, and the correction gives back to. */
  taker: CorrectionEnd;
}

/** The parties that a correction may have; those that are accounts of the house are none. */
export type CorrectionParty = 'giver' | 'taker';

/**
 * A manual correction: money goes back the way it came, in whole or in part. Which accounts these are is known only when
 * a transfer is named, so the declaration is made for their kinds and proved there and then, as every other template is.
 * Throws where a side is a clearing account: a single transfer that goes back through it would leave money in it.
 */
export function correctionTemplate({ asset, giver, taker }: CorrectionEnds): Template<'corrected', CorrectionParty> {
  const debit = referenceOf('giver', giver);
  const credit = referenceOf('taker', taker);
  const parties = {
    ...(giver.isHouse ? {} : { giver: { kind: giver.kind, asset } }),
    ...(taker.isHouse ? {} : { taker: { kind: taker.kind, asset } }),
  } as Record<CorrectionParty, { kind: AccountKind; asset: Asset }>;
  const declaration: TemplateDeclaration<'corrected', CorrectionParty> = {
    name: `correction_${asset}_${nameOf(giver)}_${nameOf(taker)}`.toLowerCase(),
    amounts: { corrected: oneOrMore(asset) },
    parties,
    equations: [],
    rounding: null,
    legs: [{ name: 'correction', kind: 'reversal', debit, credit, amount: 'corrected' }],
    effects: [
      { account: debit, loses: ['corrected'] },
      { account: credit, gains: ['corrected'] },
    ],
  };
  return defineTemplate(declaration);
}

function referenceOf(party: CorrectionParty, end: CorrectionEnd): AccountReference<CorrectionParty> {
  return end.isHouse ? { house: end.kind } : { party };
}

function nameOf(end: CorrectionEnd): string {
  return end.isHouse ? `house_${end.kind}` : end.kind;
}
