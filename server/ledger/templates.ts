import { systemAccountId } from '#server/ledger/accounts.ts';
import type { AccountKind, Asset, TransferKind, TransferRequest } from '#server/ledger/schema.ts';
import { proveTemplate } from '#server/ledger/template-proof.ts';
import { amountMinorMax } from '#server/money/money.ts';
import { invariant } from '#server/platform/invariant.ts';

/**
 * Posting templates: each business event is declared once, with its legs and what they promise, and the promise is
 * proved when it is registered. The idea is Modern Treasury's and Formance's (declare the movement, then bind the
 * amounts); the proof is ours.
 */

/** An account of the house, or one that a party brings: the buyer's wallet, the order's escrow. */
export type AccountReference<Party extends string> = { house: AccountKind } | { party: Party };

/** What an amount is counted in, and what it may be, both ends included. In minor units. */
export interface AmountRange {
  asset: Asset;
  leastMinor: bigint;
  mostMinor: bigint;
}

/** Of an amount that may be missing: its leg is left out then. */
export function zeroOrMore(asset: Asset): AmountRange {
  return { asset, leastMinor: 0n, mostMinor: amountMinorMax };
}

/** Of an amount without which the event is none. */
export function oneOrMore(asset: Asset): AmountRange {
  return { asset, leastMinor: 1n, mostMinor: amountMinorMax };
}

/** Amounts that add up to something; of a name that stands twice, twice. */
export type Sum<Amount extends string> = readonly Amount[];

export interface TemplateLeg<Amount extends string, Party extends string> {
  /** Part of the transfer's id, so it never changes; and no other leg has it. */
  name: string;
  kind: TransferKind;
  debit: AccountReference<Party>;
  credit: AccountReference<Party>;
  amount: Amount;
  /** `shortfall`: at most the amount, and only what the credit account lacks; a later leg takes the amount from it. */
  mode?: 'exact' | 'shortfall';
}

/** What a business event may do to the books. */
export interface TemplateDeclaration<Amount extends string, Party extends string> {
  name: string;
  amounts: Readonly<Record<Amount, AmountRange>>;
  /** What kind of account each party brings. */
  parties: Readonly<Record<Party, { kind: AccountKind; asset: Asset }>>;
  legs: readonly TemplateLeg<Amount, Party>[];
  /** What is always equal: gross = float + fee + tax. Amounts that break one are never posted. */
  equations: readonly { left: Sum<Amount>; right: Sum<Amount> }[];
  /** What each account gains (or, as `loses`, gives). Every account that an exact leg names is here. */
  effects: readonly Effect<Amount, Party>[];
  /** Which amount is rounded where it is computed, and which takes the rest; null where nothing is rounded. */
  rounding: { rounded: Amount; takesTheRest: Amount } | null;
}

/** `open`: filled up by a shortfall leg, so its change depends on what it holds. Clearing accounts keep nothing. */
export type Effect<Amount extends string, Party extends string> = { account: AccountReference<Party> } & (
  { gains: Sum<Amount> } | { loses: Sum<Amount> } | { isCleared: true } | { isOpen: true }
);

/** A declaration whose promises were proved. */
export interface Template<Amount extends string, Party extends string> extends TemplateDeclaration<Amount, Party> {
  readonly isProved: true;
}

/** Template of any amounts and parties, for lists of them. */
export type AnyTemplate = Template<string, string>;

/**
 * Registers a template. Throws, naming the template and the fault, when a promise does not follow from the legs: a
 * declaration is code, so a wrong one never gets as far as running.
 */
export function defineTemplate<const Amount extends string, const Party extends string>(
  declaration: TemplateDeclaration<Amount, Party>,
): Template<Amount, Party> {
  proveTemplate(declaration);
  return { ...declaration, isProved: true };
}

export interface Binding<Amount extends string, Party extends string> {
  /** In minor units, within their ranges. Legs of nothing are left out. */
  amounts: Readonly<Record<Amount, bigint>>;
  /** The account of each party. */
  parties: Readonly<Record<Party, bigint>>;
  /** The transfer's id, of the leg's name alone: the same whether or not another leg is left out. */
  idOf: (leg: string) => string;
  reference: string;
}

/**
 * The transfers of one event, in the order of the legs, for `postLinked`.
 * Amounts that break a promised equation or leave their range, and parties that share an account, are a defect of the
 * caller and throw: nothing is posted.
 */
export function bindTemplate<Amount extends string, Party extends string>(
  template: Template<Amount, Party>,
  binding: Binding<Amount, Party>,
): TransferRequest[] {
  const names = Object.keys(template.amounts) as Amount[];
  for (const name of names) {
    const { leastMinor, mostMinor } = template.amounts[name];
    const isWithin = binding.amounts[name] >= leastMinor && binding.amounts[name] <= mostMinor;
    invariant(isWithin, `${template.name}: ${name} is from ${String(leastMinor)} to ${String(mostMinor)}`);
  }
  const accounts = Object.values<bigint>(binding.parties);
  invariant(new Set(accounts).size === accounts.length, `${template.name}: every party has an account of its own`);
  for (const { left, right } of template.equations) {
    const holds = totalOf(left, binding.amounts) === totalOf(right, binding.amounts);
    invariant(holds, `${template.name}: ${left.join(' + ')} = ${right.join(' + ')}`);
  }
  return template.legs
    .filter((leg) => binding.amounts[leg.amount] > 0n)
    .map((leg) => {
      const { asset } = template.amounts[leg.amount];
      const accountOf = (reference: AccountReference<Party>): bigint =>
        'party' in reference ? binding.parties[reference.party] : systemAccountId(reference.house, asset);
      return {
        id: binding.idOf(leg.name),
        debitAccountId: accountOf(leg.debit),
        creditAccountId: accountOf(leg.credit),
        amountMinor: binding.amounts[leg.amount],
        kind: leg.kind,
        reference: binding.reference,
        ...(leg.mode === 'shortfall' ? { mode: leg.mode } : {}),
      };
    });
}

/** What some amounts come to. */
export function totalOf<Amount extends string>(sum: Sum<Amount>, amounts: Readonly<Record<Amount, bigint>>): bigint {
  return sum.reduce((total, name) => total + amounts[name], 0n);
}
