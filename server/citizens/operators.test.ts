import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { appointFirstOperators, appointOperator, dismissOperator, operators } from './operators.ts';
import { citizenByUsername } from './queries.ts';
import { rememberCitizen } from './service.ts';
import { openSession, sessionStore } from './sessions.ts';

describe('operators', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const tools = { clock, ids: systemIds };

  const remember = (username: string) => {
    const profile = { username, displayName: username, socialClass: null, isAi: false };
    return database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
  };
  const first = (usernames: string[]) =>
    database.inTransaction((tx) => appointFirstOperators(tx, { usernames, ...tools }));
  const codeOf = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'allowed',
      (error: unknown) => (isDomainError(error) ? error.code : error),
    );
  const doge = await remember('DogeAuditor');
  const by = { citizenId: doge.id, username: 'DogeAuditor' };
  const appoint = (username: string, operatorRole: 'support' | 'finance' | 'admin', actor = by) =>
    database.inTransaction((tx) => appointOperator(tx, { username, operatorRole, by: actor, ...tools }));
  const dismiss = (username: string, actor = by) =>
    database.inTransaction((tx) => dismissOperator(tx, { username, by: actor, ...tools }));

  it('come from the settings once, when the house has none, known citizens and newcomers alike', async () => {
    expect(await first(['DogeAuditor', 'rialto_banker', 'RepublicTreasury', '..'])).toBe(true);
    expect((await operators(database.client)).map(({ username, operatorRole }) => [username, operatorRole])).toEqual([
      ['DogeAuditor', 'admin'],
      ['rialto_banker', 'admin'],
    ]);
    expect(await citizenByUsername(database.client, 'DogeAuditor')).toMatchObject({ role: 'operator' });
    expect(await remember('rialto_banker')).toMatchObject({ role: 'operator', operatorRole: 'admin' });
    expect(await first(['NLR'])).toBe(false);
    expect(await remember('NLR')).toMatchObject({ role: 'citizen', operatorRole: null });
  });

  it('are appointed, moved and dismissed by an admin, each at once: open sessions end', async () => {
    const name = `op_${randomUUID()}`;
    const { id: citizenId } = await remember(name);
    const sessions = sessionStore(database, clock);
    const client = { device: '', place: '' };
    const open = (role: 'citizen' | 'operator') =>
      database.inTransaction((tx) =>
        openSession(tx, { citizenId, role, method: 'venice', isSecondFactor: false, client, ...tools }),
      );
    const asCitizen = await open('citizen');
    await appoint(name, 'support');
    expect(await sessions.find(asCitizen.token)).toBeNull();
    const asSupport = await open('operator');
    expect(await sessions.find(asSupport.token)).toMatchObject({ operatorRole: 'support' });
    await appoint(name, 'support');
    expect(await sessions.find(asSupport.token)).not.toBeNull();
    await appoint(name, 'finance');
    expect(await sessions.find(asSupport.token)).toBeNull();
    const asFinance = await open('operator');
    await dismiss(name);
    expect(await sessions.find(asFinance.token)).toBeNull();
    expect(await remember(name)).toMatchObject({ role: 'citizen', operatorRole: null });
  });

  it('keep at least one admin, and nobody changes their own role', async () => {
    expect(await codeOf(appoint('DogeAuditor', 'support'))).toBe('own_role');
    expect(await codeOf(dismiss('DogeAuditor'))).toBe('own_role');
    await dismiss('rialto_banker');
    const finance = await remember('MaskMaker');
    await appoint('MaskMaker', 'finance');
    const actor = { citizenId: finance.id, username: 'MaskMaker' };
    expect(await codeOf(dismiss('DogeAuditor', actor))).toBe('last_admin');
    expect(await codeOf(appoint('DogeAuditor', 'finance', actor))).toBe('last_admin');
  });

  it('that dismiss each other at once leave one admin', async () => {
    const other = await remember('RopeWalker');
    await appoint('RopeWalker', 'admin');
    const actor = { citizenId: other.id, username: 'RopeWalker' };
    const outcomes = await Promise.all([codeOf(dismiss('RopeWalker')), codeOf(dismiss('DogeAuditor', actor))]);
    expect(outcomes.sort()).toEqual(['allowed', 'last_admin']);
  });

  it('are no machinery of Venice, no malformed name, and nobody who was none', async () => {
    expect(await codeOf(appoint('RepublicTreasury', 'support'))).toBe('system_citizen');
    expect(await codeOf(appoint('ΝLR', 'support'))).toBe('invalid_username');
    expect(await codeOf(dismiss('Nobody'))).toBe('operator_not_found');
  });
});
