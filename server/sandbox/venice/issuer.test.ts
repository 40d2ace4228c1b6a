import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { movableClock } from '#server/testing/clock.ts';
import { sandboxClient, startVeniceSandbox } from './server.ts';
import { newAttempt, pickCitizen, startTestVenice, trade } from './testing.ts';

const tokensSchema = z.object({ access_token: z.string(), id_token: z.string(), token_type: z.literal('Bearer') });

describe('the sandbox as an OpenID Connect issuer', async () => {
  const clock = movableClock(new Date());
  const venice = await startTestVenice({ clock });
  afterAll(() => venice.close());

  const authorize = (parameters: URLSearchParams) =>
    fetch(`${venice.url}/authorize?${parameters.toString()}`, { redirect: 'manual' });
  const newCode = async () => {
    const attempt = newAttempt();
    const target = await pickCitizen(venice, attempt.parameters, 'NLR');
    return { ...attempt, code: target.searchParams.get('code') ?? '', target };
  };

  it('takes a citizen through the whole code flow and vouches for exactly that citizen', async () => {
    const discovery = z
      .object({ issuer: z.string(), jwks_uri: z.string(), userinfo_endpoint: z.string() })
      .parse(await (await fetch(`${venice.url}/.well-known/openid-configuration`)).json());
    const attempt = await newCode();
    expect(await (await authorize(attempt.parameters)).text()).toContain('Niccolò Loredan');
    expect(attempt.target.searchParams.get('state')).toBe(attempt.parameters.get('state'));
    expect(attempt.target.searchParams.get('iss')).toBe(discovery.issuer);
    const tokens = tokensSchema.parse(await (await trade(venice, attempt)).json());
    const { payload } = await jwtVerify(tokens.id_token, createRemoteJWKSet(new URL(discovery.jwks_uri)), {
      issuer: discovery.issuer,
      audience: sandboxClient.id,
      algorithms: ['RS256'],
    });
    expect(payload).toMatchObject({ sub: 'NLR', nonce: attempt.parameters.get('nonce') });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect(await (await fetch(discovery.userinfo_endpoint, { headers })).json()).toMatchObject({ sub: 'NLR' });
  });

  it('accepts the client secret in the header, form-encoded', async () => {
    const attempt = await newCode();
    const basic = Buffer.from(`${sandboxClient.id}:${encodeURIComponent(sandboxClient.secret)}`).toString('base64');
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: attempt.code,
      redirect_uri: attempt.parameters.get('redirect_uri') ?? '',
      code_verifier: attempt.verifier,
    });
    const headers = { authorization: `Basic ${basic}` };
    expect((await fetch(`${venice.url}/token`, { method: 'POST', headers, body })).status).toBe(200);
  });

  it('refuses a code with the wrong verifier, and then the code is spent', async () => {
    const attempt = await newCode();
    const wrong = await trade(venice, attempt, { code_verifier: newAttempt().verifier });
    expect([wrong.status, await wrong.json()]).toEqual([400, { error: 'invalid_grant' }]);
    expect((await trade(venice, attempt)).status).toBe(400);
  });

  it('refuses a code that was used, and ends what its first use gave', async () => {
    const attempt = await newCode();
    const { access_token } = tokensSchema.parse(await (await trade(venice, attempt)).json());
    expect((await trade(venice, attempt)).status).toBe(400);
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await fetch(`${venice.url}/userinfo`, { headers })).status).toBe(401);
  });

  it('refuses a code after a minute', async () => {
    const attempt = await newCode();
    clock.advance(60_001);
    expect((await trade(venice, attempt)).status).toBe(400);
  });

  it('refuses a code with another return address, a wrong secret or an unknown client', async () => {
    const elsewhere = { redirect_uri: 'http://127.0.0.1:9/api/auth/callback/venice' };
    expect((await trade(venice, await newCode(), elsewhere)).status).toBe(400);
    expect((await trade(venice, await newCode(), { client_secret: 'guess' })).status).toBe(401);
    expect((await trade(venice, await newCode(), { client_id: 'other' })).status).toBe(401);
  });

  it.each([
    'https://evil.example/api/auth/callback/venice',
    'http://127.0.0.1.evil.example/api/auth/callback/venice',
    'http://127.0.0.1:4321/api/auth/callback/venice?next=1',
    'http://user@127.0.0.1:4321/api/auth/callback/venice',
    'http://127.0.0.1:4321/somewhere/else',
    'javascript:alert(1)',
    'not an address',
  ])('never redirects to an unregistered address: %s', async (redirectUri) => {
    const { parameters } = newAttempt();
    parameters.set('redirect_uri', redirectUri);
    const answer = await authorize(parameters);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });

  it('never redirects for an unknown client or a parameter given twice', async () => {
    const unknown = newAttempt().parameters;
    unknown.set('client_id', 'other');
    const twice = newAttempt().parameters;
    twice.append('redirect_uri', 'http://127.0.0.1:1/api/auth/callback/venice');
    for (const parameters of [unknown, twice]) {
      const answer = await authorize(parameters);
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    }
  });

  it.each([
    ['response_type', 'token', 'unsupported_response_type'],
    ['scope', 'profile', 'invalid_scope'],
    ['state', '', 'invalid_request'],
    ['nonce', '', 'invalid_request'],
    ['code_challenge', '', 'invalid_request'],
    ['code_challenge_method', 'plain', 'invalid_request'],
    ['prompt', 'none', 'login_required'],
    ['request', 'eyJ', 'request_not_supported'],
  ])('sends a request with %s=%s back as %s, also when it comes by the form', async (name, value, code) => {
    const { parameters } = newAttempt();
    parameters.set(name, value);
    const location = new URL((await authorize(parameters)).headers.get('location') ?? '');
    expect(location.searchParams.get('error')).toBe(code);
    expect((await pickCitizen(venice, parameters, 'NLR')).searchParams.get('error')).toBe(code);
  });

  it('tells the application when the citizen changes their mind', async () => {
    const { parameters } = newAttempt();
    parameters.set('decision', 'deny');
    const target = await pickCitizen(venice, parameters, '');
    expect(target.searchParams.get('error')).toBe('access_denied');
  });

  it('takes no form from the page of another site', async () => {
    const body = newAttempt().parameters;
    const headers = { origin: 'https://evil.example' };
    const answer = await fetch(`${venice.url}/authorize`, { method: 'POST', headers, body, redirect: 'manual' });
    expect(answer.status).toBe(403);
  });

  it('answers under no foreign host name', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const foreign = get(`${venice.url}/sandbox`, { headers: { host: 'venice.evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      foreign.once('error', reject);
    });
    expect(status).toBe(421);
  });

  it('shows what a stranger wrote as text, never as markup', async () => {
    const { parameters } = newAttempt();
    parameters.set('state', '"><script>alert(1)</script>');
    const page = await (await authorize(parameters)).text();
    expect(page).not.toContain('<script>');
    expect(page).toContain('&quot;&gt;&lt;script&gt;');
  });
});

describe('the signing key', () => {
  it('survives a restart, so that nothing issued becomes invalid', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'cascade-venice-key-'));
    const keysOf = async () => {
      const sandbox = await startVeniceSandbox({ stateDir });
      const keys: unknown = await (await fetch(`${sandbox.url}/jwks`)).json();
      await sandbox.close();
      return keys;
    };
    expect(await keysOf()).toEqual(await keysOf());
    await rm(stateDir, { recursive: true });
  });
});
