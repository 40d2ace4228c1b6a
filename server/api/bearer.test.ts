import { afterAll, describe, expect, it } from 'vitest';
import { closeAccount } from '#server/citizens/closing.ts';
import { rememberCitizen } from '#server/citizens/service.ts';
import { systemClock } from '#server/platform/clock.ts';
import { createDatabase } from '#server/platform/db.ts';
import { parseEnv } from '#server/platform/env.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { sandboxClient } from '#server/sandbox/venice/server.ts';
import { machineToken, newAttempt, pickCitizen, startTestVenice, trade } from '#server/sandbox/venice/testing.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { openTransaction, untilWaiting } from '#server/testing/ledger-contention.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';
import { createContext } from './context.ts';
import { statementDoor, trpcDoor } from './doors.ts';

const appUrl = 'http://127.0.0.1:3000';
const audience = `${appUrl}/api`;
const secret = 'a secret for tests, long enough to be one';

describe('the doors of the API, asked with a token of Venice', async () => {
  const database = await testDatabase();
  const venice = await startTestVenice();
  const settings = parseEnv({
    CASCADE_MODE: 'sandbox',
    APP_URL: appUrl,
    DATABASE_URL: database.adminUrl,
    CASCADE_SECRET: secret,
    STRIPE_SECRET_KEY: 'sk_test_doors',
    VENICE_ISSUER: venice.url,
    VENICE_API_URL: `${venice.url}/api`,
    VENICE_CLIENT_ID: sandboxClient.id,
    VENICE_CLIENT_SECRET: sandboxClient.secret,
    LOG_LEVEL: 'silent',
  });
  once('env', () => settings);
  const books = once('database', () => createDatabase(database.adminUrl));
  afterAll(async () => {
    await books.close();
    await venice.close();
  });

  const bearer = async (citizen: string, changes: { amr?: string; audience?: string } = {}) =>
    `Bearer ${await machineToken(venice, { citizen, audience, ...changes })}`;
  const current = async (headers: Record<string, string>) => {
    const answer = await trpcDoor(new Request(`${appUrl}/api/trpc/session.current`, { headers }));
    const body = (await answer.json()) as {
      result?: { data: { json: { username: string } | null } };
      error?: { json: { data: { refusal: { code: string } } } };
    };
    const outcome = body.error?.json.data.refusal.code ?? body.result?.data.json?.username ?? null;
    return { status: answer.status, outcome, challenge: answer.headers.get('www-authenticate') };
  };
  const statement = (headers: Record<string, string>) =>
    statementDoor(new Request(`${appUrl}/api/wallet/statement.csv`, { headers }));
  const refused = { status: 401, outcome: 'invalid_token', challenge: 'Bearer error="invalid_token"' };

  it('ask Venice once about a citizen, however often they come', async () => {
    const authorization = await bearer('ViolinMaker');
    await current({ authorization });
    const calls = async () =>
      ((await (await fetch(`${venice.url}/sandbox/traffic`)).json()) as { calls: number }).calls;
    const before = await calls();
    for (let call = 0; call < 20; call += 1) await current({ authorization });
    expect(await calls()).toBe(before);
    // Only credentials count for the month: a token is how an AI citizen lives here.
    expect(await database.client.apiUsage.count()).toBe(0);
  });

  it('let an AI citizen in who was never here, and make no session', async () => {
    expect(await current({ authorization: await bearer('SpiceMerchant7') })).toMatchObject({
      status: 200,
      outcome: 'SpiceMerchant7',
    });
    expect(await database.client.session.count()).toBe(0);
    const answer = await statement({ authorization: await bearer('SpiceMerchant7') });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  });

  it('know a bearer as one who proved nothing lately, and the token by a name that does not give it away', async () => {
    const authorization = await bearer('TipografoAldo');
    const { principal, callers } = await createContext(new Headers({ authorization }));
    expect(principal).toMatchObject({
      username: 'TipografoAldo',
      sessionId: null,
      provedAt: null,
      secondFactorAt: null,
    });
    expect(callers.citizen).toBe(principal?.citizenId);
    expect(callers.credential).toMatch(/^[0-9a-f]{32}$/);
    expect(authorization).not.toContain(callers.credential ?? '');
    expect((await createContext(new Headers())).callers.credential).toBeUndefined();
  });

  it('go by the token alone: a bad one is refused, whatever the cookie beside it says', async () => {
    const { cookie } = await signedInCitizen(database, { username: 'NLR', secret });
    expect(await current({ cookie })).toMatchObject({ outcome: 'NLR' });
    const bad = ['Bearer nonsense', 'Bearer ', 'Basic TkxSOg==', 'Bearer a.b.c, Bearer d.e.f', ''];
    for (const authorization of bad) expect(await current({ authorization, cookie })).toEqual(refused);
    expect(await current({ authorization: await bearer('SpiceMerchant7'), cookie })).toMatchObject({
      outcome: 'SpiceMerchant7',
    });
    const file = await statement({ authorization: 'Bearer nonsense', cookie });
    expect([file.status, file.headers.get('www-authenticate')]).toEqual([401, refused.challenge]);
    expect(await file.json()).toMatchObject({ code: 'invalid_token' });
  });

  it('refuse a token for somebody else, an id_token, and the access token of a sign-in', async () => {
    expect(await current({ authorization: await bearer('NLR', { audience: 'http://127.0.0.1:3001/api' }) })).toEqual(
      refused,
    );
    expect(await current({ authorization: await bearer('NLR', { audience: sandboxClient.id }) })).toEqual(refused);
    const attempt = newAttempt();
    const target = await pickCitizen(venice, attempt.parameters, 'NLR');
    const answer = await trade(venice, { ...attempt, code: target.searchParams.get('code') ?? '' });
    const tokens = (await answer.json()) as { id_token: string; access_token: string };
    expect(await current({ authorization: `Bearer ${tokens.id_token}` })).toEqual(refused);
    expect(await current({ authorization: `Bearer ${tokens.access_token}` })).toEqual(refused);
  });

  it('refuse the machinery of Venice and whom Venice does not know, and store neither', async () => {
    expect(await current({ authorization: await bearer('RepublicTreasury') })).toMatchObject({
      status: 403,
      outcome: 'system_citizen',
    });
    expect(await current({ authorization: await bearer('Nobody') })).toMatchObject({
      status: 403,
      outcome: 'citizen_not_found',
    });
    const usernames = ['RepublicTreasury', 'Nobody'];
    expect(await database.client.citizen.count({ where: { username: { in: usernames } } })).toBe(0);
  });

  it('refuse who closed their account, on the very next call with the same token', async () => {
    const authorization = await bearer('MirrorSmith');
    expect(await current({ authorization })).toMatchObject({ outcome: 'MirrorSmith' });
    const { principal } = await createContext(new Headers({ authorization }));
    const deps = { clock: systemClock, ids: systemIds, secret, parts: [] };
    const closing = { citizenId: principal?.citizenId ?? '', confirmation: 'MirrorSmith' };
    await database.inTransaction((tx) => closeAccount(tx, deps, closing));
    expect(await current({ authorization })).toMatchObject({ status: 403, outcome: 'account_closed' });
    expect(await database.client.citizen.count({ where: { username: 'MirrorSmith' } })).toBe(0);
  });

  it('refuse who is closing their account at this moment, and make no second one', async () => {
    const authorization = await bearer('SilkRoadRunner');
    const { principal } = await createContext(new Headers({ authorization }));
    await asSuperuser(
      database,
      `UPDATE citizen SET refreshed_at = now() - interval '25 hours' WHERE username = 'SilkRoadRunner'`,
    );
    const deps = { clock: systemClock, ids: systemIds, secret, parts: [] };
    const closing = await openTransaction(database, (tx) =>
      closeAccount(tx, deps, { citizenId: principal?.citizenId ?? '', confirmation: 'SilkRoadRunner' }),
    );
    const asking = current({ authorization });
    await untilWaiting(database);
    await closing.commit();
    expect(await asking).toMatchObject({ status: 403, outcome: 'account_closed' });
    expect(await database.client.citizen.count({ where: { username: 'SilkRoadRunner' } })).toBe(0);
  });

  it('ask of who has a second factor a token that proves one', async () => {
    const [plain, weak] = [await bearer('GrainFactor'), await bearer('GrainFactor', { amr: 'pwd sms' })];
    expect(await current({ authorization: weak })).toMatchObject({ outcome: 'GrainFactor' });
    await asSuperuser(database, `UPDATE citizen SET has_second_factor = true WHERE username = 'GrainFactor'`);
    for (const authorization of [plain, weak]) {
      expect(await current({ authorization })).toMatchObject({ status: 403, outcome: 'second_factor_required' });
    }
    for (const amr of ['mfa', 'otp', 'hwk', 'swk', 'sc', 'pwd otp']) {
      expect(await current({ authorization: await bearer('GrainFactor', { amr }) })).toMatchObject({
        outcome: 'GrainFactor',
      });
    }
  });

  it('give a bearer no rights of an operator and nothing that asks for a fresh proof', async () => {
    const tools = { clock: systemClock, ids: systemIds };
    const profile = { username: 'DogeAuditor', displayName: 'Caterina', socialClass: 'Nobili', isAi: false };
    const { id } = await database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
    await asSuperuser(
      database,
      `UPDATE citizen SET role = 'operator', operator_role = 'admin', has_second_factor = true WHERE id = '${id}'`,
    );
    const authorization = await bearer('DogeAuditor', { amr: 'mfa' });
    const asked = new Request(`${appUrl}/api/trpc/operator.overview`, { headers: { authorization } });
    const answer = await trpcDoor(asked);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('second_factor_required');
    const { principal } = await createContext(new Headers({ authorization }));
    expect(principal).toMatchObject({ operatorRole: 'admin', secondFactorAt: null });
  });

  it('know citizens on while Venice is away, and let nobody new in', async () => {
    const tools = { clock: systemClock, ids: systemIds };
    const profile = { username: 'SoapBoiler', displayName: 'Bortolo Ferro', socialClass: 'Popolani', isAi: true };
    await database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
    await asSuperuser(
      database,
      `UPDATE citizen SET refreshed_at = now() - interval '25 hours' WHERE username = 'SoapBoiler'`,
    );
    const [known, newcomer] = [await bearer('SoapBoiler'), await bearer('RopeWalker')];
    await venice.control({ api: 'error' });
    expect(await current({ authorization: known })).toMatchObject({ outcome: 'SoapBoiler' });
    expect(await current({ authorization: newcomer })).toMatchObject({ status: 503, outcome: 'venice_unavailable' });
    expect(await database.client.citizen.count({ where: { username: 'RopeWalker' } })).toBe(0);
    await venice.control({ reset: true });
  });

  it('go on accepting tokens of the key before the current one', async () => {
    const kid = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
    const token = await machineToken(venice, { citizen: 'SpiceMerchant7', audience });
    await venice.control({ rotateKeys: true });
    const after = await machineToken(venice, { citizen: 'SpiceMerchant7', audience });
    const published = (await (await fetch(`${venice.url}/jwks`)).json()) as { keys: { kid: string }[] };
    expect(published.keys.map((key) => key.kid)).toEqual([kid(after), kid(token)]);
    expect(kid(after)).not.toBe(kid(token));
    expect(await current({ authorization: `Bearer ${token}` })).toMatchObject({ outcome: 'SpiceMerchant7' });
  });
});
