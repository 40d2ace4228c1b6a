import { describe, expect, it } from 'vitest';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { openTransaction, untilWaiting } from '#server/testing/ledger-contention.ts';
import { closeAccount, formerUsernameHash } from './closing.ts';
import { appointOperator, operators } from './operators.ts';
import { rememberCitizen, signIn } from './service.ts';
import { sessionStore } from './sessions.ts';

const secret = 'a secret of at least thirty-two characters';

describe('an account that is being closed', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const tools = { clock, ids: systemIds };
  const { client } = database;

  const profileOf = (username: string) => ({ username, displayName: username, socialClass: null, isAi: false });
  const remember = (username: string) =>
    database.inTransaction((tx) => rememberCitizen(tx, { profile: profileOf(username), ...tools }));
  const enter = (username: string, { isVeniceAway = false } = {}) =>
    database.inTransaction((tx) =>
      signIn(tx, {
        username,
        profile: isVeniceAway ? null : profileOf(username),
        asOf: clock.now(),
        method: 'venice',
        client: { device: '', place: '' },
        previousToken: null,
        usernameHash: formerUsernameHash(secret, username),
        ...tools,
      }),
    );
  const close = (citizenId: string, confirmation: string) => (tx: Parameters<typeof closeAccount>[0]) =>
    closeAccount(tx, { ...tools, secret, parts: [] }, { citizenId, confirmation });
  const codeOf = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'allowed',
      (error: unknown) => (isDomainError(error) ? error.code : String(error)),
    );
  const namesakes = (username: string) => client.citizen.count({ where: { username } });

  it.each([
    ['while Venice answers', false],
    ['while Venice is away', true],
  ])('opens again for a sign-in at the same moment, and no second one is made, %s', async (name, isVeniceAway) => {
    const username = isVeniceAway ? 'Returner_2' : 'Returner_1';
    const { id: citizenId } = await remember(username);
    const closing = await openTransaction(database, close(citizenId, username));
    const entering = enter(username, { isVeniceAway });
    await untilWaiting(database);
    await closing.commit();
    const { citizen, token } = await entering;
    expect(citizen.id, name).toBe(citizenId);
    expect(await namesakes(username)).toBe(1);
    expect(await sessionStore(database, clock).find(token)).toMatchObject({ citizenId, username });
    expect((await enter(username)).citizen.id).toBe(citizenId);
  });

  it('leaves an admin behind, also when two of them close theirs at once', async () => {
    const [first, second] = [await remember('Admin_1'), await remember('Admin_2')];
    const by = { citizenId: first.id, username: 'Nobody' };
    for (const { username } of [first, second])
      await database.inTransaction((tx) => appointOperator(tx, { username, operatorRole: 'admin', by, ...tools }));
    const closing = await openTransaction(database, close(first.id, first.username));
    const other = codeOf(database.inTransaction(close(second.id, second.username)));
    await untilWaiting(database);
    await closing.commit();
    expect(await other).toBe('closing_obstructed');
    expect((await operators(client)).map(({ username }) => username)).toEqual(['Admin_2']);
  });

  it('opens with the role that its citizen was given meanwhile', async () => {
    const username = 'Clerk';
    const { id: citizenId } = await remember(username);
    await database.inTransaction(close(citizenId, username));
    const by = { citizenId, username: 'Nobody' };
    await database.inTransaction((tx) => appointOperator(tx, { username, operatorRole: 'support', by, ...tools }));
    const { citizen } = await enter(username);
    expect(citizen).toMatchObject({ id: citizenId, role: 'operator', operatorRole: 'support' });
  });
});

describe('a first sign-in at the moment of an appointment', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const tools = { clock, ids: systemIds };
  const by = { citizenId: systemIds.uuid(), username: 'Nobody' };

  it('waits for it, so that whoever is on the list of operators is one', async () => {
    const username = 'Newcomer';
    const profile = { username, displayName: username, socialClass: null, isAi: false };
    const { id: citizenId } = await database.inTransaction((tx) =>
      rememberCitizen(tx, { profile: { ...profile, username: 'Appointer' }, ...tools }),
    );
    const appointing = await openTransaction(database, (tx) =>
      appointOperator(tx, { username, operatorRole: 'admin', by: { ...by, citizenId }, ...tools }),
    );
    const entering = database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
    await untilWaiting(database);
    await appointing.commit();
    expect(await entering).toMatchObject({ role: 'operator', operatorRole: 'admin' });
  });
});
