import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { makeCredential } from '#server/citizens/credentials.ts';
import { newCredentialSecret } from '#server/citizens/credential-secret.ts';
import { rememberCitizen } from '#server/citizens/service.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { CredentialRights } from '#server/platform/session.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { frontSecret, testFront } from '#server/testing/front.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';
import { createContext } from './context.ts';

const front = await testFront();
const { direct: database } = front;
const { client } = database;
const tools = { clock: systemClock, ids: systemIds };

/** A citizen with a second factor and one credential. */
async function holder(rights: CredentialRights, socialClass = 'Popolani') {
  const username = `c_${randomUUID()}`;
  const profile = { username, displayName: username, socialClass, isAi: false };
  const { id: citizenId } = await database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
  await client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
  const wanted = { citizenId, name: 'A program', rights, days: 30, mode: 'sandbox' } as const;
  const made = await database.inTransaction((tx) => makeCredential(tx, { ...wanted, ...tools }));
  return { citizenId, username, ...made, authorization: `Bearer ${made.secret}` };
}

const query = (path: string, authorization: string) =>
  fetch(`${front.base}/api/trpc/${path}`, { headers: { authorization } });
const mutation = (path: string, authorization: string, input: unknown = {}) =>
  fetch(`${front.base}/api/trpc/${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ json: input }),
  });
async function codeOf(answer: Response): Promise<string> {
  const text = await answer.text();
  const code = /"code":"([a-z_]+)"/.exec(text)?.[1] ?? 'answered';
  return `${String(answer.status)} ${code}`;
}
const callsOf = async (citizenId: string) =>
  (await client.apiUsage.findFirst({ where: { citizenId }, orderBy: { month: 'desc' } }))?.calls ?? 0;
/** In whichever month the test runs, and in the next one where it begins meanwhile. */
async function setCalls(citizenId: string, calls: number): Promise<void> {
  const now = new Date();
  for (const ahead of [0, 1]) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    await client.apiUsage.upsert({
      where: { citizenId_month: { citizenId, month } },
      create: { citizenId, month, calls },
      update: { calls },
    });
  }
}
const setTopic = { topic: 'standing', byEmail: false, locale: 'en' };

it('opens the doors of the API to whoever it belongs to, and is counted as itself', async () => {
  const { authorization, username, credentialId, secret } = await holder('read');
  const answer = await query('session.current', authorization);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('ratelimit-limit')).toBe('600');
  expect(await answer.text()).toContain(username);
  const { callers } = await createContext(new Headers({ authorization }));
  expect(callers.credential).toBe(credentialId);
  expect(secret).not.toContain(callers.credential ?? '');
  for (const path of ['/api/wallet/statement.csv', '/api/catalogue/export.csv'])
    expect((await fetch(front.base + path, { headers: { authorization } })).status, path).toBe(200);
});

it('that may only read changes nothing, by procedures or by files, and one that may change things does', async () => {
  const [reader, writer] = [await holder('read'), await holder('read_write')];
  expect(await codeOf(await mutation('notifications.setTopic', reader.authorization, setTopic))).toBe(
    '403 credential_read_only',
  );
  expect(await codeOf(await mutation('walletSignIn.verify', reader.authorization))).toBe('403 credential_read_only');
  const upload = (authorization: string) =>
    fetch(`${front.base}/api/uploads/${randomUUID()}`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'text/plain' },
      body: 'no picture',
    });
  expect(await codeOf(await upload(reader.authorization))).toBe('403 credential_read_only');
  expect(await codeOf(await upload(writer.authorization))).toBe('415 picture_type');
  expect(await codeOf(await mutation('notifications.setTopic', writer.authorization, setTopic))).toBe('200 answered');
  expect(await client.notificationSetting.count({ where: { citizenId: reader.citizenId } })).toBe(0);
  expect(await client.notificationSetting.count({ where: { citizenId: writer.citizenId } })).toBe(1);
});

it('has neither an operator’s powers, nor what is for browsers, nor the download of everything', async () => {
  const { authorization, citizenId } = await holder('read_write');
  await asSuperuser(
    database,
    `UPDATE citizen SET role = 'operator', operator_role = 'admin' WHERE id = '${citizenId}'`,
  );
  expect(await codeOf(await query('operator.overview', authorization))).toBe('403 operators_only');
  for (const path of ['credentials.list', 'session.list', 'security.factors'])
    expect(await codeOf(await query(path, authorization)), path).toBe('403 session_required');
  const made = await mutation('credentials.make', authorization, { name: 'More', rights: 'read_write', days: 30 });
  expect(await codeOf(made)).toBe('403 session_required');
  const data = await fetch(`${front.base}/api/account/data`, { headers: { authorization } });
  expect(await codeOf(data)).toBe('403 step_up_required');
  expect(await client.apiCredential.count({ where: { citizenId } })).toBe(1);
});

it('that is wrong is one same 401 with a challenge at every door, whatever cookie is beside it, and costs nobody a call', async () => {
  const { authorization, citizenId } = await holder('read');
  const { cookie } = await signedInCitizen(database, { username: 'NLR', secret: frontSecret });
  const wrong = [
    `Bearer ${newCredentialSecret('sandbox')}`,
    `Bearer ${newCredentialSecret('live')}`,
    `${authorization.slice(0, -1)}${authorization.endsWith('a') ? 'b' : 'a'}`,
    'Bearer cascade_sandbox_',
  ];
  for (const path of ['/api/trpc/session.current', '/api/wallet/statement.csv']) {
    for (const each of wrong) {
      const answer = await fetch(front.base + path, { headers: { authorization: each, cookie } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(await codeOf(answer)).toBe('401 invalid_credential');
    }
  }
  expect(await codeOf(await query('session.current', `Bearer ${authorization}`))).toBe('401 invalid_token');
  expect(await callsOf(citizenId)).toBe(0);
});

it('counts every call of a batch for the month, files too, and browsers not at all', async () => {
  const { authorization, citizenId } = await holder('read');
  const names = Array.from({ length: 10 }, () => 'session.current').join(',');
  expect((await query(`${names}?batch=1&input={}`, authorization)).status).toBe(200);
  expect(await callsOf(citizenId)).toBe(10);
  await (await fetch(`${front.base}/api/wallet/statement.csv`, { headers: { authorization } })).text();
  expect(await callsOf(citizenId)).toBe(11);
  const browser = await signedInCitizen(database, { username: `c_${randomUUID()}`, secret: frontSecret });
  await fetch(`${front.base}/api/trpc/session.current`, { headers: { cookie: browser.cookie } });
  expect(await callsOf(browser.citizenId)).toBe(0);
});

it('over the calls of the month is 429 that says when to come back, exactly as many as there are at once', async () => {
  const { authorization, citizenId } = await holder('read');
  await setCalls(citizenId, 995);
  const answers = await Promise.all(Array.from({ length: 16 }, () => query('session.current', authorization)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(11);
  for (const path of ['/api/trpc/session.current', '/api/wallet/statement.csv']) {
    const refused = await fetch(front.base + path, { headers: { authorization } });
    expect(refused.headers.get('ratelimit-limit')).toBe('1000');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.headers.get('retry-after')).toBe(refused.headers.get('ratelimit-reset'));
    expect(await codeOf(refused)).toBe('429 monthly_calls_used');
  }
  // What was refused is not counted.
  expect(await client.apiUsage.count({ where: { citizenId, calls: { gt: 1_000 } } })).toBe(0);
});

it('tells of the month where it leaves less than the minute does', async () => {
  const { authorization, citizenId } = await holder('read');
  await setCalls(citizenId, 989);
  const answer = await query('session.current', authorization);
  expect(answer.headers.get('ratelimit-limit')).toBe('1000');
  expect(answer.headers.get('ratelimit-remaining')).toBe('10');
});
