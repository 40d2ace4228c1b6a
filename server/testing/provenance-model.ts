/**
 * Provenance a second time, as naively as can be: every single unit is a record of its own, every take sorts all of
 * them, and nothing is kept that could be stale. It shares no code with `server/provenance`.
 */

export interface Unit {
  serial: bigint;
  accountId: bigint;
  kind: string;
  source: string;
  origin: string;
  since: bigint;
  holdUntil: bigint | null;
  expiresAt: bigint | null;
  /** What it was before a sale. */
  parent: UnitFacts | null;
  /** One number for all units that became what they are together. */
  made: string;
  arrivedBy: string;
  /** One word for all units that have stayed together since they were struck. */
  lot: string;
  /** Transfers it went through, and what it was before each. */
  hands: { transferId: string; before: UnitFacts | null }[];
}

type UnitFacts = Pick<Unit, 'kind' | 'source' | 'origin' | 'since' | 'holdUntil' | 'expiresAt' | 'parent' | 'made'>;

export type ModelAccountKind = 'issuance' | 'treasury' | 'promotion' | 'fees' | 'suspense' | 'wallet' | 'escrow';

export interface ModelNote {
  kind: string;
  source: string;
  holdUntil: bigint | null;
  expiresAt: bigint | null;
}

export type ModelRule =
  { source: string; kind?: string } | { heldEarnedOf: string } | { clearedEarned: true } | { returnOf: string };

export interface ModelTransfer {
  id: string;
  from: bigint;
  to: bigint;
  amount: bigint;
  kind: string;
  at: bigint;
  note?: ModelNote;
  rule?: ModelRule;
}

export interface ModelHold {
  source?: string;
  accountId?: bigint;
  until: bigint | null;
  isLift: boolean;
  at: bigint;
}

export class ProvenanceModel {
  readonly units: Unit[] = [];
  readonly #kinds = new Map<bigint, ModelAccountKind>();
  readonly #holds: ModelHold[] = [];
  readonly #returned = new Map<string, Map<string, number>>();

  open(accountId: bigint, kind: ModelAccountKind): void {
    this.#kinds.set(accountId, kind);
  }

  hold(hold: ModelHold): void {
    this.#holds.push(hold);
  }

  of(accountId: bigint): Unit[] {
    return this.units.filter((unit) => unit.accountId === accountId);
  }

  isHeld(unit: Unit, at: bigint): boolean {
    return this.#heldUntil(unit, unit.accountId, at) > at;
  }

  book(transfer: ModelTransfer): void {
    const { id, from, to, amount, rule } = transfer;
    const taken = this.#kindOf(from) === 'issuance' ? this.#strike(amount) : this.#chosen(transfer);
    if (BigInt(taken.length) !== amount) fail('an account gave units that it does not hold');
    const next =
      rule !== undefined && 'returnOf' in rule ? this.#giveBack(taken, rule.returnOf) : new Map<Unit, UnitFacts>();
    for (const unit of taken) {
      const given = next.get(unit);
      const facts = given ?? this.#becomes(unit, transfer);
      unit.hands.push({ transferId: id, before: unit.hands.length === 0 ? null : factsOf(unit) });
      const lot = `${unit.lot}, ${id} ${given?.made ?? ''}`;
      Object.assign(unit, facts, { accountId: to, arrivedBy: id, lot });
    }
  }

  #giveBack(taken: readonly Unit[], returnOf: string): Map<Unit, UnitFacts> {
    const next = new Map<Unit, UnitFacts>();
    const counts = this.#returned.get(returnOf) ?? new Map<string, number>();
    this.#returned.set(returnOf, counts);
    const give = (unit: Unit, facts: UnitFacts) => {
      counts.set(facts.made, (counts.get(facts.made) ?? 0) + 1);
      next.set(unit, facts);
    };
    for (const unit of taken.filter(({ arrivedBy }) => arrivedBy === returnOf)) {
      const before = unit.hands.findLast(({ transferId }) => transferId === returnOf)?.before;
      if (before !== null && before !== undefined) give(unit, before);
    }
    const lost = this.#lostFacts(returnOf);
    taken
      .filter(({ arrivedBy }) => arrivedBy !== returnOf)
      .forEach((unit, index) => {
        const facts = lost[index];
        if (facts !== undefined) give(unit, facts);
      });
    return next;
  }

  /** Facts that a transfer took away, one per unit, less those that were given back. */
  #lostFacts(transferId: string): UnitFacts[] {
    const lost = this.units
      .flatMap((unit) =>
        unit.hands.flatMap((hand) =>
          hand.transferId === transferId ? [{ serial: unit.serial, before: hand.before }] : [],
        ),
      )
      .sort((left, right) => sign(left.serial - right.serial))
      .flatMap(({ before }) => (before === null ? [] : [before]));
    const byFacts = [...Map.groupBy(lost, (facts) => facts.made).values()];
    return byFacts.flatMap((group) => group.slice(this.#returned.get(transferId)?.get(group[0]?.made ?? '') ?? 0));
  }

  #kindOf(accountId: bigint): ModelAccountKind {
    return this.#kinds.get(accountId) ?? fail('an account that nobody opened');
  }

  #heldUntil(facts: UnitFacts, accountId: bigint, at: bigint): bigint {
    let until = facts.holdUntil ?? 0n;
    for (const hold of this.#holds.filter((each) => each.at < at && each.accountId === undefined)) {
      const isOwn = hold.source === facts.source;
      const isOfOrigin = facts.parent !== null && hold.source === facts.origin && hold.at > facts.since;
      if (!isOwn && !isOfOrigin) continue;
      if (hold.isLift && hold.at <= facts.since) continue;
      if (hold.isLift) until = hold.until ?? 0n;
      else if (facts.kind !== 'earned' || until > hold.at) until = max(until, hold.until ?? 0n);
    }
    const ofAccount = this.#holds.filter((each) => each.at < at && each.accountId === accountId).at(-1);
    return ofAccount === undefined ? until : max(until, ofAccount.until ?? 0n);
  }

  #rank(unit: Unit, at: bigint): number {
    if (unit.kind === 'granted') return 0;
    if (unit.kind === 'bought') return this.isHeld(unit, at) ? 2 : 1;
    if (unit.kind === 'earned') return this.isHeld(unit, at) ? 3 : 4;
    return -1;
  }

  #chosen({ from, amount, at, rule }: ModelTransfer): Unit[] {
    const kind = this.#kindOf(from);
    const isHouse = kind !== 'wallet' && kind !== 'escrow';
    const held = this.of(from);
    const sizes = new Map([...Map.groupBy(held, ({ lot }) => lot)].map(([lot, units]) => [lot, units.length]));
    const standing = held.sort(isHouse ? byAge : (left, right) => byStanding(left, right, sizes));
    // A rule picks by what never changes; only the rest goes by the order of the moment.
    const fits =
      rule === undefined ? [] : standing.filter((unit) => this.#fits(unit, rule, at)).slice(0, Number(amount));
    const others = standing.filter((unit) => !fits.includes(unit));
    const missing = amount - BigInt(fits.length);
    if (missing === 0n) return fits;
    if (kind === 'escrow') return [...fits, ...shares(others, missing)];
    const inOrder = isHouse ? others : others.sort((left, right) => this.#rank(left, at) - this.#rank(right, at));
    return [...fits, ...inOrder.slice(0, Number(missing))];
  }

  #fits(unit: Unit, rule: ModelRule, at: bigint): boolean {
    if ('source' in rule) return unit.source === rule.source && (rule.kind === undefined || rule.kind === unit.kind);
    if ('heldEarnedOf' in rule)
      return unit.kind === 'earned' && unit.origin === rule.heldEarnedOf && this.isHeld(unit, at);
    if ('clearedEarned' in rule) return unit.kind === 'earned' && !this.isHeld(unit, at);
    return unit.arrivedBy === rule.returnOf;
  }

  #becomes(unit: Unit, transfer: ModelTransfer): UnitFacts {
    const { id, from, to, at, note, kind } = transfer;
    const plain = { since: at, parent: null, made: id, holdUntil: null, expiresAt: null };
    const stock = (type: string) => ({ ...plain, kind: 'stock', source: `${type} ${id}`, origin: `${type} ${id}` });
    const isNew = unit.hands.length === 0;
    if (note !== undefined && note.kind !== 'earned') return { ...plain, ...note, origin: note.source };
    const isSale = note !== undefined || (kind === 'sale_payout' && this.#kindOf(from) === 'escrow');
    if (isSale && !isNew && unit.kind !== 'stock') return this.#sold(unit, transfer);
    if (['treasury', 'promotion'].includes(this.#kindOf(to))) return stock(isNew ? 'mint' : 'return');
    if (!isNew && unit.kind !== 'stock') return factsOf(unit);
    if (['wallet', 'escrow'].includes(this.#kindOf(to))) {
      const source = `${kind === 'grant' ? 'grant' : 'transfer'} ${id}`;
      return { ...plain, kind: kind === 'top_up_base' ? 'bought' : 'granted', source, origin: source };
    }
    return isNew ? stock('mint') : factsOf(unit);
  }

  #sold(unit: Unit, { id, from, at, note }: ModelTransfer): UnitFacts {
    const isGift = unit.kind === 'granted';
    const hold = max(note?.holdUntil ?? 0n, this.#heldUntil(unit, from, at));
    return {
      kind: isGift ? 'granted' : 'earned',
      source: note?.source ?? `transfer ${id}`,
      origin: unit.origin,
      since: at,
      holdUntil: hold === 0n ? null : hold,
      expiresAt: isGift ? unit.expiresAt : null,
      parent: factsOf(unit),
      made: `${id} ${unit.made}`,
    };
  }

  #strike(amount: bigint): Unit[] {
    const first = BigInt(this.units.length) + 1n;
    const fresh = Array.from({ length: Number(amount) }, (_, place) => struckUnit(first + BigInt(place)));
    this.units.push(...fresh);
    return fresh;
  }
}

function struckUnit(serial: bigint): Unit {
  const nothing = { since: 0n, holdUntil: null, expiresAt: null, parent: null, made: '', arrivedBy: '', hands: [] };
  return { serial, accountId: 0n, kind: 'stock', source: '', origin: '', lot: '', ...nothing };
}

/** What stays is divided over the facts by largest remainder. */
function shares(held: readonly Unit[], amount: bigint): Unit[] {
  const groups = [...Map.groupBy(held, (unit) => unit.made).values()];
  const all = BigInt(held.length);
  const stay = all - amount;
  const whole = groups.map((group) => (stay * BigInt(group.length)) / all);
  const rests = groups.map((group, index) => ({ index, rest: (stay * BigInt(group.length)) % all }));
  let left = stay - whole.reduce((sum, each) => sum + each, 0n);
  for (const { index } of rests.sort((a, b) => sign(b.rest - a.rest) || a.index - b.index)) {
    if (left === 0n) break;
    whole[index] = (whole[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return groups.flatMap((group, index) => group.slice(0, group.length - Number(whole[index])));
}

const kindOrder = ['granted', 'bought', 'earned', 'stock'];
const never = 1n << 70n;

/** `sizes`: of how many units each lot is. */
function byStanding(left: Unit, right: Unit, sizes: ReadonlyMap<string, number>): number {
  const expiry = (unit: Unit) => (unit.kind === 'granted' ? (unit.expiresAt ?? never) : 0n);
  return (
    kindOrder.indexOf(left.kind) - kindOrder.indexOf(right.kind) ||
    sign(expiry(left) - expiry(right)) ||
    sign(left.since - right.since) ||
    (sizes.get(right.lot) ?? 0) - (sizes.get(left.lot) ?? 0) ||
    byAge(left, right)
  );
}

function byAge(left: Unit, right: Unit): number {
  return sign(left.since - right.since) || sign(right.serial - left.serial);
}

function factsOf({ kind, source, origin, since, holdUntil, expiresAt, parent, made }: Unit): UnitFacts {
  return { kind, source, origin, since, holdUntil, expiresAt, parent, made };
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

function sign(difference: bigint): number {
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function fail(message: string): never {
  throw new Error(message);
}
