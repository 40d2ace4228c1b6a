import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { createDatabase } from '#server/platform/db.ts';
import { movableClock } from '#server/testing/clock.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { appointOperator } from './operators.ts';
import { sessionsMax } from './rules.ts';
import { rememberCitizen } from './service.ts';
import { endOwnSession, endSessionsOf, openSession, renewSession, sessionsOf, sessionStore } from './sessions.ts';

const minuteMs = 60_000;

describe('sessions', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const sessions = sessionStore(database, clock);
  const tools = { clock, ids: systemIds };

  async function citizen(username = `c_${randomUUID()}`): Promise<{ citizenId: string; username: string }> {
    const profile = { username, displayName: username, socialClass: null, isAi: false };
    const { id } = await database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
    return { citizenId: id, username };
  }
  async function open(citizenId: string, role: 'citizen' | 'operator' = 'citizen') {
    const client = { device: 'Firefox on Linux', place: '192.0.2.x' };
    const session = { citizenId, role, method: 'venice', isSecondFactor: false, client } as const;
    return await database.inTransaction((tx) => openSession(tx, { ...session, ...tools }));
  }
  const codeOf = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'allowed',
      (error: unknown) => (isDomainError(error) ? `${error.kind} ${error.code}` : error),
    );

  it('keep nothing in the database from which a token could be made', async () => {
    const { citizenId } = await citizen();
    const { token, sessionId } = await open(citizenId);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const row = await database.client.session.findUniqueOrThrow({ where: { id: sessionId } });
    expect(JSON.stringify(row)).not.toContain(token);
    expect(row.tokenHash).toHaveLength(32);
    expect(await sessions.find(Buffer.from(row.tokenHash).toString('base64url'))).toBeNull();
    expect(await sessions.find(sessionId)).toBeNull();
  });

  it('get a new token with a proof, and the old one, stolen or not, is worthless from then on', async () => {
    const { citizenId } = await citizen();
    const { token: stolen, sessionId } = await open(citizenId);
    clock.advance(minuteMs);
    const now = clock.now();
    const renewed = await database.inTransaction((tx) => renewSession(tx, { sessionId, isSecondFactor: true, now }));
    expect(await sessions.find(stolen)).toBeNull();
    expect(await sessions.find(renewed)).toMatchObject({ sessionId, provedAt: now, secondFactorAt: now });
  });

  it('that are over are not renewed', async () => {
    const { citizenId } = await citizen();
    const { sessionId } = await open(citizenId);
    await sessions.end(sessionId);
    const renewal = database.inTransaction((tx) =>
      renewSession(tx, { sessionId, isSecondFactor: true, now: clock.now() }),
    );
    expect(await codeOf(renewal)).toBe('unauthenticated sign_in_required');
  });

  it('are live for 30 minutes without use and 12 hours in all for a citizen', async () => {
    const { citizenId } = await citizen();
    const [idle, used] = [await open(citizenId), await open(citizenId)];
    clock.advance(30 * minuteMs - 1);
    expect(await sessions.isLive(idle.sessionId)).toBe(true);
    expect(await sessions.find(used.token)).not.toBeNull();
    clock.advance(1);
    expect(await sessions.isLive(idle.sessionId)).toBe(false);
    for (let minutes = 30; minutes < 12 * 60 - 20; minutes += 20) {
      clock.advance(20 * minuteMs);
      expect(await sessions.find(used.token)).not.toBeNull();
    }
    clock.advance(20 * minuteMs);
    expect(await sessions.find(used.token)).toBeNull();
  });

  it('are live for 15 minutes without use and 8 hours in all for an operator', async () => {
    const { citizenId, username } = await citizen();
    const by = { citizenId: (await citizen()).citizenId, username: 'DogeAuditor' };
    await database.inTransaction((tx) =>
      appointOperator(tx, { username, operatorRole: 'admin', by, clock, ids: systemIds }),
    );
    const [idle, used] = [await open(citizenId, 'operator'), await open(citizenId, 'operator')];
    clock.advance(15 * minuteMs - 1);
    expect(await sessions.isLive(idle.sessionId)).toBe(true);
    expect(await sessions.find(used.token)).toMatchObject({ role: 'operator', operatorRole: 'admin' });
    clock.advance(1);
    expect(await sessions.isLive(idle.sessionId)).toBe(false);
    expect(await sessions.find(idle.token)).toBeNull();
    for (let minutes = 15; minutes < 8 * 60 - 10; minutes += 10) {
      clock.advance(10 * minuteMs);
      expect(await sessions.find(used.token)).not.toBeNull();
    }
    clock.advance(10 * minuteMs);
    expect(await sessions.find(used.token)).toBeNull();
  });

  it('are listed, the one used last first, and end one by one or all but one', async () => {
    const { citizenId } = await citizen();
    const first = await open(citizenId);
    clock.advance(minuteMs);
    const second = await open(citizenId);
    clock.advance(minuteMs);
    await sessions.find(first.token);
    const third = await open(citizenId);
    const listed = async () =>
      (await sessionsOf(database.client, { citizenId, role: 'citizen', now: clock.now() })).map(({ id }) => id);
    expect(new Set(await listed())).toEqual(new Set([first, second, third].map(({ sessionId }) => sessionId)));
    expect((await listed()).at(-1)).toBe(second.sessionId);
    const now = clock.now();
    await database.inTransaction((tx) => endOwnSession(tx, { citizenId, sessionId: second.sessionId, now }));
    expect(await sessions.find(second.token)).toBeNull();
    const ended = await database.inTransaction((tx) =>
      endSessionsOf(tx, { citizenId, exceptId: third.sessionId, now }),
    );
    expect(ended).toBe(1);
    expect(await listed()).toEqual([third.sessionId]);
  });

  it('of someone else are not found, and stay', async () => {
    const [own, foreign] = [await citizen(), await citizen()];
    const { sessionId, token } = await open(foreign.citizenId);
    const attempt = database.inTransaction((tx) =>
      endOwnSession(tx, { citizenId: own.citizenId, sessionId, now: clock.now() }),
    );
    expect(await codeOf(attempt)).toBe('not_found session_not_found');
    expect(await sessions.find(token)).not.toBeNull();
  });

  it(`are at most ${String(sessionsMax)} for a citizen: the one used longest ago makes room`, async () => {
    const { citizenId } = await citizen();
    const opened = [];
    for (let number = 0; number < sessionsMax + 2; number += 1) {
      opened.push(await open(citizenId));
      clock.advance(1_000);
    }
    const live = await Promise.all(opened.map(({ token }) => sessions.find(token)));
    expect(live.map((principal) => principal !== null)).toEqual(opened.map((_, index) => index >= 2));
  });

  it('ended here are over in another process on its very next request', async () => {
    const elsewhere = createDatabase(database.adminUrl);
    const store = sessionStore(elsewhere, clock);
    const { citizenId } = await citizen();
    const { sessionId, token } = await open(citizenId);
    expect(await store.find(token)).not.toBeNull();
    await sessions.end(sessionId);
    expect(await store.find(token)).toBeNull();
    await elsewhere.close();
  });

  it('cannot be opened twice with one token', async () => {
    const { citizenId } = await citizen();
    const { sessionId } = await open(citizenId);
    const copy = `INSERT INTO session SELECT (json_populate_record(s, json_build_object('id', gen_random_uuid()))).* FROM session s WHERE id = '${sessionId}'`;
    await expect(asSuperuser(database, copy)).rejects.toThrow(/token_hash/);
  });
});
