import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { takeDueStep } from '#server/market/orders/order-steps.ts';
import { setAcceptsItself } from '#server/market/orders/order-settings.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { testMarket, testSecret, type TestAction, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

const days = 14;
const atOnce = 16;
let market: TestMarket;
let seller: TestCitizen;
let buyer: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 1_000_00n })];
});

interface Contest {
  acceptsItself: boolean;
  /** Taken by its seller before the race. */
  first: TestAction | null;
  step: TestAction;
  by: 'seller' | 'buyer';
  /** Where the person or the timer leads the order. */
  ends: readonly [person: string, timer: string];
}

const contests: readonly Contest[] = [
  { acceptsItself: false, first: null, step: 'accept', by: 'seller', ends: ['accepted', 'declined'] },
  { acceptsItself: true, first: null, step: 'deliver', by: 'seller', ends: ['delivered', 'cancelled'] },
  { acceptsItself: true, first: 'deliver', step: 'dispute', by: 'buyer', ends: ['disputed', 'completed'] },
];

async function dueOrder({ acceptsItself, first }: Contest): Promise<string> {
  const { clock, database } = market;
  await database.inTransaction((tx) => setAcceptsItself(tx, { sellerId: seller.citizenId, acceptsItself, clock }));
  const { listingId } = await market.listing(seller, { stock: 1 });
  const { orderId } = await market.buy(buyer, { listingId });
  if (first !== null) await market.step({ orderId, visitor: seller, action: first });
  clock.advance(days * 86_400_000);
  await ledgerClock(database).advance(days * 86_400);
  await ensurePartitions(database.client);
  return orderId;
}

const timer = (orderId: string) =>
  market.database.inTransaction((tx) =>
    takeDueStep(tx, { orderId, clock: market.clock, ids: systemIds, secret: testSecret }),
  );

describe('a person and the timer of an order at once', () => {
  it.each(contests)('$step and what the house does: one of the two happens, once', async (contest) => {
    const orderId = await dueOrder(contest);
    const visitor = contest.by === 'seller' ? seller : buyer;
    const [person, house] = contest.ends;
    const step = () => market.step({ orderId, visitor, action: contest.step });
    const runs = await Promise.allSettled(
      Array.from({ length: atOnce }, (_, index) => (index % 2 === 0 ? step() : timer(orderId))),
    );
    for (const run of runs)
      if (run.status === 'rejected') expect(asRefusal(run.reason)?.code).toBe('order_step_unavailable');
    const states = runs.flatMap((run) => (run.status === 'fulfilled' && run.value !== null ? [run.value.state] : []));
    expect([[person], [house]]).toContainEqual([...new Set(states)]);
    const [state] = states;
    const { marketOrder, orderEvent, listing } = market.database.client;
    const order = await marketOrder.findUniqueOrThrow({ where: { id: orderId }, select: orderSelected });
    expect(order.state).toBe(state);
    const moves = await orderEvent.count({ where: { orderId, toState: order.state } });
    expect(moves).toBe(1);
    const isOpen = ['accepted', 'delivered', 'disputed'].includes(order.state);
    expect(await market.balance(orderId, 'escrow')).toBe(isOpen ? order.totalMinor : 0n);
    const isBack = order.state === 'declined' || order.state === 'cancelled';
    const { stock } = await listing.findUniqueOrThrow({ where: { id: order.listingId }, select: { stock: true } });
    expect(stock).toBe(isBack ? 1 : 0);
    expect((await checkLedger(market.database.client)).findings).toEqual([]);
  });
});

const orderSelected = { state: true, totalMinor: true, listingId: true } as const;
