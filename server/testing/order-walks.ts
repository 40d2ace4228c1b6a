import { takeDueSteps } from '#server/market/orders/deadline-jobs.ts';
import type { PublishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { setAcceptsItself } from '#server/market/orders/order-settings.ts';
import { cancelForChargeback } from '#server/market/orders/order-steps.ts';
import type { OrderState } from '#server/market/orders/order-schema.ts';
import type { OrderProcess, OrderTransition } from '#server/market/orders/process.ts';
import { isOpenIn, timerOf } from '#server/market/orders/process-rules.ts';
import { systemIds } from '#server/platform/ids.ts';
import { asSuperuser } from './database.ts';
import { testSecret, type TestAction, type TestCitizen, type TestMarket } from './market.ts';

/** Orders that are led through the declared process by the real services, with the clock in hand. */

export interface OrderCast {
  buyer: TestCitizen;
  /** Whose orders accept themselves, and whose wait. */
  sellers: { prompt: TestCitizen; careful: TestCitizen };
  operator: TestCitizen;
  /** Who gets what is bought as a gift. */
  recipient: TestCitizen;
  listings: { prompt: string; careful: string; digital: string };
}

export const walkPriceMinor = 10_00n;

/** Something that delivers itself. */
export const digitalTerms = {
  kind: 'digital',
  category: 'patterns',
  content: { text: 'The pattern, in words.', fileIds: [] },
} as const satisfies Partial<PublishListingInput>;

/** One buyer, two sellers and a judge for many orders. */
export async function orderCast(market: TestMarket): Promise<OrderCast> {
  const [buyer, prompt, careful, operator, recipient] = await Promise.all([
    market.citizen({ ducatsMinor: 1_000_000_00n }),
    market.citizen(),
    market.citizen(),
    market.citizen({ role: 'operator' }),
    market.citizen(),
  ]);
  await market.database.inTransaction((tx) =>
    setAcceptsItself(tx, { sellerId: careful.citizenId, acceptsItself: false, clock: market.clock }),
  );
  const terms = { priceMinor: walkPriceMinor, stock: null };
  const listings = {
    prompt: (await market.listing(prompt, terms)).listingId,
    careful: (await market.listing(careful, terms)).listingId,
    digital: (await market.listing(prompt, { ...terms, ...digitalTerms })).listingId,
  };
  return { buyer, sellers: { prompt, careful }, operator, recipient, listings };
}

/** Every way from the first state to an end, each state once; what stays in a state is no part of it. */
export function pathsOf(process: OrderProcess): OrderTransition[][] {
  const from = (state: OrderState, before: readonly OrderTransition[]): OrderTransition[][] => {
    if (!isOpenIn(process, state)) return [[...before]];
    return process.transitions
      .filter((step) => step.from === state && step.to !== state && isPossible(step, before))
      .flatMap((step) => from(step.to, [...before, step]));
  };
  return from(process.first, []);
}

/** Of these ways as many as it takes to go every step that moves an order on. */
export function coveringPaths(process: OrderProcess): OrderTransition[][] {
  const gone = new Set<OrderTransition>();
  return pathsOf(process).filter((path) => {
    const isNew = path.some((step) => !gone.has(step));
    for (const step of path) gone.add(step);
    return isNew;
  });
}

/** What is digital is accepted by itself too. */
function isPossible(step: OrderTransition, before: readonly OrderTransition[]): boolean {
  if (step.action !== 'deliver' || step.actor !== 'system') return true;
  return before.at(-1)?.actor === 'system';
}

/** The steps of a process that stay in a state. */
export function standingSteps(process: OrderProcess, state: OrderState): OrderTransition[] {
  return process.transitions.filter(({ from, to }) => from === state && to === state);
}

export interface WalkedOrder {
  orderId: string;
  seller: TestCitizen;
}

export class OrderWalk {
  readonly market: TestMarket;
  readonly cast: OrderCast;
  /** By version: the steps that were taken. */
  readonly taken = new Set<string>();

  constructor(market: TestMarket, cast: OrderCast) {
    this.market = market;
    this.cast = cast;
  }

  /** Buys so that the first steps of the path are those that the house takes at once. Answers how many these were. */
  async begin(process: OrderProcess, path: readonly OrderTransition[]): Promise<WalkedOrder & { opened: number }> {
    const own = path.findIndex(({ action, actor }) => !(actor === 'system' && ['accept', 'deliver'].includes(action)));
    const opened = process.version === 1 || own === -1 ? 0 : own;
    const kind = opened === 2 ? 'digital' : opened === 1 ? 'prompt' : 'careful';
    const gift = path.some(({ actor }) => actor === 'recipient') ? await this.#gift() : null;
    const { orderId } = await this.market.buy(this.cast.buyer, { listingId: this.cast.listings[kind], gift });
    if (process.version === 1) await this.#makeOld(orderId);
    if (process.version === 2) await this.#makeSecond(orderId);
    for (const step of path.slice(0, opened)) this.note(process, step);
    const seller = kind === 'careful' ? this.cast.sellers.careful : this.cast.sellers.prompt;
    return { orderId, seller, opened };
  }

  note({ version }: OrderProcess, { action, actor, from }: OrderTransition): void {
    this.taken.add(`${String(version)}: ${action} by ${actor} of ${from}`);
  }

  /** Takes one declared step as whoever it belongs to; the timer of a state is left to `takeDue`. */
  async take(order: WalkedOrder, process: OrderProcess, step: OrderTransition): Promise<void> {
    if (step.actor === 'system') await this.#asHouse(order, step);
    else if (step.action === 'refund_part') await this.giveBack(order, step.actor, 1n);
    else if (step.action === 'agree') await this.#agree(order, step.actor);
    else await this.#step(order, step.actor, { action: step.action as TestAction, backMinor: 3_00n });
    this.note(process, step);
  }

  giveBack(order: WalkedOrder, actor: OrderTransition['actor'], amountMinor: bigint): Promise<unknown> {
    return this.market.refundPart({ orderId: order.orderId, visitor: this.visitor(order, actor), amountMinor });
  }

  visitor({ seller }: WalkedOrder, actor: OrderTransition['actor']): TestCitizen {
    if (actor === 'buyer') return this.cast.buyer;
    if (actor === 'recipient') return this.cast.recipient;
    return actor === 'seller' ? seller : this.cast.operator;
  }

  /** Lets the worker take what is due now. */
  takeDue() {
    const { database, clock } = this.market;
    return takeDueSteps({ database, clock, ids: systemIds, secret: testSecret });
  }

  /** What the escrow of an order holds, and what it has to hold. */
  async escrow({ orderId }: WalkedOrder): Promise<{ heldMinor: bigint; owedMinor: bigint; state: string }> {
    const order = await this.market.database.client.marketOrder.findUniqueOrThrow({ where: { id: orderId } });
    const owedMinor = order.closedAt === null ? order.totalMinor - order.refundedMinor : 0n;
    return { heldMinor: await this.market.balance(orderId, 'escrow'), owedMinor, state: order.state };
  }

  /** Other sides make the proposal that is agreed to. */
  async #agree(order: WalkedOrder, actor: OrderTransition['actor']): Promise<void> {
    const other = actor === 'buyer' ? 'seller' : 'buyer';
    await this.#step(order, other, { action: 'propose', backMinor: 4_00n });
    await this.#step(order, actor, { action: 'agree' });
  }

  #step(order: WalkedOrder, actor: OrderTransition['actor'], step: { action: TestAction; backMinor?: bigint }) {
    return this.market.step({ orderId: order.orderId, visitor: this.visitor(order, actor), ...step });
  }

  async #asHouse({ orderId }: WalkedOrder, step: OrderTransition): Promise<void> {
    if (step.action !== 'cancel') throw new Error(`the house takes ${step.action} by its timer`);
    const { database, clock } = this.market;
    const tools = { clock, ids: systemIds, secret: testSecret };
    await database.inTransaction((tx) => cancelForChargeback(tx, { orderId, ...tools }));
  }

  async #gift(): Promise<{ username: string; note: string | null }> {
    const { citizenId: id } = this.cast.recipient;
    const { username } = await this.market.database.client.citizen.findUniqueOrThrow({ where: { id } });
    return { username, note: 'For your name day.' };
  }

  /** As an order of the second version was placed: its states and times are those of the third. */
  async #makeSecond(orderId: string): Promise<void> {
    await asSuperuser(this.market.database, `UPDATE market_order SET process_version = 2 WHERE id = '${orderId}'`);
  }

  /** As an order of the first version was left by the change to the second. */
  async #makeOld(orderId: string): Promise<void> {
    await asSuperuser(
      this.market.database,
      `UPDATE market_order SET process_version = 1, state = 'paid', deadline_at = NULL, deadline_action = NULL
        WHERE id = '${orderId}'`,
    );
  }
}

/** Whether a step is what the house does when nobody acts in its state. */
export function isTimed(process: OrderProcess, step: OrderTransition): boolean {
  return step.actor === 'system' && timerOf(process, step.from)?.action === step.action;
}
