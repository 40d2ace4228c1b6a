/**
 * What may become dollars, told a second time and as naively as can be: lists of lots in every pocket, sorted anew for
 * every step. It shares no code with the product, and knows of it only the rules that are written down for people: the
 * order of spending, that what is sold is earned unless granted ducats paid it, and how long what is held.
 */

export type Colour = 'bought' | 'granted' | 'earned';

interface Lot {
  /** Serials from `from` up to, and not including, `until`: one for each centesimo. */
  from: bigint;
  until: bigint;
  colour: Colour;
  /** The top-up that brought them, or the order in which they were earned. */
  source: string;
  /** A number that grows with every event: age. */
  since: bigint;
  heldUntilMs: number;
  /** One word for all that became what it is together. */
  made: string;
}

export interface Charge {
  topUpId: string;
  citizenId: string;
  /** Cents: before the fee, and with it. */
  priceMinor: bigint;
  totalMinor: bigint;
  /** Centesimi. */
  baseMinor: bigint;
  bonusMinor: bigint;
  heldUntilMs: number;
  /** Cents of the price that were given back. */
  refundedMinor: bigint;
}

interface Sale {
  orderId: string;
  /** Centesimi that the seller got. */
  shareMinor: bigint;
  heldUntilMs: number;
}

export class LotsModel {
  readonly charges: Charge[] = [];
  readonly sales: Sale[] = [];
  readonly #pockets = new Map<string, Lot[]>();
  #events = 0n;
  /** The treasury gives the highest serials of its mint first. */
  #nextSerial = 1n << 60n;

  topUp(charge: Omit<Charge, 'refundedMinor'>): void {
    const { topUpId: source, citizenId, baseMinor, bonusMinor, heldUntilMs } = charge;
    this.charges.push({ ...charge, refundedMinor: 0n });
    this.#events += 1n;
    const lot = (colour: Colour, amountMinor: bigint, until: number): Lot[] => {
      if (amountMinor === 0n) return [];
      const last = this.#nextSerial;
      this.#nextSerial -= amountMinor;
      const facts = { colour, source, since: this.#events, heldUntilMs: until, made: `${source} ${colour}` };
      return [{ from: this.#nextSerial, until: last, ...facts }];
    };
    this.#pocket(citizenId).push(...lot('bought', baseMinor, heldUntilMs), ...lot('granted', bonusMinor, 0));
  }

  /** Units stay what they are: a purchase into its order, a gift, an order that is given up. */
  give(move: { from: string; to: string; amountMinor: bigint; atMs: number }): void {
    this.#events += 1n;
    const taken = this.#take(move.from, move.amountMinor, (lots) => bySpending(lots, move.atMs));
    this.#pocket(move.to).push(...taken);
  }

  /** The seller gets all but the fee, of every source the same part; each part is held at least as long as its source. */
  sell(sale: { orderId: string; sellerId: string; feeMinor: bigint; heldUntilMs: number }): void {
    const { orderId, sellerId, feeMinor, heldUntilMs } = sale;
    this.#events += 1n;
    const lots = standing(this.#pocket(orderId));
    this.#pockets.delete(orderId);
    const groups = [...Map.groupBy(lots, ({ made }) => made).values()];
    const fees = largestRemainder(feeMinor, groups.map(sizeOfAll));
    const shareMinor = sizeOfAll(lots) - feeMinor;
    for (const [index, group] of groups.entries()) {
      const paid = upperEnds(group, sizeOfAll(group) - (fees[index] ?? 0n)).taken;
      this.#pocket(sellerId).push(
        ...paid.map((lot) => ({
          ...lot,
          colour: lot.colour === 'granted' ? ('granted' as const) : ('earned' as const),
          source: orderId,
          since: this.#events,
          heldUntilMs: Math.max(lot.heldUntilMs, heldUntilMs),
          made: `${orderId} ${lot.made}`,
        })),
      );
    }
    this.sales.push({ orderId, shareMinor, heldUntilMs });
  }

  /** What of a top-up its buyer still has. */
  unspent(charge: Pick<Charge, 'topUpId' | 'citizenId'>, colour: Colour): bigint {
    const own = this.#pocket(charge.citizenId).filter((lot) => lot.source === charge.topUpId && lot.colour === colour);
    return sizeOfAll(own);
  }

  refund(charge: Charge, parts: { priceMinor: bigint; baseMinor: bigint; bonusMinor: bigint }): void {
    const ofCharge = (colour: Colour) => (lots: readonly Lot[]) =>
      standing(lots.filter((lot) => lot.source === charge.topUpId && lot.colour === colour));
    this.#take(charge.citizenId, parts.baseMinor, ofCharge('bought'));
    this.#take(charge.citizenId, parts.bonusMinor, ofCharge('granted'));
    charge.refundedMinor += parts.priceMinor;
  }

  cashOut(citizenId: string, amountMinor: bigint, atMs: number): void {
    this.#take(citizenId, amountMinor, (lots) => standing(lots.filter((lot) => isCashable(lot, atMs))));
  }

  /** Earned, of bought ducats in the end, and free: the only thing that becomes dollars. */
  cashable(citizenId: string, atMs: number): bigint {
    return sizeOfAll(this.#pocket(citizenId).filter((lot) => isCashable(lot, atMs)));
  }

  /** What a pocket holds by colour, free and held. */
  amounts(citizenId: string, atMs: number): Record<Colour, { clearedMinor: bigint; heldMinor: bigint }> {
    const amount = (colour: Colour) => {
      const lots = this.#pocket(citizenId).filter((lot) => lot.colour === colour);
      const held = sizeOfAll(lots.filter((lot) => lot.heldUntilMs > atMs));
      return { clearedMinor: sizeOfAll(lots) - held, heldMinor: held };
    };
    return { bought: amount('bought'), granted: amount('granted'), earned: amount('earned') };
  }

  balance(pocket: string): bigint {
    return sizeOfAll(this.#pocket(pocket));
  }

  #pocket(name: string): Lot[] {
    const known = this.#pockets.get(name) ?? [];
    this.#pockets.set(name, known);
    return known;
  }

  #take(pocket: string, amountMinor: bigint, choose: (lots: readonly Lot[]) => readonly Lot[]): Lot[] {
    const all = this.#pocket(pocket);
    const chosen = choose(all);
    const { taken, left } = upperEnds(chosen, amountMinor);
    if (sizeOfAll(taken) !== amountMinor) throw new Error(`${pocket} does not hold what was taken from it`);
    this.#pockets.set(pocket, [...all.filter((lot) => !chosen.includes(lot)), ...left]);
    return taken;
  }
}

function isCashable(lot: Lot, atMs: number): boolean {
  return lot.colour === 'earned' && lot.heldUntilMs <= atMs;
}

const colours: readonly Colour[] = ['granted', 'bought', 'earned'];

/** By colour, the older first, of one age the largest, then the higher serial. */
function standing(lots: readonly Lot[]): Lot[] {
  const key = (lot: Lot) => [BigInt(colours.indexOf(lot.colour)), lot.since, lot.from - lot.until, -lot.from] as const;
  return lots.toSorted((left, right) => compare(key(left), key(right)));
}

/** Granted, bought and free, bought and held, earned and held, earned and free. */
function bySpending(lots: readonly Lot[], atMs: number): Lot[] {
  const rank = ({ colour, heldUntilMs }: Lot): number => {
    if (colour === 'granted') return 0;
    const isHeld = heldUntilMs > atMs;
    if (colour === 'bought') return isHeld ? 2 : 1;
    return isHeld ? 3 : 4;
  };
  return standing(lots).sort((left, right) => rank(left) - rank(right));
}

function upperEnds(lots: readonly Lot[], amountMinor: bigint): { taken: Lot[]; left: Lot[] } {
  const [taken, left]: [Lot[], Lot[]] = [[], []];
  let missing = amountMinor;
  for (const lot of lots) {
    const size = lot.until - lot.from;
    const part = size < missing ? size : missing;
    if (part > 0n) taken.push({ ...lot, from: lot.until - part });
    if (part < size) left.push({ ...lot, until: lot.until - part });
    missing -= part;
  }
  return { taken, left };
}

function largestRemainder(amountMinor: bigint, weights: readonly bigint[]): bigint[] {
  const all = weights.reduce((sum, each) => sum + each, 0n);
  if (all === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (amountMinor * weight) / all);
  const rests = weights.map((weight, index) => [-((amountMinor * weight) % all), BigInt(index)] as const);
  let left = amountMinor - parts.reduce((sum, each) => sum + each, 0n);
  for (const [, index] of rests.toSorted(compare)) {
    if (left === 0n) break;
    const place = Number.parseInt(String(index), 10);
    parts[place] = (parts[place] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}

function sizeOfAll(lots: readonly Lot[]): bigint {
  return lots.reduce((sum, { from, until }) => sum + until - from, 0n);
}

function compare(left: readonly bigint[], right: readonly bigint[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0n;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
