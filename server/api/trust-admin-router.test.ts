import { beforeAll, describe, expect, it } from 'vitest';
import { velocityLimits } from '#server/ledger/limits.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { createCaller } from './root.ts';

let market: TestMarket;
let adminId: string;

const desk = (facts: Parameters<typeof testPrincipal>[0] = {}) =>
  createCaller(testContext(market, testPrincipal({ role: 'operator', citizenId: adminId, ...facts }))).operator.trust;

async function citizen(level: 0 | 1 | 2 | 3 = 1) {
  const { citizenId } = await market.citizen({ level });
  const where = { id: citizenId };
  const { username } = await market.database.client.citizen.findUniqueOrThrow({ where, select: { username: true } });
  const own = createCaller(testContext(market, testPrincipal({ citizenId, username })));
  return { citizenId, username, own };
}

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: unknown) => (error instanceof Error && isDomainError(error.cause) ? error.cause.code : error),
  );

beforeAll(async () => {
  market = await testMarket();
  adminId = (await market.citizen({ role: 'operator' })).citizenId;
});

describe("an operator's decision about a citizen", () => {
  it('holds at once, in the books too, and stands in the history with its reason and name', async () => {
    const { citizenId, username, own } = await citizen(1);
    market.clock.advance(1_000);
    const decision = { username, level: 2, contract: null, reason: 'Known to us for years.' } as const;
    expect(await desk({ operatorRole: 'support' }).assign(decision)).toEqual({ released: 0 });
    expect(await own.trust.standing()).toMatchObject({ level: 2, isAssigned: true, limits: { listingsMax: 500 } });
    expect(await own.topUps.room()).toMatchObject({ day: { mostMinor: 100_000n }, leftMinor: 100_000n });
    const [day] = await velocityLimits(market.database.client, citizenId);
    expect(day).toMatchObject({ period: '24_hours', amountMinorMax: 1_000_000n });
    const found = await desk().citizen({ username });
    expect(found.assignments).toHaveLength(2);
    expect(found.assignments[0]).toMatchObject({ level: 2, reason: decision.reason, decidedAt: market.clock.now() });
    expect(found.assignments[0]?.deciderName).toMatch(/^c_/);
    expect(found.assignments[1]).toMatchObject({ level: 1, deciderName: null });
  });

  it('of level 4 takes its numbers from the contract', async () => {
    const { username, own } = await citizen();
    const { limits } = await desk().settings();
    const contract = { ...limits[3], topUpDayUsdMinor: 123_456_789n, topUpMonthUsdMinor: 123_456_789n };
    const decision = { username, reason: 'Contract of today, signed.', level: 4 } as const;
    expect(await codeOf(desk().assign({ ...decision, contract: null }))).toBe('contract_required');
    market.clock.advance(1_000);
    await desk().assign({ ...decision, contract });
    expect(await own.trust.standing()).toMatchObject({ level: 4, limits: contract });
  });

  it('about nobody, or about themselves, is refused', async () => {
    const decision = { level: 1, contract: null, reason: 'For no good reason.' } as const;
    expect(await codeOf(desk().assign({ ...decision, username: 'Nobody' }))).toBe('citizen_not_found');
    const { citizenId, username } = await citizen();
    expect(await codeOf(desk({ citizenId }).assign({ ...decision, username }))).toBe('own_trust');
  });
});

describe('the numbers', () => {
  it('of levels and gates are changed by an admin, and count for everyone at once', async () => {
    const { own } = await citizen(0);
    const before = await desk().settings();
    await desk().setLimits({ level: 0, limits: { ...before.limits[0], listingsMax: 7 } });
    await desk().setGates({ ...before.gates, knownAgeDays: 3 });
    expect(await own.trust.standing()).toMatchObject({ limits: { listingsMax: 7 } });
    expect(await desk().settings()).toMatchObject({ gates: { knownAgeDays: 3 } });
    await desk().setLimits({ level: 0, limits: before.limits[0] });
    await desk().setGates(before.gates);
    expect(await desk().settings()).toEqual(before);
  });

  it('of a tier hold from the next purchase on, and the fee of an order stays what it was', async () => {
    const [seller, buyer] = [
      await market.citizen({ tier: 'creator' }),
      await market.citizen({ ducatsMinor: 1_000_00n }),
    ];
    const { listingId } = await market.listing(seller, { priceMinor: 100_00n });
    const feeOf = async (orderId: string) =>
      await market.database.client.marketOrder.findUniqueOrThrow({
        where: { id: orderId },
        select: { feePpm: true, feeMinor: true },
      });
    const earlier = await market.buy(buyer, { listingId });
    const creator = (await desk().entitlements()).find(({ tier }) => tier === 'creator');
    if (creator === undefined) throw new Error('creators have their entitlement');
    await desk().setEntitlement({ ...creator, saleFeePpm: 12_345 });
    const later = await market.buy(buyer, { listingId });
    expect(await feeOf(earlier.orderId)).toEqual({ feePpm: 10_000, feeMinor: 1_00n });
    expect(await feeOf(later.orderId)).toEqual({ feePpm: 12_345, feeMinor: 1_23n });
    for (const { orderId } of [earlier, later]) {
      await market.step({ orderId, visitor: seller, action: 'deliver' });
      await market.step({ orderId, visitor: buyer, action: 'confirm' });
    }
    expect(await market.balance(seller.citizenId, 'wallet')).toBe(200_00n - 1_00n - 1_23n);
    await desk().setEntitlement(creator);
  });
});

describe('what a sale leaves behind', () => {
  it('is noted for the seller when it is over: well, or decided for the buyer, and nothing while it is disputed', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 1_000_00n })];
    const operator = await market.citizen({ role: 'operator' });
    const { listingId } = await market.listing(seller);
    const [good, lost, open] = [
      await market.buy(buyer, { listingId }),
      await market.buy(buyer, { listingId }),
      await market.buy(buyer, { listingId }),
    ];
    await market.step({ orderId: good.orderId, visitor: seller, action: 'deliver' });
    await market.step({ orderId: good.orderId, visitor: buyer, action: 'confirm' });
    for (const { orderId } of [lost, open]) await market.step({ orderId, visitor: buyer, action: 'dispute' });
    await market.step({ orderId: lost.orderId, visitor: operator, action: 'resolve_refund' });
    const noted = await market.database.client.trustEvent.findMany({
      where: { citizenId: seller.citizenId },
      orderBy: { id: 'asc' },
      select: { kind: true, reference: true },
    });
    expect(noted).toEqual([
      { kind: 'sale', reference: good.orderId },
      { kind: 'sale_lost', reference: lost.orderId },
    ]);
  });
});
