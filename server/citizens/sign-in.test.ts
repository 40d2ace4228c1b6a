import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { signIn } from './flows.ts';
import { citizenById, citizenByUsername, citizensByIds } from './queries.ts';
import { sessionStore } from './sessions.ts';
import { createVeniceClient } from './venice-client.ts';

describe('signing in', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const venice = await startTestVenice({ clock });
  const sessions = sessionStore(database, clock);
  const deps = {
    inTransaction: database.inTransaction.bind(database),
    venice: createVeniceClient({ apiUrl: `${venice.url}/api`, clock, totalTimeoutMs: 400 }),
    clock,
    ids: systemIds,
    secret: 'a secret that only this test knows',
  };
  const client = { device: 'Firefox on Linux', place: '127.0.0.x' };
  const enter = (username: string, previousToken: string | null = null) =>
    signIn(deps, { username, previousToken, method: 'venice', client });
  const refusalOf = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'allowed',
      (error: unknown) => (isDomainError(error) ? `${error.kind} ${error.code}` : error),
    );
  afterAll(() => venice.close());
  beforeEach(async () => {
    clock.advance(60_000); // whatever outage the test before brought about, Venice may be asked again
    await venice.control({ reset: true });
  });

  it.each([
    ['NLR', 'enterprise'],
    ['bigbosefx', 'creator'],
    ['ElenaVeneziana', 'participant'],
    ['PescatoreNuovo', 'observer'],
  ])('gives %s the tier of their class: %s', async (username, tier) => {
    const { citizen, sessionId, token } = await enter(username);
    expect(citizen).toMatchObject({ username, tier, role: 'citizen' });
    expect(await sessions.find(token)).toMatchObject({ username, tier, citizenId: citizen.id, sessionId });
  });

  it('knows a citizen again, and a risen class raises the tier at once, in open sessions too', async () => {
    const first = await enter('SilkRoadRunner');
    await venice.control({ citizen: { username: 'SilkRoadRunner', socialClass: 'Cittadino' } });
    const second = await enter('SilkRoadRunner');
    expect(second.citizen).toMatchObject({ id: first.citizen.id, tier: 'creator', socialClass: 'Cittadino' });
    expect(await sessions.find(first.token)).toMatchObject({ tier: 'creator' });
  });

  it('makes one citizen of ten first sign-ins at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => enter('MaskMaker')));
    expect(new Set(all.map((each) => each.citizen.id)).size).toBe(1);
    expect(new Set(all.map((each) => each.sessionId)).size).toBe(10);
  });

  it.each(['fallback', 'error', 'unauthorized'] as const)(
    'while Venice answers with %s: a known citizen keeps class and tier, a new one is refused and not stored',
    async (api) => {
      const { citizen } = await enter('MuranoGlass');
      await venice.control({ api });
      expect((await enter('MuranoGlass')).citizen).toEqual(citizen);
      expect(await refusalOf(enter('RopeWalker'))).toBe('unavailable venice_unavailable');
      expect(await citizenByUsername(database.client, 'RopeWalker')).toBeNull();
    },
  );

  it('refuses whom Venice does not know, also in the five minutes of citizen: null', async () => {
    expect(await refusalOf(enter('Nobody'))).toBe('forbidden citizen_not_found');
    expect(await refusalOf(enter('Nobody'))).toBe('forbidden citizen_not_found');
  });

  it('refuses the machinery of Venice and names that are none', async () => {
    expect(await refusalOf(enter('RepublicTreasury'))).toBe('forbidden system_citizen');
    expect(await refusalOf(enter('ΝLR'))).toBe('invalid invalid_username');
    expect(await refusalOf(enter('..'))).toBe('invalid invalid_username');
  });

  it('stores nothing private of what Venice tells', async () => {
    await enter('NLR');
    const answer = (await (await fetch(`${venice.url}/api/citizens/NLR`)).json()) as { citizen: { wallet: string } };
    expect(answer.citizen.wallet).toMatch(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/);
    const stored = JSON.stringify(await database.client.citizen.findMany({ take: 100 }));
    expect(stored).toContain('NLR');
    expect(stored).not.toContain(answer.citizen.wallet);
  });

  it('lets an ended session in no more, on the very next read', async () => {
    const { sessionId, token } = await enter('NLR');
    expect(await sessions.isLive(sessionId)).toBe(true);
    await sessions.end(sessionId);
    expect(await sessions.find(token)).toBeNull();
    expect(await sessions.isLive(sessionId)).toBe(false);
  });

  it('ends the session that the same browser held before, and no other', async () => {
    const [elsewhere, before] = [await enter('NLR'), await enter('NLR')];
    const after = await enter('bigbosefx', before.token);
    expect(await sessions.find(before.token)).toBeNull();
    expect(await sessions.find(elsewhere.token)).not.toBeNull();
    expect(await sessions.find(after.token)).not.toBeNull();
  });

  it('ends a session after 30 minutes without use, and after 12 hours of use', async () => {
    const idle = await enter('NLR');
    const used = await enter('NLR');
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      clock.advance(20 * 60_000);
      expect(await sessions.find(used.token)).not.toBeNull();
    }
    expect(await sessions.find(idle.token)).toBeNull();
    clock.advance(20 * 60_000);
    expect(await sessions.find(used.token)).toBeNull();
  });

  it('notes at most once a minute that a session is in use', async () => {
    const { sessionId, token } = await enter('NLR');
    const lastSeenAt = async () =>
      (await database.client.session.findUniqueOrThrow({ where: { id: sessionId }, select: { lastSeenAt: true } }))
        .lastSeenAt;
    const opened = await lastSeenAt();
    clock.advance(59_000);
    await sessions.find(token);
    expect(await lastSeenAt()).toEqual(opened);
    clock.advance(1_000);
    await sessions.find(token);
    expect(await lastSeenAt()).toEqual(clock.now());
  });

  it('knows citizens by id, and leaves out whom it does not know', async () => {
    const { citizen } = await enter('NLR');
    const stranger = systemIds.uuid();
    expect(await citizenById(database.client, citizen.id)).toEqual(citizen);
    expect(await citizenById(database.client, stranger)).toBeNull();
    expect([...(await citizensByIds(database.client, [citizen.id, stranger])).keys()]).toEqual([citizen.id]);
  });
});
