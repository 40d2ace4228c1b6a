import { accountKindOf, clearingKinds, transferKinds } from '#server/ledger/kinds.ts';
import type { Asset } from '#server/ledger/schema.ts';
import type { AccountReference, Effect, Sum, TemplateDeclaration, TemplateLeg } from '#server/ledger/templates.ts';
import { amountMinorMax } from '#server/money/money.ts';
import { invariant } from '#server/platform/invariant.ts';

type Declaration = TemplateDeclaration<string, string>;
type Reference = AccountReference<string>;

/** Coefficients by amount name; what is not there is 0. */
type Vector = ReadonlyMap<string, bigint>;

/**
 * Proves what a template promises, for all amounts at once: every change of an account is a vector over the amounts,
 * every promised equation is a vector that is zero, and a promise holds exactly when the difference between what the
 * legs do and what is declared is a combination of the equations. Rational arithmetic on integers, so nothing is
 * rounded.
 *
 * Throws at the first fault: a range that no transfer can have; a leg between accounts of different assets, with itself,
 * of an unknown kind or without a declared effect; a shortfall that nobody draws on afterwards; a declared effect that the
 * legs do not have; a clearing account that keeps something; an equation between different assets, one that no amounts in
 * their ranges fulfil, or one that no account's change needs; a rounding whose rest nothing determines.
 */
export function proveTemplate(declaration: Declaration): void {
  checkRanges(declaration);
  for (const leg of declaration.legs) checkLeg(declaration, leg);
  checkShortfalls(declaration);
  const names = declaration.legs.map((leg) => leg.name);
  must(declaration, new Set(names).size === names.length, 'two legs have one name');
  for (const name of Object.keys(declaration.amounts)) {
    const isUsed = [...declaration.legs.map((leg) => leg.amount), ...declaration.equations.flatMap(bothSides)];
    must(declaration, isUsed.includes(name), `${name} is used nowhere`);
  }
  const basis = declaration.equations.map((equation) => equationVector(declaration, equation));
  checkEffects(declaration, basis);
  checkEquationsMatter(declaration, basis);
  checkRounding(declaration);
}

/** Whether a vector is a combination of others with rational factors: it is zero wherever they all are. */
export function isCombination(vector: Vector, basis: readonly Vector[]): boolean {
  const reduced: { pivot: string; row: Vector }[] = [];
  for (const candidate of basis) {
    const row = reduced.reduce((rest, step) => eliminate(rest, step), candidate);
    const pivot = firstName(row);
    if (pivot !== undefined) reduced.push({ pivot, row });
  }
  // No row holds the pivot of a row before it, so in this order no step brings back what an earlier one took away.
  return firstName(reduced.reduce((rest, step) => eliminate(rest, step), vector)) === undefined;
}

function eliminate(vector: Vector, { pivot, row }: { pivot: string; row: Vector }): Vector {
  const factor = vector.get(pivot) ?? 0n;
  const divisor = row.get(pivot) ?? 0n;
  if (factor === 0n) return vector;
  return combine(scaled(vector, divisor), scaled(row, -factor));
}

/** Single intervals per equation: enough to find a range that was mistyped, not a solver. */
function checkRanges(declaration: Declaration): void {
  for (const [name, { leastMinor, mostMinor }] of Object.entries(declaration.amounts)) {
    const isSound = leastMinor >= 0n && leastMinor <= mostMinor && mostMinor <= amountMinorMax;
    must(declaration, isSound, `${name} has a range that no transfer can have`);
  }
  for (const { left, right } of declaration.equations) {
    const end = (sum: Sum<string>, which: 'leastMinor' | 'mostMinor'): bigint =>
      sum.reduce((total, name) => total + (declaration.amounts[name]?.[which] ?? 0n), 0n);
    const canHold =
      end(left, 'leastMinor') <= end(right, 'mostMinor') && end(right, 'leastMinor') <= end(left, 'mostMinor');
    must(declaration, canHold, `${left.join(' + ')} = ${right.join(' + ')} holds for no amounts in their ranges`);
  }
}

/** What is filled up is filled up for a leg that comes later and takes the same amount: else the floor could refuse it. */
function checkShortfalls(declaration: Declaration): void {
  for (const [position, leg] of declaration.legs.entries()) {
    if (leg.mode !== 'shortfall') continue;
    const isDrawnOn = declaration.legs
      .slice(position + 1)
      .some((later) => keyOf(later.debit) === keyOf(leg.credit) && later.amount === leg.amount);
    must(declaration, isDrawnOn, `leg ${leg.name} fills up for no later leg`);
  }
}

function checkLeg(declaration: Declaration, leg: TemplateLeg<string, string>): void {
  const asset = assetOf(declaration, leg.amount);
  must(declaration, asset !== undefined, `leg ${leg.name} moves ${leg.amount}, which is no amount`);
  must(declaration, Object.hasOwn(transferKinds, leg.kind), `leg ${leg.name} is of no known kind`);
  must(declaration, keyOf(leg.debit) !== keyOf(leg.credit), `leg ${leg.name} stays on one account`);
  for (const reference of [leg.debit, leg.credit]) {
    const isOfAsset = holds(declaration, reference, asset);
    must(declaration, isOfAsset, `leg ${leg.name} moves ${asset} on ${keyOf(reference)}, which holds none`);
  }
}

function holds(declaration: Declaration, reference: Reference, asset: Asset): boolean {
  if ('house' in reference) return (accountKindOf(reference.house, asset)?.houseAccountId ?? null) !== null;
  const party = declaration.parties[reference.party];
  return party !== undefined && party.asset === asset && accountKindOf(party.kind, party.asset)?.perOwner === true;
}

function equationVector(declaration: Declaration, equation: Declaration['equations'][number]): Vector {
  const assets = new Set(bothSides(equation).map((name) => assetOf(declaration, name)));
  must(declaration, assets.size === 1 && !assets.has(undefined), 'an equation is between amounts of one asset');
  return combine(vectorOf(equation.left), scaled(vectorOf(equation.right), -1n));
}

function checkEffects(declaration: Declaration, basis: readonly Vector[]): void {
  const effects = new Map(declaration.effects.map((effect) => [keyOf(effect.account), effect]));
  must(declaration, effects.size === declaration.effects.length, 'an account has two effects');
  for (const { name, debit, credit } of declaration.legs) {
    for (const reference of [debit, credit]) {
      must(
        declaration,
        effects.has(keyOf(reference)),
        `leg ${name} changes ${keyOf(reference)}, and no effect says so`,
      );
    }
  }
  for (const [key, effect] of effects) {
    const moved = declaration.legs.filter((leg) => touches(leg, key)).map((leg) => assetOf(declaration, leg.amount));
    must(declaration, moved.length > 0, `${key} has an effect, but no leg changes it`);
    must(declaration, new Set(moved).size <= 1, `${key} would stand for accounts of two assets`);
    const isClearing = 'house' in effect.account && clearingKinds.includes(effect.account.house);
    must(declaration, !isClearing || 'isCleared' in effect, `${key} is a clearing account and must be cleared`);
    const isFilledUp = declaration.legs.some((leg) => leg.mode === 'shortfall' && touches(leg, key));
    if ('isOpen' in effect) {
      must(declaration, isFilledUp, `${key} is open, but no leg fills it up`);
      continue;
    }
    must(declaration, !isFilledUp, `${key} is filled up, so what it gains is open`);
    const difference = combine(changeOf(declaration, key), scaled(declaredChange(effect), -1n));
    must(declaration, isCombination(difference, basis), `${key} does not change as declared`);
  }
}

/** An equation that no account needs is a promise about nothing: the legs do not carry it. */
function checkEquationsMatter(declaration: Declaration, basis: readonly Vector[]): void {
  for (const [index, equation] of declaration.equations.entries()) {
    const others = basis.filter((_, position) => position !== index);
    const isNeeded = declaration.effects.some((effect) => {
      if ('isOpen' in effect) return false;
      const difference = combine(changeOf(declaration, keyOf(effect.account)), scaled(declaredChange(effect), -1n));
      return !isCombination(difference, others);
    });
    must(declaration, isNeeded, `${equation.left.join(' + ')} = ${equation.right.join(' + ')} follows from no leg`);
  }
}

function checkRounding({ rounding, equations, name }: Declaration): void {
  if (rounding === null) return;
  const isDetermined = equations.some((equation) => {
    const named = bothSides(equation);
    const isAnother = rounding.rounded !== rounding.takesTheRest && named.includes(rounding.rounded);
    return isAnother && named.filter((amount) => amount === rounding.takesTheRest).length === 1;
  });
  invariant(isDetermined, `template ${name}: no equation gives ${rounding.takesTheRest} the rest`);
}

function declaredChange(effect: Exclude<Effect<string, string>, { isOpen: true }>): Vector {
  if ('gains' in effect) return vectorOf(effect.gains);
  return 'loses' in effect ? scaled(vectorOf(effect.loses), -1n) : new Map();
}

/** Credits less debits of an account, over all legs. */
function changeOf({ legs }: Declaration, key: string): Vector {
  return legs.reduce<Vector>((change, leg) => {
    const sign = (keyOf(leg.credit) === key ? 1n : 0n) - (keyOf(leg.debit) === key ? 1n : 0n);
    return combine(change, new Map([[leg.amount, sign]]));
  }, new Map());
}

function assetOf(declaration: Declaration, amount: string): Asset | undefined {
  return declaration.amounts[amount]?.asset;
}

function touches(leg: TemplateLeg<string, string>, key: string): boolean {
  return keyOf(leg.debit) === key || keyOf(leg.credit) === key;
}

function keyOf(reference: Reference): string {
  return 'party' in reference ? `the ${reference.party}` : `the house's ${reference.house}`;
}

function bothSides({ left, right }: Declaration['equations'][number]): string[] {
  return [...left, ...right];
}

function vectorOf(sum: Sum<string>): Vector {
  return sum.reduce<Vector>((vector, name) => combine(vector, new Map([[name, 1n]])), new Map());
}

function combine(left: Vector, right: Vector): Vector {
  const names = new Set([...left.keys(), ...right.keys()]);
  return new Map([...names].map((name) => [name, (left.get(name) ?? 0n) + (right.get(name) ?? 0n)]));
}

function scaled(vector: Vector, factor: bigint): Vector {
  return new Map([...vector].map(([name, value]) => [name, value * factor]));
}

function firstName(vector: Vector): string | undefined {
  return [...vector].find(([, value]) => value !== 0n)?.[0];
}

function must(declaration: Declaration, condition: boolean, fault: string): asserts condition {
  invariant(condition, `template ${declaration.name}: ${fault}`);
}
