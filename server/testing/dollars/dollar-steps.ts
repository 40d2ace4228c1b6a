import fc from 'fast-check';
import { isDomainError } from '#server/platform/errors.ts';
import type { TopUpChoice } from '#server/payments/schema.ts';
import type { DollarWorld, Role, Tier } from './dollar-world.ts';
import { LotsModel, type Charge } from './lots-model.ts';

/**
 * `who` is the place among all citizens for a top-up, among those who earned something for a cash-out, else among those who
 * have ducats; `whom` counts on from there.
 */
export type DollarStep =
  | { does: 'top_up'; who: number; choice: TopUpChoice }
  | { does: 'buy'; who: number; whom: number; percent: number; isCompleted: boolean }
  | { does: 'complete' | 'cancel'; order: number }
  | { does: 'gift'; who: number; whom: number; percent: number }
  | { does: 'refund'; charge: number; cents: number | null }
  | { does: 'cash_out'; who: number; asks: 'offered' | 'wallet' | 'part'; afterDays: number; percent: number }
  | { does: 'wait'; days: number };

/** Levels and tiers of the four in every history; the third may not be paid out. */
const cast: readonly Role[] = [
  { level: 3, tier: 'enterprise' },
  { level: 2, tier: 'observer' },
  { level: 1, tier: 'participant' },
  { level: 3, tier: 'creator' },
];
/** As the price list says, in millionths. */
const feePpm: Readonly<Record<Tier, bigint>> = {
  observer: 25_000n,
  participant: 15_000n,
  creator: 10_000n,
  enterprise: 5_000n,
};
/** As the price list says too: centesimi that a seller's completed sales of the last 30 days came to, and the fee from there. */
const feeBands: readonly (readonly [fromMinor: bigint, ppm: bigint])[] = [
  [1_000_000n, 20_000n],
  [5_000_000n, 12_500n],
  [25_000_000n, 7_500n],
  [100_000_000n, 5_000n],
];
const volumeDays = 30;
/** As the trust levels say. */
const holdDays = { bought: { 1: 3, 2: 1, 3: 1 }, earned: { 1: 5, 2: 3, 3: 1 }, ofNewCard: 7 } as const;
const dayMs = 86_400_000;

const who = fc.nat({ max: cast.length - 1 });
const percent = fc.constantFrom(100, 100, 60, 33);
/** Many have the patience for it. */
const afterDays = fc.constantFrom(0, 0, 1, 5, 8, 8);
const choice: fc.Arbitrary<TopUpChoice> = fc.oneof(
  fc
    .constantFrom('starter', 'explorer', 'trader', 'merchant', 'noble', 'noble')
    .map((packageId): TopUpChoice => ({ kind: 'package', packageId })),
  fc.integer({ min: 10_000, max: 80_003 }).map((cents): TopUpChoice => ({ kind: 'custom', priceMinor: BigInt(cents) })),
);

function steps<K extends DollarStep['does']>(
  weight: number,
  does: K,
  drawn: { [F in Exclude<keyof Extract<DollarStep, { does: K }>, 'does'>]: fc.Arbitrary<unknown> },
): { weight: number; arbitrary: fc.Arbitrary<DollarStep> } {
  return { weight, arbitrary: fc.record({ does: fc.constant(does), ...drawn }) as unknown as fc.Arbitrary<DollarStep> };
}

/** One thing that citizens do; whether it may be is the product's to say. */
export const dollarStep: fc.Arbitrary<DollarStep> = fc.oneof(
  steps(3, 'top_up', { who, choice }),
  steps(6, 'buy', { who, whom: who, percent, isCompleted: fc.constantFrom(true, true, true, false) }),
  steps(1, 'complete', { order: fc.nat(9) }),
  steps(1, 'cancel', { order: fc.nat(9) }),
  steps(2, 'gift', { who, whom: who, percent }),
  steps(1, 'refund', { charge: fc.nat(9), cents: fc.option(fc.integer({ min: 1, max: 20_000 })) }),
  steps(6, 'cash_out', { who, asks: fc.constantFrom('offered', 'wallet', 'part'), afterDays, percent }),
  steps(3, 'wait', { days: fc.constantFrom(0.5, 1, 3, 7, 7, 7) }),
);

/** Refusals that are no finding: somebody asked for what they may not have. */
const expected = new Set([
  ...['top_up_limit', 'insufficient_funds', 'own_listing', 'listing_limit', 'send_limit', 'limit_exceeded'],
  ...['refund_ducats_spent', 'refund_window_over', 'refund_nothing_left', 'refund_too_large', 'order_step_unavailable'],
  ...['cash_out_level', 'cash_out_too_small', 'cash_out_not_cleared', 'payout_account_missing'],
]);

interface SeenOrder {
  id: string;
  buyer: number;
  seller: number;
  priceMinor: bigint;
  feePpm: bigint;
  isOpen: boolean;
  /** When it was completed; null for one that is open or was given up. */
  completedMs: number | null;
}

/** One history: the product and the model side by side. */
export class DollarHistory {
  readonly model = new LotsModel();
  /** How often each step was done and not refused. */
  readonly done: Record<string, number> = {};
  /** Dollars, in cents, that the model let out so far. */
  allowedMinor = 0n;
  readonly #world: DollarWorld;
  readonly citizens: readonly string[];
  readonly #cardSinceMs = new Map<string, number>();
  readonly #orders: SeenOrder[] = [];

  private constructor(world: DollarWorld, citizens: readonly string[]) {
    this.#world = world;
    this.citizens = citizens;
  }

  static async begin(world: DollarWorld): Promise<DollarHistory> {
    return new DollarHistory(world, await world.citizens(cast));
  }

  async play(step: DollarStep): Promise<void> {
    try {
      if (await this.#take(step)) this.done[step.does] = (this.done[step.does] ?? 0) + 1;
    } catch (error) {
      if (!isDomainError(error) || !expected.has(error.code)) throw error;
    }
  }

  #take(step: DollarStep): Promise<boolean> {
    switch (step.does) {
      case 'top_up':
        return this.#topUp(step);
      case 'buy':
        return this.#buy(step);
      case 'complete':
      case 'cancel':
        return this.#end(step);
      case 'gift':
        return this.#gift(step);
      case 'refund':
        return this.#refund(step);
      case 'cash_out':
        return this.#cashOut(step);
      case 'wait':
        return this.#world.wait(step.days).then(() => true);
    }
  }

  async #topUp(step: Extract<DollarStep, { does: 'top_up' }>): Promise<boolean> {
    const citizenId = this.#name(step.who);
    const topUpId = await this.#world.topUp(citizenId, step.choice);
    const paid = await this.#world.cashOuts.bridge.database.client.topUp.findUniqueOrThrow({ where: { id: topUpId } });
    const now = this.#world.nowMs();
    const cardSince = this.#cardSinceMs.get(citizenId) ?? now;
    this.#cardSinceMs.set(citizenId, cardSince);
    const usual = holdDays.bought[this.#level(step.who)];
    const days = now - cardSince < holdDays.ofNewCard * dayMs ? holdDays.ofNewCard : usual;
    const { priceMinor, totalMinor, baseMinor, bonusMinor } = paid;
    const heldUntilMs = now + days * dayMs;
    this.model.topUp({ topUpId, citizenId, priceMinor, totalMinor, baseMinor, bonusMinor, heldUntilMs });
    return true;
  }

  async #buy(step: Extract<DollarStep, { does: 'buy' }>): Promise<boolean> {
    const [buyer, seller] = this.#two(step);
    const [buyerId, sellerId] = [this.#name(buyer), this.#name(seller)];
    const priceMinor = partOf(this.model.balance(buyerId), step.percent);
    if (priceMinor === 0n) return false;
    const feePpm = this.#feePpm(seller);
    const id = await this.#world.order({ buyerId, sellerId, priceMinor });
    this.model.give({ from: buyerId, to: id, amountMinor: priceMinor, atMs: this.#world.nowMs() });
    this.#orders.push({ id, buyer, seller, priceMinor, feePpm, isOpen: true, completedMs: null });
    if (step.isCompleted) await this.#end({ does: 'complete', order: this.#orders.length - 1 });
    return true;
  }

  async #end(step: { does: 'complete' | 'cancel'; order: number }): Promise<boolean> {
    const order = this.#orders[step.order];
    if (order?.isOpen !== true) return false;
    const { id, buyer, seller, priceMinor: amountMinor } = order;
    const now = this.#world.nowMs();
    await this.#world[step.does](id);
    order.isOpen = false;
    if (step.does === 'cancel') {
      this.model.give({ from: id, to: this.#name(buyer), amountMinor, atMs: now });
      return true;
    }
    order.completedMs = now;
    const feeMinor = (amountMinor * order.feePpm) / 1_000_000n;
    const heldUntilMs = now + holdDays.earned[this.#level(seller)] * dayMs;
    this.model.sell({ orderId: id, sellerId: this.#name(seller), feeMinor, heldUntilMs });
    return true;
  }

  /** What a seller's next order costs: the tier's fee, or less where their sales reach a band. */
  #feePpm(seller: number): bigint {
    const since = this.#world.nowMs() - volumeDays * dayMs;
    const counted = this.#orders.filter((order) => order.seller === seller && (order.completedMs ?? 0) > since);
    const volumeMinor = counted.reduce((sum, { priceMinor }) => sum + priceMinor, 0n);
    const { tier } = cast[seller] ?? { tier: 'observer' };
    const reached = feeBands.filter(([fromMinor]) => fromMinor <= volumeMinor).map(([, ppm]) => ppm);
    return reached.reduce((least, ppm) => (ppm < least ? ppm : least), feePpm[tier]);
  }

  async #gift(step: Extract<DollarStep, { does: 'gift' }>): Promise<boolean> {
    const [giver, receiver] = this.#two(step);
    const [from, to] = [this.#name(giver), this.#name(receiver)];
    const amountMinor = partOf(this.model.balance(from), step.percent);
    if (amountMinor === 0n) return false;
    await this.#world.gift({ from, to, amountMinor });
    this.model.give({ from, to, amountMinor, atMs: this.#world.nowMs() });
    return true;
  }

  async #refund(step: Extract<DollarStep, { does: 'refund' }>): Promise<boolean> {
    const charge = this.model.charges[step.charge % Math.max(this.model.charges.length, 1)];
    if (charge === undefined) return false;
    const before = await this.#world.out(this.citizens);
    await this.#world.refund(charge.topUpId, step.cents === null ? null : BigInt(step.cents));
    const after = await this.#world.out(this.citizens);
    this.#settleRefund(charge, after.refundedPriceMinor - before.refundedPriceMinor);
    return true;
  }

  /** Ducats go back in proportion, rounded up; the dollars that may go with them are those of ducats never used. */
  #settleRefund(charge: Charge, priceMinor: bigint): void {
    const { baseMinor, bonusMinor, refundedMinor } = charge;
    const upTo = (whole: bigint, cents: bigint) => (whole * cents + charge.priceMinor - 1n) / charge.priceMinor;
    const share = (whole: bigint) => upTo(whole, refundedMinor + priceMinor) - upTo(whole, refundedMinor);
    const parts = { priceMinor, baseMinor: share(baseMinor), bonusMinor: share(bonusMinor) };
    const isOwn =
      this.model.unspent(charge, 'bought') >= parts.baseMinor &&
      this.model.unspent(charge, 'granted') >= parts.bonusMinor;
    if (!isOwn || refundedMinor + priceMinor > charge.priceMinor) {
      throw new Error(`${String(priceMinor)} cents were refunded for ducats that were used`);
    }
    const fee = (cents: bigint) => ((charge.totalMinor - charge.priceMinor) * cents) / charge.priceMinor;
    this.allowedMinor += priceMinor + fee(refundedMinor + priceMinor) - fee(refundedMinor);
    this.model.refund(charge, parts);
  }

  async #cashOut(step: Extract<DollarStep, { does: 'cash_out' }>): Promise<boolean> {
    if (step.afterDays > 0) await this.#world.wait(step.afterDays);
    const citizenId = this.#name(this.#earner(step.who));
    const wanted = await this.#wanted(citizenId, step);
    if (wanted === 0n) return false;
    const now = this.#world.nowMs();
    await this.#world.cashOut(citizenId, wanted);
    const takenMinor = wanted - (wanted % 10n);
    const cashable = this.model.cashable(citizenId, now);
    if (takenMinor > cashable) {
      throw new Error(`${String(takenMinor)} centesimi were cashed out, and ${String(cashable)} were earned and free`);
    }
    const gross = takenMinor / 10n;
    this.allowedMinor += gross - (gross * 25n + 500n) / 1_000n;
    this.model.cashOut(citizenId, takenMinor, now);
    return true;
  }

  #wanted(citizenId: string, { asks, percent: share }: Extract<DollarStep, { does: 'cash_out' }>): Promise<bigint> {
    if (asks === 'offered') return this.#world.offered(citizenId);
    return Promise.resolve(partOf(this.model.balance(citizenId), asks === 'wallet' ? 100 : share));
  }

  /** Of those who have ducats the one at a place; of all where nobody has any. */
  #holder(place: number): number {
    const holders = [...this.citizens.keys()].filter((index) => this.model.balance(this.#name(index)) > 0n);
    return holders[place % Math.max(holders.length, 1)] ?? place;
  }

  /** Of those who earned something, held or not, the one at a place; where nobody did, of those who have ducats. */
  #earner(place: number): number {
    const has = (index: number) => {
      const { clearedMinor, heldMinor } = this.model.amounts(this.#name(index), this.#world.nowMs()).earned;
      return clearedMinor + heldMinor > 0n;
    };
    const earners = [...this.citizens.keys()].filter(has);
    return earners[place % Math.max(earners.length, 1)] ?? this.#holder(place);
  }

  #two({ who: place, whom }: { who: number; whom: number }): [number, number] {
    const first = this.#holder(place);
    return [first, (first + 1 + (whom % (cast.length - 1))) % cast.length];
  }

  #name(index: number): string {
    return this.citizens[index] ?? '';
  }

  #level(index: number): 1 | 2 | 3 {
    return cast[index]?.level ?? 1;
  }
}

function partOf(amountMinor: bigint, share: number): bigint {
  return (amountMinor * BigInt(share)) / 100n;
}
