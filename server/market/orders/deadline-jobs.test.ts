import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { notificationsOf } from '#server/citizens/notifications.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { takeDueSteps } from '#server/market/orders/deadline-jobs.ts';
import { orderForParty } from '#server/market/orders/order-queries.ts';
import { setAcceptsItself } from '#server/market/orders/order-settings.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { digitalTerms } from '#server/testing/order-walks.ts';
import { testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

const dayMs = 86_400_000;
const logged: string[] = [];
once('log', () => pino({}, { write: (line: string) => logged.push(line) }));

let market: TestMarket;
let buyer: TestCitizen;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  buyer = await market.citizen({ ducatsMinor: 10_000_00n });
  seller = await market.citizen();
});

async function placed(): Promise<string> {
  const { listingId } = await market.listing(seller, { stock: 1 });
  return (await market.buy(buyer, { listingId })).orderId;
}

async function waitDays(days: number): Promise<void> {
  market.clock.advance(days * dayMs);
  await ledgerClock(market.database).advance(days * 86_400);
  await ensurePartitions(market.database.client);
}

const work = () => takeDueSteps({ database: market.database, clock: market.clock, ids: systemIds, secret: testSecret });

const stateOf = async (orderId: string) =>
  (await market.database.client.marketOrder.findUniqueOrThrow({ where: { id: orderId } })).state;

describe('orders whose time is over', () => {
  it('are each moved on once by two workers at once, and both sides are told', async () => {
    const orders = await Promise.all(Array.from({ length: 12 }, placed));
    await waitDays(14);
    const reports = await Promise.all([work(), work(), work()]);
    expect(reports.reduce((sum, { taken }) => sum + taken, 0)).toBe(12);
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
    for (const orderId of orders) {
      expect(await stateOf(orderId)).toBe('cancelled');
      expect(await market.balance(orderId, 'escrow')).toBe(0n);
    }
    for (const { citizenId } of [buyer, seller]) {
      const { items } = await notificationsOf(market.database.client, { citizenId, limit: 100 });
      const told = items.filter(({ details }) => details['to'] === 'cancelled').map(({ details }) => details['order']);
      expect(told.sort()).toEqual(orders.toSorted());
    }
    expect(await work()).toEqual({ taken: 0, passed: 0, failed: [] });
  });

  it('do not wait for one that fails; that one is said in the log and tried again', async () => {
    const [broken, whole] = [await placed(), await placed()];
    const account = await market.database.client.marketOrder.findUniqueOrThrow({ where: { id: broken } });
    const freeze = (isFrozen: boolean) =>
      asSuperuser(
        market.database,
        `SELECT ledger.set_account_state(${String(account.escrowAccountId)}, ${String(isFrozen)}, false)`,
      );
    await freeze(true);
    await waitDays(15);
    logged.length = 0;
    expect(await work()).toEqual({ taken: 1, passed: 0, failed: [broken] });
    expect([await stateOf(broken), await stateOf(whole)]).toEqual(['accepted', 'cancelled']);
    expect(logged.filter((line) => line.includes(broken) && line.includes('"level":50'))).toHaveLength(1);
    await freeze(false);
    expect(await work()).toEqual({ taken: 1, passed: 0, failed: [] });
  });

  it('have one winner where somebody acts at the same moment', async () => {
    await market.database.inTransaction((tx) =>
      setAcceptsItself(tx, { sellerId: seller.citizenId, acceptsItself: false, clock: market.clock }),
    );
    const orders = await Promise.all(Array.from({ length: 16 }, placed));
    await market.database.inTransaction((tx) =>
      setAcceptsItself(tx, { sellerId: seller.citizenId, acceptsItself: true, clock: market.clock }),
    );
    await waitDays(3);
    const accept = (orderId: string) => market.step({ orderId, visitor: seller, action: 'accept' });
    const [report, ...answers] = await Promise.allSettled([work(), ...orders.map(accept)]);
    const accepted = answers.filter(({ status }) => status === 'fulfilled').length;
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'order_step_unavailable' });
    const { taken } = report.status === 'fulfilled' ? (report.value as { taken: number }) : { taken: -1 };
    expect(taken + accepted).toBe(16);
    for (const orderId of orders) {
      const state = await stateOf(orderId);
      expect(['accepted', 'declined']).toContain(state);
      expect(await market.balance(orderId, 'escrow')).toBe(state === 'accepted' ? 34_00n : 0n);
    }
  });

  it('have more time once they moved on, and none that stays in its state', async () => {
    const orderId = await placed();
    const deadline = async () =>
      (await orderForParty(market.database.client, { orderId, visitor: buyer })).deadline?.at.getTime();
    const first = await deadline();
    await waitDays(10);
    await market.refundPart({ orderId, visitor: seller, amountMinor: 1n });
    expect(await deadline()).toBe(first);
    await market.step({ orderId, visitor: seller, action: 'deliver' });
    expect(await deadline()).toBe(market.clock.now().getTime() + 14 * dayMs);
    await market.step({ orderId, visitor: buyer, action: 'dispute' });
    await market.step({ orderId, visitor: buyer, action: 'propose', backMinor: 5_00n });
    expect(await deadline()).toBe(market.clock.now().getTime() + 60 * dayMs);
    await market.step({ orderId, visitor: seller, action: 'agree' });
    expect(await deadline()).toBeUndefined();
    expect(await market.balance(orderId, 'escrow')).toBe(0n);
  });
});

describe('something digital', () => {
  it('accepts and delivers itself, also of a seller who looks at every order first', async () => {
    const careful = await market.citizen();
    await market.database.inTransaction((tx) =>
      setAcceptsItself(tx, { sellerId: careful.citizenId, acceptsItself: false, clock: market.clock }),
    );
    const { listingId } = await market.listing(careful, { ...digitalTerms, stock: null, key: randomUUID() });
    const { orderId } = await market.buy(buyer, { listingId });
    const view = await orderForParty(market.database.client, { orderId, visitor: buyer });
    expect(view).toMatchObject({
      state: 'delivered',
      actions: ['confirm', 'dispute'],
      deadline: { action: 'confirm' },
    });
    expect(view.events.map(({ action, actor }) => `${action} by ${actor}`)).toEqual([
      'place by buyer',
      'accept by system',
      'deliver by system',
    ]);
  });
});
