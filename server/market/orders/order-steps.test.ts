import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { escrowOf, orderForParty } from '#server/market/orders/order-queries.ts';
import { setAcceptsItself } from '#server/market/orders/order-settings.ts';
import type { OrderActor, OrderState } from '#server/market/orders/order-schema.ts';
import { currentProcess } from '#server/market/orders/process.ts';
import { decideTransition, statesOf } from '#server/market/orders/process-rules.ts';
import type { Tier } from '#server/platform/session.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestAction, TestCitizen, TestMarket } from '#server/testing/market.ts';

interface Cast {
  buyer: TestCitizen;
  seller: TestCitizen;
  operator: TestCitizen;
  orderId: string;
  listingId: string;
}

let market: TestMarket;

beforeAll(async () => {
  market = await testMarket();
});

type TakenState = Exclude<OrderState, 'paid'>;

/** How each state is reached from a fresh order, and who takes each step. */
const paths: Readonly<Record<TakenState, readonly TestAction[]>> = {
  purchased: [],
  accepted: [],
  declined: ['decline'],
  delivered: ['deliver'],
  disputed: ['dispute'],
  completed: ['deliver', 'confirm'],
  cancelled: ['cancel'],
  refunded: ['dispute', 'resolve_refund'],
  settled: ['dispute', 'propose', 'agree'],
};
const states = statesOf(currentProcess).filter((state): state is TakenState => state !== 'paid');

/** Whose step each is here; of some it may be another's too. */
const owners: Readonly<Record<TestAction, 'buyer' | 'seller' | 'operator'>> = {
  accept: 'seller',
  decline: 'seller',
  deliver: 'seller',
  confirm: 'buyer',
  cancel: 'seller',
  refund_all: 'seller',
  dispute: 'buyer',
  propose: 'buyer',
  agree: 'seller',
  resolve_refund: 'operator',
  resolve_release: 'operator',
  resolve_split: 'operator',
};
const actions = Object.keys(owners) as TestAction[];

/** As the entitlements come, in millionths. */
const feePpmOf = { observer: 25_000n, participant: 15_000n, creator: 10_000n, enterprise: 5_000n } as const;

async function orderIn(
  state: TakenState,
  terms: { tier?: Tier; priceMinor?: bigint; quantity?: number } = {},
): Promise<Cast> {
  const { tier = 'participant', priceMinor = 34_00n, quantity = 2 } = terms;
  const [buyer, seller, operator] = await Promise.all([
    market.citizen({ ducatsMinor: priceMinor * BigInt(quantity) }),
    market.citizen({ tier }),
    market.citizen({ role: 'operator' }),
  ]);
  const waits = state === 'purchased' || state === 'declined';
  if (waits) await market.database.inTransaction((tx) => setAcceptsItself(tx, waiting(seller)));
  const { listingId } = await market.listing(seller, { priceMinor, stock: 5 });
  const { orderId } = await market.buy(buyer, { listingId, quantity });
  const cast = { buyer, seller, operator, orderId, listingId };
  for (const action of paths[state]) await take(cast, action);
  return cast;
}

const waiting = ({ citizenId: sellerId }: TestCitizen) => ({ sellerId, acceptsItself: false, clock: market.clock });

const take = (cast: Cast, action: TestAction, by: OrderActor = owners[action]) =>
  market.step({ orderId: cast.orderId, action, visitor: visitor(cast, by) });

function visitor(cast: Cast, actor: OrderActor): TestCitizen {
  if (actor === 'buyer') return cast.buyer;
  return actor === 'seller' ? cast.seller : cast.operator;
}

const stockOf = async (listingId: string) =>
  (await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId }, select: { stock: true } })).stock;

async function money(cast: Cast) {
  const [buyer, seller, escrow, fees] = await Promise.all([
    market.balance(cast.buyer.citizenId, 'wallet'),
    market.balance(cast.seller.citizenId, 'wallet'),
    market.balance(cast.orderId, 'escrow'),
    market.feesMinor(),
  ]);
  return { buyer, seller, escrow, fees, stock: await stockOf(cast.listingId) };
}

describe('confirming', () => {
  it('pays the seller the price less the fee, the house the fee, and empties the escrow', async () => {
    const cast = await orderIn('delivered', { priceMinor: 99_99n, quantity: 1 });
    const before = await money(cast);
    expect(await take(cast, 'confirm')).toEqual({ orderId: cast.orderId, state: 'completed' });
    const after = await money(cast);
    expect(after).toMatchObject({ buyer: 0n, seller: 98_50n, escrow: 0n });
    expect(after.fees - before.fees).toBe(1_49n);
  });

  it('twice, and eight times at once, pays once', async () => {
    const cast = await orderIn('delivered');
    const answers = await Promise.all(Array.from({ length: 8 }, () => take(cast, 'confirm')));
    for (const answer of answers) expect(answer).toEqual({ orderId: cast.orderId, state: 'completed' });
    expect(await take(cast, 'confirm')).toEqual({ orderId: cast.orderId, state: 'completed' });
    expect(await money(cast)).toMatchObject({ seller: 66_98n, escrow: 0n });
  });

  it('of a price too small for a fee pays all of it to the seller', async () => {
    const cast = await orderIn('delivered', { priceMinor: 1n, quantity: 1 });
    await take(cast, 'confirm');
    expect(await money(cast)).toMatchObject({ seller: 1n, escrow: 0n });
  });

  it("splits every price exactly into the seller's share and the fee, for every tier", async () => {
    const price = fc.bigInt({ min: 1n, max: 100_000_000n });
    const tier = fc.constantFrom<Tier[]>('observer', 'participant', 'creator', 'enterprise');
    await fc.assert(
      fc.asyncProperty(price, tier, fc.integer({ min: 1, max: 5 }), async (priceMinor, sellerTier, quantity) => {
        const cast = await orderIn('delivered', { tier: sellerTier, priceMinor, quantity });
        const before = await money(cast);
        await take(cast, 'confirm');
        const after = await money(cast);
        const total = priceMinor * BigInt(quantity);
        const fee = (total * feePpmOf[sellerTier]) / 1_000_000n;
        expect(after.fees - before.fees).toBe(fee);
        expect(after.seller + fee).toBe(total);
        expect(after.escrow).toBe(0n);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a refund', () => {
  it.each([
    ['decline', 'purchased', 'declined'],
    ['cancel', 'accepted', 'cancelled'],
    ['refund_all', 'delivered', 'refunded'],
    ['refund_all', 'disputed', 'refunded'],
    ['resolve_refund', 'disputed', 'refunded'],
  ] as const)('by %s gives the buyer everything back, and the listing its stock', async (action, from, to) => {
    const cast = await orderIn(from);
    expect((await money(cast)).stock).toBe(3);
    expect(await take(cast, action)).toEqual({ orderId: cast.orderId, state: to });
    expect(await money(cast)).toMatchObject({ buyer: 68_00n, seller: 0n, escrow: 0n, stock: 5 });
  });

  it('asked for twice, and four times at once, is paid once', async () => {
    const cast = await orderIn('accepted');
    await Promise.all(Array.from({ length: 4 }, () => take(cast, 'cancel')));
    await take(cast, 'cancel');
    expect(await money(cast)).toMatchObject({ buyer: 68_00n, escrow: 0n, stock: 5 });
  });
});

describe('two steps at once', () => {
  it.each([
    ['accept', 'decline', 'purchased'],
    ['deliver', 'cancel', 'accepted'],
    ['confirm', 'dispute', 'delivered'],
    ['confirm', 'refund_all', 'delivered'],
    ['resolve_refund', 'resolve_release', 'disputed'],
    ['resolve_split', 'refund_all', 'disputed'],
  ] as const)('%s and %s: exactly one wins, the other is refused, escrow is exact', async (left, right, state) => {
    const cast = await orderIn(state);
    const answers = await Promise.allSettled([take(cast, left), take(cast, right)]);
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    expect(answers.find((answer) => answer.status === 'rejected')).toMatchObject({
      reason: { kind: 'conflict', code: 'order_step_unavailable' },
    });
    const { buyer, seller, escrow } = await money(cast);
    expect([0n, 68_00n]).toContain(escrow);
    if (escrow === 0n) expect([buyer, seller].filter((balance) => balance > 0n)).toHaveLength(1);
  });
});

describe('a step that the process does not declare', () => {
  const actors = ['buyer', 'seller', 'operator'] as const;

  it.each(states)('of an order that is %s is refused, whoever takes it, and moves nothing', async (state) => {
    const cast = await orderIn(state);
    const before = await money(cast);
    const steps = actions.flatMap((action) => actors.map((actor) => ({ action, actor, state })));
    for (const step of steps) {
      const decision = decideTransition(currentProcess, step);
      // The step that led here, repeated by the same person, is answered as the first time.
      const isRepeated = paths[state].at(-1) === step.action && owners[step.action] === step.actor;
      if (decision.allowed || isRepeated) continue;
      const code = decision.reason === 'wrong_state' ? 'order_step_unavailable' : 'order_step_forbidden';
      await expect(take(cast, step.action, step.actor), `${step.action} by ${step.actor}`).rejects.toMatchObject({
        code,
      });
    }
    expect(await money(cast)).toEqual(before);
    const view = await orderForParty(market.database.client, { orderId: cast.orderId, visitor: cast.buyer });
    expect(view.state).toBe(state);
  });

  it('an operator who is a party to the order cannot judge it', async () => {
    const cast = await orderIn('disputed');
    const judgeAndBuyer = { ...cast.buyer, role: 'operator' as const };
    const attempt = market.step({ orderId: cast.orderId, action: 'resolve_refund', visitor: judgeAndBuyer });
    await expect(attempt).rejects.toMatchObject({ kind: 'forbidden', code: 'order_step_forbidden' });
  });
});

describe('a stranger', () => {
  it('is told that the order does not exist, whatever they try', async () => {
    const cast = await orderIn('accepted');
    const stranger = await market.citizen();
    const notFound = { kind: 'not_found', code: 'order_not_found' };
    const reading = orderForParty(market.database.client, { orderId: cast.orderId, visitor: stranger });
    await expect(reading).rejects.toMatchObject(notFound);
    for (const action of actions) {
      await expect(market.step({ orderId: cast.orderId, action, visitor: stranger })).rejects.toMatchObject(notFound);
    }
  });
});

describe('an order as its parties see it', () => {
  it('shows each reader their own role, next steps and the whole history', async () => {
    const cast = await orderIn('disputed');
    const see = (who: TestCitizen) => orderForParty(market.database.client, { orderId: cast.orderId, visitor: who });
    expect(await see(cast.buyer)).toMatchObject({ viewer: 'buyer', actions: ['propose'] });
    expect(await see(cast.seller)).toMatchObject({
      viewer: 'seller',
      actions: ['propose', 'refund_all', 'refund_part'],
    });
    const judged = await see(cast.operator);
    expect(judged).toMatchObject({
      viewer: 'operator',
      actions: ['resolve_refund', 'resolve_release', 'resolve_split', 'refund_part'],
      closedAt: null,
      deadline: { action: 'resolve_refund' },
    });
    expect(judged.events.map((event) => [event.sequence, event.action, event.fromState, event.toState])).toEqual([
      [1, 'place', null, 'purchased'],
      [2, 'accept', 'purchased', 'accepted'],
      [3, 'dispute', 'accepted', 'disputed'],
    ]);
    expect(judged.events[2]?.note).toBe('A reason that is long enough.');
  });

  it("counts towards the buyer's escrow exactly while it is open", async () => {
    for (const state of states) {
      const cast = await orderIn(state);
      const held = await market.balance(cast.orderId, 'escrow');
      expect(await escrowOf(market.database.client, cast.buyer.citizenId)).toEqual({
        totalMinor: held,
        orders: held > 0n ? 1 : 0,
      });
    }
  });

  it('can be finished forty days after the purchase', async () => {
    const cast = await orderIn('delivered');
    const days = 40 * 24 * 3_600_000;
    await asSuperuser(market.database, `SELECT ledger.set_clock_offset(${String(days)} * 1000::bigint)`);
    market.clock.advance(days);
    expect(await take(cast, 'confirm')).toMatchObject({ state: 'completed' });
    expect(await money(cast)).toMatchObject({ seller: 66_98n, escrow: 0n });
  });

  it('leaves the books in order', async () => {
    expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  });
});
