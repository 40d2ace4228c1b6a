import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { plainCitizen } from '#server/testing/trust.ts';
import { assignTrust, refreshTrust, trustStanding, type TrustEnforcement } from './trust.ts';
import { noteTrustEvent, type TrustEventKind } from './trust-events.ts';
import { trustFacts } from './trust-facts.ts';
import { refreshDueTrust } from './trust-jobs.ts';
import type { TrustLevel, TrustLimits } from './trust-rules.ts';
import { changeTrustGates, changeTrustLimits, trustSettings } from './trust-settings.ts';

once('log', () => pino({ level: 'silent' }));
const database = await testDatabase({ connectionsMax: 12 });
const { client } = database;
const clock = movableClock(new Date('2026-11-21T12:00:00Z'));
const deps = { database, clock, ids: systemIds };
const dayMs = 86_400_000;
const contract: TrustLimits = {
  topUpDayUsdMinor: 9_000_000_000_000n,
  topUpMonthUsdMinor: 9_000_000_000_001n,
  holdBoughtDays: 0,
  holdEarnedDays: 0,
  cashOutDayUsdMinor: 1n,
  cashOutMonthUsdMinor: 2n,
  listingsMax: null,
};

const citizen = (level?: 0 | 1 | 2 | 3) =>
  database.inTransaction((tx) => plainCitizen(tx, { clock, ...(level === undefined ? {} : { level }) }));
const standing = (citizenId: string) => trustStanding(client, { citizenId, now: clock.now() });
const note = (citizenId: string, kind: TrustEventKind, reference: string = randomUUID()) =>
  database.inTransaction((tx) =>
    noteTrustEvent(tx, { citizenId, kind, reference, occurredAt: clock.now(), ids: systemIds }),
  );
const assign = (citizenId: string, level: TrustLevel | null, rest: object = {}) =>
  database.inTransaction((tx) =>
    assignTrust(tx, {
      citizenId,
      level,
      contract: null,
      reason: 'As it was asked for.',
      decidedBy: null,
      ...deps,
      ...rest,
    }),
  );

/** What was asked of the books. */
function recorder() {
  const enforced: [string, TrustLevel][] = [];
  const enforce: TrustEnforcement = (_tx, { citizenId, standing: { level } }) => {
    enforced.push([citizenId, level]);
    return Promise.resolve();
  };
  const refresh = (citizenId: string) =>
    database.inTransaction((tx) => refreshTrust(tx, { citizenId, enforce, ...deps }));
  return { enforced, enforce, refresh };
}

const stored = (citizenId: string) =>
  client.citizen.findUniqueOrThrow({ where: { id: citizenId }, select: { trustLevel: true, trustRefreshedAt: true } });
const told = (citizenId: string) =>
  client.notification.findMany({ where: { citizenId }, orderBy: { id: 'asc' }, select: { kind: true, details: true } });

describe('the facts of a citizen', () => {
  it('are none at first, and each comes from its own source', async () => {
    const citizenId = await citizen();
    const firstSeenAt = clock.now();
    const none = { cleanPurchases: 0, sales: 0, salesLost: 0, chargebacks: 0, hasSecondFactor: false };
    expect(await trustFacts(client, citizenId)).toMatchObject({
      ...none,
      firstSeenAt,
      emailVerifiedAt: null,
      assignment: null,
    });
    const verifiedAt = clock.now();
    await client.contactEmail.create({
      data: { citizenId, addressSealed: 'sealed', locale: 'en', verifiedAt, reachableSince: verifiedAt },
    });
    await client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
    await note(citizenId, 'identity_verified');
    await note(citizenId, 'sale');
    await note(citizenId, 'sale_lost');
    expect(await trustFacts(client, citizenId)).toMatchObject({
      emailVerifiedAt: verifiedAt,
      hasSecondFactor: true,
      identityVerifiedAt: clock.now(),
      sales: 1,
      salesLost: 1,
    });
  });

  it('note each event once, and the first time it happened', async () => {
    const citizenId = await citizen();
    const first = clock.now();
    await note(citizenId, 'purchase', 'top-up 1');
    clock.advance(dayMs);
    await note(citizenId, 'purchase', 'top-up 1');
    const facts = await trustFacts(client, citizenId);
    expect(facts).toMatchObject({ cleanPurchases: 1, oldestCleanPurchaseAt: first });
  });

  it('take a purchase that was given back or charged back for none', async () => {
    const citizenId = await citizen();
    for (const topUp of ['kept', 'refunded', 'disputed']) await note(citizenId, 'purchase', topUp);
    clock.advance(dayMs);
    await note(citizenId, 'purchase_refunded', 'refunded');
    await note(citizenId, 'chargeback', 'disputed');
    expect(await trustFacts(client, citizenId)).toMatchObject({
      cleanPurchases: 1,
      chargebacks: 1,
      chargebackAt: clock.now(),
      chargebacksSettledAt: null,
    });
  });

  it('count clean purchases anew after the last chargeback was settled, and none while one is open', async () => {
    const citizenId = await citizen();
    await note(citizenId, 'chargeback', 'first');
    await note(citizenId, 'chargeback', 'second');
    await note(citizenId, 'chargeback_settled', 'first');
    clock.advance(dayMs);
    await note(citizenId, 'purchase', 'before');
    expect(await trustFacts(client, citizenId)).toMatchObject({
      chargebacksSettledAt: null,
      cleanPurchaseSinceAt: null,
    });
    clock.advance(dayMs);
    const settledAt = clock.now();
    await note(citizenId, 'chargeback_settled', 'second');
    expect(await trustFacts(client, citizenId)).toMatchObject({
      chargebacksSettledAt: settledAt,
      cleanPurchaseSinceAt: null,
    });
    clock.advance(dayMs);
    await note(citizenId, 'purchase', 'after');
    expect(await trustFacts(client, citizenId)).toMatchObject({ cleanPurchaseSinceAt: clock.now() });
  });
});

describe('an assignment', () => {
  it('keeps its contract to the last cent, and the last one counts', async () => {
    const citizenId = await citizen(2);
    clock.advance(1_000);
    await assign(citizenId, 4, { contract });
    expect(await standing(citizenId)).toMatchObject({ level: 4, limits: contract, isAssigned: true });
    clock.advance(1_000);
    await assign(citizenId, null);
    expect(await standing(citizenId)).toMatchObject({ level: 0, isAssigned: false });
  });

  it.each([
    ['contract_required', 4, null],
    ['contract_unexpected', 3, contract],
  ] as const)('is refused as %s', async (code, level, given) => {
    await expect(assign(await citizen(), level, { contract: given })).rejects.toMatchObject({ kind: 'invalid', code });
  });

  it('of an operator to themselves is refused', async () => {
    const citizenId = await citizen();
    const own = assign(citizenId, 3, { decidedBy: citizenId });
    await expect(own).rejects.toMatchObject({ kind: 'forbidden', code: 'own_trust' });
  });
});

describe('refreshing', () => {
  it('keeps the level, has the books obey it, and tells the citizen when it changed, and only then', async () => {
    const { enforced, refresh } = recorder();
    const citizenId = await citizen(2);
    await refresh(citizenId);
    await refresh(citizenId);
    expect(await stored(citizenId)).toEqual({ trustLevel: 2, trustRefreshedAt: clock.now() });
    expect(enforced).toEqual([
      [citizenId, 2],
      [citizenId, 2],
    ]);
    expect(await told(citizenId)).toEqual([{ kind: 'trust_changed', details: { from: 0, to: 2 } }]);
  });

  it('eight times at once tells once', async () => {
    const { refresh } = recorder();
    const citizenId = await citizen(1);
    await Promise.all(Array.from({ length: 8 }, () => refresh(citizenId)));
    expect(await told(citizenId)).toHaveLength(1);
  });

  it('keeps nothing of what the books refused', async () => {
    const citizenId = await citizen(1);
    const enforce = () => Promise.reject(new Error('the books are away'));
    const attempt = database.inTransaction((tx) => refreshTrust(tx, { citizenId, enforce, ...deps }));
    await expect(attempt).rejects.toThrow('away');
    expect(await stored(citizenId)).toEqual({ trustLevel: 0, trustRefreshedAt: null });
    expect(await told(citizenId)).toEqual([]);
  });
});

describe("the worker's look", () => {
  it('takes whoever something happened to, and everyone once a day, and leaves closed accounts alone', async () => {
    const { enforced, enforce } = recorder();
    const [quiet, closed] = [await citizen(), await citizen()];
    await client.citizen.update({ where: { id: closed }, data: { closedAt: clock.now() } });
    await refreshDueTrust(deps, enforce);
    expect(enforced.map(([id]) => id)).toContain(quiet);
    enforced.length = 0;
    clock.advance(60_000);
    await note(quiet, 'sale');
    expect(await refreshDueTrust(deps, enforce)).toBe(0);
    await note(quiet, 'factors_reset');
    expect(await refreshDueTrust(deps, enforce)).toBe(1);
    clock.advance(dayMs);
    await refreshDueTrust(deps, enforce);
    expect(enforced.filter(([id]) => id === quiet)).toHaveLength(2);
    expect(enforced.map(([id]) => id)).not.toContain(closed);
  });

  it('sees a time gate open by itself', async () => {
    const { enforce } = recorder();
    const citizenId = await citizen();
    const [verifiedAt, reachableSince] = [clock.now(), clock.now()];
    await client.contactEmail.create({
      data: { citizenId, addressSealed: 'sealed', locale: 'en', verifiedAt, reachableSince },
    });
    await client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
    await note(citizenId, 'purchase');
    clock.advance(13 * dayMs);
    await refreshDueTrust(deps, enforce);
    expect(await stored(citizenId)).toMatchObject({ trustLevel: 0 });
    clock.advance(dayMs);
    await refreshDueTrust(deps, enforce);
    expect(await stored(citizenId)).toMatchObject({ trustLevel: 1 });
  });

  it('goes on after a citizen whose books cannot be changed, and takes them up again', async () => {
    const [first, second] = [await citizen(1), await citizen(1)];
    const failing: TrustEnforcement = (_tx, { citizenId }) =>
      citizenId === first ? Promise.reject(new Error('just this one')) : Promise.resolve();
    await refreshDueTrust(deps, failing);
    expect([(await stored(first)).trustLevel, (await stored(second)).trustLevel]).toEqual([0, 1]);
    await refreshDueTrust(deps, recorder().enforce);
    expect((await stored(first)).trustLevel).toBe(1);
  });
});

describe('the settings', () => {
  const by = async () => ({ by: await citizen(), now: clock.now() });

  it('come as the product was announced with them', async () => {
    const { limits, gates } = await trustSettings(client);
    const [zero, one, two, three] = [limits[0], limits[1], limits[2], limits[3]];
    expect([zero, one, two, three].map((each) => [each.topUpDayUsdMinor, each.topUpMonthUsdMinor])).toEqual([
      [5_000n, 20_000n],
      [20_000n, 100_000n],
      [100_000n, 500_000n],
      [500_000n, 2_500_000n],
    ]);
    expect([zero, one, two, three].map((each) => [each.holdBoughtDays, each.holdEarnedDays])).toEqual([
      [7, 7],
      [3, 5],
      [1, 3],
      [1, 1],
    ]);
    expect([zero, one, two, three].map((each) => [each.cashOutDayUsdMinor, each.cashOutMonthUsdMinor])).toEqual([
      [0n, 0n],
      [0n, 0n],
      [50_000n, 500_000n],
      [250_000n, 2_500_000n],
    ]);
    expect([zero, one, two, three].map((each) => each.listingsMax)).toEqual([3, 50, 500, null]);
    expect(gates).toEqual({
      knownAgeDays: 14,
      knownPurchaseAgeDays: 7,
      trustedAfterDays: 90,
      trustedDisputeRatePpm: 5_000,
      factorsResetDays: 5,
      payoutAccountDays: 7,
      newCardHoldDays: 7,
      chargebackDays: 30,
    });
  });

  it('never make a higher level allow less than a lower one, nor a month less than a day', async () => {
    const { limits } = await trustSettings(client);
    const refused = { kind: 'invalid', code: 'limits_not_rising' };
    const change = async (level: 0 | 1 | 2 | 3, part: Partial<TrustLimits>) => {
      const input = { level, limits: { ...limits[level], ...part }, ...(await by()) };
      return database.inTransaction((tx) => changeTrustLimits(tx, input));
    };
    await expect(change(1, { topUpDayUsdMinor: 4_999n })).rejects.toMatchObject(refused);
    await expect(change(1, { holdBoughtDays: 8 })).rejects.toMatchObject(refused);
    await expect(change(0, { listingsMax: null })).rejects.toMatchObject(refused);
    await expect(change(0, { topUpDayUsdMinor: 20_001n })).rejects.toMatchObject(refused);
    await expect(change(3, { cashOutDayUsdMinor: 2_500_001n })).rejects.toMatchObject(refused);
    expect((await trustSettings(client)).limits).toEqual(limits);
  });

  it('count for the next decision, and bring everyone before the worker', async () => {
    const { enforced, enforce } = recorder();
    const citizenId = await citizen();
    await refreshDueTrust(deps, enforce);
    clock.advance(60_000);
    const { limits, gates } = await trustSettings(client);
    const change = { ...(await by()), level: 0, limits: { ...limits[0], listingsMax: 4 } } as const;
    await database.inTransaction((tx) => changeTrustLimits(tx, change));
    await database.inTransaction((tx) => changeTrustGates(tx, { ...change, gates: { ...gates, knownAgeDays: 20 } }));
    expect(await standing(citizenId)).toMatchObject({ limits: { listingsMax: 4 } });
    enforced.length = 0;
    clock.advance(1_000);
    await refreshDueTrust(deps, enforce);
    expect(enforced.map(([id]) => id)).toContain(citizenId);
  });
});
