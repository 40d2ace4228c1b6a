import { describe, expect, it } from 'vitest';
import { systemIds } from '#server/platform/ids.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { changeEntitlement, entitlementOf, entitlements, mayUse, type Entitlement } from './entitlements.ts';
import { rememberCitizen, setSubscribedTier } from './service.ts';

const database = await testDatabase();
const { client } = database;
const clock = movableClock(new Date('2026-11-21T12:00:00Z'));

const seen = (username: string, socialClass: string) =>
  database.inTransaction((tx) =>
    rememberCitizen(tx, {
      profile: { username, displayName: username, socialClass, isAi: false },
      clock,
      ids: systemIds,
    }),
  );
const subscribe = (citizenId: string, subscribedTier: 'participant' | 'creator' | 'enterprise' | null) =>
  database.inTransaction((tx) => setSubscribedTier(tx, { citizenId, subscribedTier, clock, ids: systemIds }));
const change = (changed: Entitlement) => database.inTransaction((tx) => changeEntitlement(tx, changed));

describe('what a tier may use and pays', () => {
  it('comes as the product was announced with it', async () => {
    const all = await entitlements(client);
    expect(
      all.map(({ tier, apiCallsPerMonth, saleFeePpm, subscriptionUsdMinor }) => [
        tier,
        apiCallsPerMonth,
        saleFeePpm,
        subscriptionUsdMinor,
      ]),
    ).toEqual([
      ['observer', 100, 25_000, null],
      ['participant', 1_000, 15_000, 14_900n],
      ['creator', 10_000, 10_000, 49_900n],
      ['enterprise', null, 5_000, 249_900n],
    ]);
    expect(await mayUse(client, { tier: 'observer', feature: 'exchange' })).toBe(false);
    expect(await mayUse(client, { tier: 'participant', feature: 'exchange' })).toBe(true);
  });

  it('counts for the very next reading once it is changed', async () => {
    const creator = await entitlementOf(client, 'creator');
    await change({ ...creator, saleFeePpm: 9_999, features: ['market'] });
    expect(await entitlementOf(client, 'creator')).toMatchObject({ saleFeePpm: 9_999, features: ['market'] });
    await change(creator);
    expect(await entitlementOf(client, 'creator')).toEqual(creator);
  });

  it('is never worse in a higher tier than in a lower one', async () => {
    const [participant, enterprise] = [
      await entitlementOf(client, 'participant'),
      await entitlementOf(client, 'enterprise'),
    ];
    const refused = { kind: 'invalid', code: 'entitlement_not_rising' };
    await expect(change({ ...participant, saleFeePpm: 25_001 })).rejects.toMatchObject(refused);
    await expect(change({ ...participant, apiCallsPerMonth: null })).rejects.toMatchObject(refused);
    await expect(change({ ...enterprise, apiCallsPerMonth: 9_999 })).rejects.toMatchObject(refused);
    expect(await entitlementOf(client, 'participant')).toEqual(participant);
  });
});

describe('a subscription', () => {
  it('raises the tier above the class, and its lapse takes back no more than it gave', async () => {
    const { id } = await seen('Subscriber', 'Facchini');
    expect(await subscribe(id, 'creator')).toBe('creator');
    expect(await seen('Subscriber', 'Facchini')).toMatchObject({ tier: 'creator' });
    expect(await subscribe(id, null)).toBe('observer');
    expect(await seen('Subscriber', 'Facchini')).toMatchObject({ tier: 'observer' });
  });

  it('that changes the tier is announced to the house and to the citizen, like a class that does', async () => {
    const { id } = await seen('Announced', 'Facchini');
    await subscribe(id, 'participant');
    await subscribe(id, 'participant');
    await subscribe(id, null);
    const events = await client.outboxEvent.findMany({ where: { subject: id }, orderBy: { id: 'asc' } });
    const rise = { from: 'observer', to: 'participant' };
    const fall = { from: 'participant', to: 'observer' };
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['citizen.tier_changed', { ...rise, isRise: true }],
      ['citizen.tier_changed', { ...fall, isRise: false }],
    ]);
    const told = await client.notification.findMany({ where: { citizenId: id }, orderBy: { id: 'asc' } });
    expect(told.map(({ details }) => details)).toEqual([rise, fall]);
  });

  it('below the class changes nothing', async () => {
    const { id } = await seen('Noble', 'Nobili');
    expect(await subscribe(id, 'participant')).toBe('enterprise');
    expect(await subscribe(id, null)).toBe('enterprise');
  });

  it('is overtaken by a class that rises under it, and gives its lapse nothing to take', async () => {
    const { id } = await seen('Climber', 'Facchini');
    await subscribe(id, 'participant');
    expect(await seen('Climber', 'Cittadini')).toMatchObject({ tier: 'creator' });
    expect(await subscribe(id, null)).toBe('creator');
  });

  it('of nobody is refused as citizen_not_found', async () => {
    const nobody = subscribe(systemIds.uuid(), 'creator');
    await expect(nobody).rejects.toMatchObject({ kind: 'not_found', code: 'citizen_not_found' });
  });
});
