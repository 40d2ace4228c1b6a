import type { LotSource } from '#server/provenance/lots.ts';
import type { Leg, ProvenanceBooks } from './provenance-books.ts';
import { atMost, basketOf, leg, sourceOf, takeFrom, type StepDraw } from './provenance-draws.ts';
import type { Unit } from './provenance-model.ts';

interface Order {
  escrow: bigint;
  buyer: bigint;
}

/** One history over some wallets; it does what is possible and says whether it did. */
export class History {
  readonly wallets: readonly bigint[];
  readonly charges: LotSource[] = [];
  readonly #books: ProvenanceBooks;
  readonly #orders: Order[] = [];
  readonly #waiting: { charge: LotSource; base: bigint; bonus: bigint; wallet: bigint }[] = [];
  readonly #burnt: { id: string; from: bigint; amount: bigint }[] = [];
  readonly #moved: { id: string; from: bigint; to: bigint; amount: bigint }[] = [];
  #count = 0;

  private constructor(books: ProvenanceBooks, wallets: readonly bigint[]) {
    this.#books = books;
    this.wallets = wallets;
  }

  static async begin(books: ProvenanceBooks): Promise<History> {
    return new History(books, await Promise.all(Array.from({ length: 6 }, () => books.open('wallet'))));
  }

  play(draw: StepDraw): Promise<boolean> {
    return this[draw.action](draw);
  }

  async mint({ amount }: StepDraw): Promise<boolean> {
    const { issuance: from, treasury: to } = this.#books.house;
    await this.#books.book([{ from, to, amount: BigInt(amount), kind: 'mint' }]);
    return true;
  }

  topUp(draw: StepDraw): Promise<boolean> {
    return this.#pay(draw, this.#wallet(draw.who));
  }

  async wait(draw: StepDraw): Promise<boolean> {
    await this.#pay(draw, this.#books.house.suspense);
    const [base, bonus] = basketOf(draw);
    const charge = this.charges.at(-1);
    if (charge !== undefined) this.#waiting.push({ charge, base, bonus, wallet: this.#wallet(draw.who) });
    return true;
  }

  async #pay(draw: StepDraw, to: bigint): Promise<boolean> {
    const { house } = this.#books;
    const { seconds } = draw;
    const charge = this.#next('charge');
    const [base, bonus] = basketOf(draw);
    const holdUntil = seconds % 5 === 0 ? null : await this.#later(seconds);
    const expiry = seconds % 3 === 0 ? { expiresAt: await this.#later(seconds * 2) } : {};
    const given = { kind: 'granted' as const, source: charge, holdUntil: null, ...expiry };
    this.charges.push(charge);
    const paid = { kind: 'bought' as const, source: charge, holdUntil };
    await this.#books.book([
      ...this.#shortOf(house.treasury, base),
      { from: house.treasury, to, amount: base, kind: 'top_up_base', note: paid },
      ...this.#shortOf(house.promotion, bonus),
      ...leg({ from: house.promotion, to, amount: bonus, kind: 'top_up_bonus', note: given }),
    ]);
    return true;
  }

  async release({ who }: StepDraw): Promise<boolean> {
    const one = takeFrom(this.#waiting, who);
    if (one === undefined) return false;
    const { charge: source, base, bonus, wallet: to } = one;
    const from = this.#books.house.suspense;
    await this.#books.book([
      { from, to, amount: base, kind: 'top_up_base', rule: { source, kind: 'bought' } },
      ...leg({ from, to, amount: bonus, kind: 'top_up_bonus', rule: { source, kind: 'granted' } }),
    ]);
    return true;
  }

  async grant({ who, amount }: StepDraw): Promise<boolean> {
    const from = this.#books.house.promotion;
    await this.#books.book([
      ...this.#shortOf(from, BigInt(amount)),
      { from, to: this.#wallet(who), amount: BigInt(amount), kind: 'grant' },
    ]);
    return true;
  }

  async purchase({ who, amount }: StepDraw): Promise<boolean> {
    const buyer = this.#wallet(who);
    const price = atMost(amount, this.#held(buyer));
    if (price === 0n) return false;
    const escrow = await this.#books.open('escrow');
    await this.#books.book([{ from: buyer, to: escrow, amount: price, kind: 'purchase' }]);
    this.#orders.push({ escrow, buyer });
    return true;
  }

  async sell({ who, whom, amount, seconds }: StepDraw): Promise<boolean> {
    const order = takeFrom(this.#orders, who);
    if (order === undefined || this.#held(order.escrow) === 0n) return false;
    const total = this.#held(order.escrow);
    const fee = (total * BigInt(amount)) / 100n;
    const note = { kind: 'earned' as const, source: this.#next('order'), holdUntil: await this.#later(seconds * 4) };
    const [from, to] = [order.escrow, this.#wallet(whom)];
    const [id = ''] = await this.#books.book([
      { from, to, amount: total - fee, kind: 'sale_payout', note },
      ...leg({ from, to: this.#books.house.fees, amount: fee, kind: 'sale_fee' }),
    ]);
    this.#moved.push({ id, from, to, amount: total - fee });
    return true;
  }

  async refundOrder({ who }: StepDraw): Promise<boolean> {
    const order = takeFrom(this.#orders, who);
    if (order === undefined || this.#held(order.escrow) === 0n) return false;
    const amount = this.#held(order.escrow);
    await this.#books.book([{ from: order.escrow, to: order.buyer, amount, kind: 'order_refund' }]);
    return true;
  }

  async refundPart({ who, amount }: StepDraw): Promise<boolean> {
    const order = this.#orders[who % Math.max(1, this.#orders.length)];
    const part = order === undefined ? 0n : atMost(amount, this.#held(order.escrow) - 1n);
    if (order === undefined || part <= 0n) return false;
    await this.#books.book([{ from: order.escrow, to: order.buyer, amount: part, kind: 'order_refund' }]);
    return true;
  }

  async gift({ who, whom, amount }: StepDraw): Promise<boolean> {
    const [from, to] = [this.#wallet(who), this.#wallet(whom)];
    const given = atMost(amount, this.#held(from));
    if (from === to || given === 0n) return false;
    const [id = ''] = await this.#books.book([{ from, to, amount: given }]);
    this.#moved.push({ id, from, to, amount: given });
    return true;
  }

  /** Where nothing is cleared yet, some time passes first. */
  async cashOut({ who, amount }: StepDraw): Promise<boolean> {
    const { model, clock } = this.#books;
    for (const seconds of [0, 200]) {
      await clock.advance(seconds);
      const at = await this.#books.now();
      const isCleared = (unit: Unit) => unit.kind === 'earned' && !model.isHeld(unit, at);
      const from = this.#holderOf(who, isCleared);
      if (from === undefined) continue;
      const cleared = model.of(from).filter(isCleared);
      return this.#burn({ from, amount: atMost(amount, BigInt(cleared.length)), rule: { clearedEarned: true } });
    }
    return false;
  }

  async refundCharge({ who, amount }: StepDraw): Promise<boolean> {
    const { model } = this.#books;
    const isOfCharge = (unit: Unit) => unit.source.startsWith('charge ');
    const from = this.#holderOf(who, isOfCharge);
    const key = from === undefined ? undefined : model.of(from).find(isOfCharge)?.source;
    if (from === undefined || key === undefined) return false;
    const own = model.of(from).filter((unit) => unit.source === key);
    return this.#burn({ from, amount: atMost(amount, BigInt(own.length)), rule: { source: sourceOf(key) } });
  }

  async clawBack({ who, amount }: StepDraw): Promise<boolean> {
    const { model, now } = this.#books;
    const at = await now();
    // Not what is nearly cleared: its hold may end between this look and the booking.
    const isHeld = (unit: Unit) =>
      unit.kind === 'earned' && model.isHeld(unit, at + 3_000_000n) && model.isHeld(unit, at);
    const from = this.#holderOf(who, isHeld);
    const key = from === undefined ? undefined : model.of(from).find(isHeld)?.origin;
    if (from === undefined || key === undefined) return false;
    const earned = model.of(from).filter((unit) => isHeld(unit) && unit.origin === key);
    return this.#burn({ from, amount: atMost(amount, BigInt(earned.length)), rule: { heldEarnedOf: sourceOf(key) } });
  }

  async returnLast(draw: StepDraw): Promise<boolean> {
    const one = this.#burnt.pop();
    if (one === undefined) return false;
    const { id: returnOf, from: to } = one;
    const from = this.#books.house.treasury;
    const amount = atMost(draw.amount, one.amount);
    if (amount < one.amount) this.#burnt.push({ ...one, amount: one.amount - amount });
    await this.#books.book([...this.#shortOf(from, amount), { from, to, amount, rule: { returnOf } }]);
    return true;
  }

  async reverse({ amount }: StepDraw): Promise<boolean> {
    const one = this.#moved.pop();
    const most = one === undefined ? 0n : this.#held(one.to);
    if (one === undefined || most === 0n) return false;
    const { id: reversesId, from: to, to: from } = one;
    const back = atMost(amount, one.amount < most ? one.amount : most);
    await this.#books.book([{ from, to, amount: back, kind: 'reversal', reversesId }]);
    return true;
  }

  async feeRelease({ amount }: StepDraw): Promise<boolean> {
    const { fees: from, treasury: to } = this.#books.house;
    const released = atMost(amount * 3, this.#held(from));
    if (released === 0n) return false;
    await this.#books.book([{ from, to, amount: released, kind: 'fee_release' }]);
    return true;
  }

  async hold({ who, seconds }: StepDraw): Promise<boolean> {
    const source = this.charges[who % Math.max(1, this.charges.length)];
    if (source === undefined) return false;
    await this.#books.hold({ source }, seconds * 2);
    return true;
  }

  async lift({ who, seconds }: StepDraw): Promise<boolean> {
    const source = this.charges[who % Math.max(1, this.charges.length)];
    if (source === undefined) return false;
    await this.#books.hold({ source }, seconds % 2 === 0 ? null : seconds, true);
    return true;
  }

  async holdAccount({ who, seconds }: StepDraw): Promise<boolean> {
    const isLift = seconds % 2 === 0;
    await this.#books.hold({ accountId: this.#wallet(who) }, isLift ? null : seconds, isLift);
    return true;
  }

  async pass({ seconds }: StepDraw): Promise<boolean> {
    await this.#books.clock.advance(seconds);
    return true;
  }

  async spendFromHouse({ who, amount }: StepDraw): Promise<boolean> {
    const from = this.#books.house.treasury;
    const given = atMost(amount, this.#held(from));
    if (given === 0n) return false;
    await this.#books.book([{ from, to: this.#wallet(who), amount: given }]);
    return true;
  }

  async #burn({ from, amount, rule }: Pick<Leg, 'from' | 'amount' | 'rule'>): Promise<boolean> {
    const to = this.#books.house.treasury;
    const [id = ''] = await this.#books.book([{ from, to, amount, ...(rule === undefined ? {} : { rule }) }]);
    this.#burnt.push({ id, from, amount });
    return true;
  }

  #held(accountId: bigint): bigint {
    return BigInt(this.#books.model.of(accountId).length);
  }

  #wallet(index: number): bigint {
    return this.wallets[index % this.wallets.length] ?? 0n;
  }

  async #later(seconds: number): Promise<Date> {
    return new Date((await this.#books.clock.now()).getTime() + seconds * 1_000);
  }

  #next(type: string): LotSource {
    this.#count += 1;
    return { type, id: `${type}-${String(this.#count)}-${String(this.wallets[0])}` };
  }

  #shortOf(accountId: bigint, amount: bigint): Leg[] {
    return leg({
      from: this.#books.house.issuance,
      to: accountId,
      amount: amount - this.#held(accountId),
      kind: 'mint',
    });
  }

  #holderOf(first: number, passes: (unit: Unit) => boolean): bigint | undefined {
    const turn = this.wallets.map((_, place) => this.#wallet(first + place));
    return turn.find((wallet) => this.#books.model.of(wallet).some(passes));
  }
}
