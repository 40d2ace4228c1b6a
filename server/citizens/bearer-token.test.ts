import { createHmac, createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isDomainError } from '#server/platform/errors.ts';
import { movableClock } from '#server/testing/clock.ts';
import { forgedToken, issuerKey, signedToken, startTokenIssuer } from '#server/testing/token-issuer.ts';
import { createTokenKeys, keysCooldownMs, tokenKeySource } from './bearer-keys.ts';
import { verifyToken, type TokenSettings } from './bearer-token.ts';

describe('a bearer token', async () => {
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const issuer = await startTokenIssuer();
  const [rsa, ec, ed, pss] = await Promise.all([
    issuerKey('RS256', 'rsa-1'),
    issuerKey('ES256', 'ec-1'),
    issuerKey('EdDSA', 'ed-1'),
    issuerKey('PS256', 'pss-1'),
  ]);
  const reasons: string[] = [];
  const audience = 'https://cascade.example/api';
  const newSettings = (): TokenSettings => ({
    issuer: issuer.url,
    audience,
    clientId: 'cascade',
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    keys: createTokenKeys({ fetchKeys: tokenKeySource({ issuer: issuer.url }), clock }),
    clock,
    onRefused: (reason) => reasons.push(reason),
  });
  const settings = newSettings();
  afterAll(() => issuer.close());
  beforeEach(() => {
    reasons.length = 0;
    issuer.keys.splice(0, issuer.keys.length, ...[rsa, ec, ed, pss].map(({ publicJwk }) => publicJwk));
  });

  const seconds = (offset = 0) => Math.floor(clock.now().getTime() / 1_000) + offset;
  const claims = (changes: Record<string, unknown> = {}) => ({
    iss: issuer.url,
    aud: audience,
    sub: 'SpiceMerchant7',
    iat: seconds(),
    exp: seconds(3_600),
    jti: 'token-1',
    ...changes,
  });
  const outcome = (token: string, using = settings) =>
    verifyToken(token, using).then(
      ({ username }) => username,
      (error: unknown) => (isDomainError(error) ? `${error.kind} ${error.code}` : error),
    );
  const refused = 'unauthenticated invalid_token';

  it.each([
    ['RS256', rsa],
    ['ES256', ec],
    ['EdDSA', ed],
  ])('is good when it is signed with %s by a key that Venice publishes', async (_name, key) => {
    expect(await outcome(await signedToken(key, claims()))).toBe('SpiceMerchant7');
  });

  it('names itself for limits by its id, or by what was signed, and never by itself', async () => {
    const [first, again] = await Promise.all([
      signedToken(ec, claims()),
      signedToken(ec, claims({ exp: seconds(60) })),
    ]);
    const { credential } = await verifyToken(first, settings);
    expect((await verifyToken(again, settings)).credential).toBe(credential);
    expect(credential).toMatch(/^[0-9a-f]{32}$/);
    const nameless = claims({ jti: undefined });
    const [one, other] = await Promise.all([signedToken(ec, nameless), signedToken(ec, nameless)]);
    expect(one).not.toBe(other);
    expect((await verifyToken(one, settings)).credential).toBe((await verifyToken(other, settings)).credential);
    expect((await verifyToken(one, settings)).credential).not.toBe(credential);
  });

  it.each([
    ['of another audience', { aud: 'https://elsewhere.example/api' }],
    ['without an audience', { aud: undefined }],
    ['made for a sign-in by browser (an id_token)', { aud: 'cascade', nonce: 'n' }],
    ['for us and for a sign-in by browser at once', { aud: [audience, 'cascade'] }],
    ['of a foreign issuer', { iss: 'https://elsewhere.example' }],
    ['without an issuer', { iss: undefined }],
    ['that expired', { iat: seconds(-3_600), exp: seconds(-61) }],
    ['without an end', { exp: undefined }],
    ['that is not yet good', { nbf: seconds(61) }],
    ['of the future', { iat: seconds(61), exp: seconds(600) }],
    ['without a beginning', { iat: undefined }],
    ['that lives longer than a day', { exp: seconds(86_401) }],
    ['that lives for ever', { exp: 1e300 }],
    ['without a subject', { sub: undefined }],
    ['whose subject is no username', { sub: 'ΝLR' }],
    ['whose subject is a path', { sub: '..' }],
    ['whose times are texts', { exp: '2026-11-21' }],
  ])('%s is refused', async (_name, changes) => {
    expect(await outcome(await signedToken(rsa, claims(changes)))).toBe(refused);
  });

  it('bears clocks that differ by a minute, and lives for a day at most', async () => {
    const late = claims({ iat: seconds(-3_600), exp: seconds(-59) });
    const early = claims({ iat: seconds(59), nbf: seconds(59) });
    const long = claims({ exp: seconds(86_400) });
    for (const allowed of [late, early, long]) {
      expect(await outcome(await signedToken(rsa, allowed))).toBe('SpiceMerchant7');
    }
  });

  it.each(['none', 'None', 'NONE', ''])('that says it needs no signature is refused: alg %j', async (alg) => {
    expect(await outcome(forgedToken({ alg, kid: 'rsa-1' }, claims(), () => ''))).toBe(refused);
    expect(await outcome(forgedToken({ alg, kid: 'rsa-1' }, claims(), () => 'AA'))).toBe(refused);
  });

  it('signed with the public key as a shared secret is refused, however the key is written', async () => {
    const pem = createPublicKey({ key: rsa.publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const secrets = [pem.toString(), pem.toString().trim(), JSON.stringify(rsa.publicJwk), rsa.publicJwk.n ?? ''];
    for (const secret of secrets) {
      const hmac = (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
      expect(await outcome(forgedToken({ alg: 'HS256', kid: 'rsa-1' }, claims(), hmac))).toBe(refused);
    }
  });

  it('is never checked with a shared secret, even if Venice published one', async () => {
    const secret = Buffer.alloc(32, 7);
    issuer.keys.push({ kty: 'oct', k: secret.toString('base64url'), kid: 'oct-1', alg: 'HS256' });
    const hmac = (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
    expect(await outcome(forgedToken({ alg: 'HS256', kid: 'oct-1' }, claims(), hmac), newSettings())).toBe(refused);
  });

  it('signed by an algorithm that is not allowed here, or not the key’s own, is refused', async () => {
    expect(await outcome(await signedToken(pss, claims()))).toBe(refused);
    expect(await outcome(await signedToken(ec, claims()), { ...settings, algorithms: ['RS256'] })).toBe(refused);
    expect(await outcome(await signedToken(ec, claims(), { kid: 'rsa-1' }))).toBe(refused);
  });

  it.each([
    ['jwk', (own: JWK) => ({ jwk: own })],
    ['jku', () => ({ jku: `${issuer.url}/jwks` })],
    ['x5u', () => ({ x5u: `${issuer.url}/certificate` })],
    ['x5c', () => ({ x5c: ['MIIB'] })],
    ['crit', () => ({ crit: ['b64'], b64: true })],
  ])('that brings its own rules is refused, though its signature is right: %s', async (name, header) => {
    const token = await signedToken(rsa, claims(), header(rsa.publicJwk));
    expect(await outcome(token)).toBe(refused);
    expect(reasons.join()).toContain(name);
  });

  it('signed by a key of its own, brought along, is refused', async () => {
    const own = await issuerKey('RS256', 'rsa-1');
    expect(await outcome(await signedToken(own, claims(), { jwk: own.publicJwk }))).toBe(refused);
    expect(await outcome(await signedToken(own, claims()))).toBe(refused);
  });

  it('that names no key, an unknown one, or another kind of token is refused', async () => {
    expect(await outcome(await signedToken(rsa, claims(), { kid: undefined as never }))).toBe(refused);
    expect(await outcome(await signedToken(rsa, claims(), { kid: 'rsa-2' }))).toBe(refused);
    expect(await outcome(await signedToken(rsa, claims(), { typ: 'logout+jwt' }))).toBe(refused);
    expect(await outcome(await signedToken(rsa, claims(), { typ: 'at+jwt' }))).toBe('SpiceMerchant7');
  });

  it.each(['', '.', '..', 'a.b.c', 'eyJ.eyJ.', `${'a'.repeat(9_000)}.b.c`])(
    'that is none is refused: %.20s',
    async (text) => {
      expect(await outcome(text)).toBe(refused);
    },
  );

  it('changed in any part is refused', async () => {
    const parts = (await signedToken(ec, claims())).split('.');
    const other = (await signedToken(ec, claims({ sub: 'NLR' }))).split('.');
    for (const at of [1, 2]) {
      expect(await outcome(parts.map((part, index) => (index === at ? (other[index] ?? '') : part)).join('.'))).toBe(
        refused,
      );
    }
  });

  it('signed by a new key of Venice is good at once, and unknown keys make nobody ask more than once per pause', async () => {
    const rotated = newSettings();
    expect(await outcome(await signedToken(rsa, claims()), rotated)).toBe('SpiceMerchant7');
    clock.advance(keysCooldownMs);
    const fresh = await issuerKey('ES256', 'ec-2');
    issuer.keys.splice(0, issuer.keys.length, fresh.publicJwk);
    expect(await outcome(await signedToken(fresh, claims()), rotated)).toBe('SpiceMerchant7');
    expect(await outcome(await signedToken(rsa, claims()), rotated)).toBe(refused);
    const before = issuer.fetches();
    const unknown = await Promise.all(
      Array.from({ length: 50 }, (_, index) => signedToken(rsa, claims(), { kid: `unknown-${String(index)}` })),
    );
    for (const token of unknown) expect(await outcome(token, rotated)).toBe(refused);
    expect(issuer.fetches() - before).toBe(0);
    clock.advance(keysCooldownMs);
    await Promise.all(unknown.map((token) => outcome(token, rotated)));
    expect(issuer.fetches() - before).toBe(1);
  });

  it('signed by a key that Venice withdrew is refused ten minutes later at the latest', async () => {
    const withdrawn = newSettings();
    expect(await outcome(await signedToken(rsa, claims()), withdrawn)).toBe('SpiceMerchant7');
    issuer.keys.splice(0, issuer.keys.length, ec.publicJwk);
    clock.advance(10 * 60_000);
    expect(await outcome(await signedToken(rsa, claims()), withdrawn)).toBe(refused);
  });

  it('is good for a day while Venice’s keys cannot be fetched; who asks meanwhile causes one call per pause', async () => {
    const lapse = newSettings();
    await outcome(await signedToken(rsa, claims()), lapse);
    issuer.setAway(true);
    clock.advance(12 * 3_600_000);
    const token = await signedToken(rsa, claims());
    for (let call = 0; call < 20; call += 1) expect(await outcome(token, lapse)).toBe('SpiceMerchant7');
    clock.advance(13 * 3_600_000);
    expect(await outcome(await signedToken(rsa, claims()), lapse)).toBe('unavailable venice_unavailable');
    expect(await outcome(await signedToken(rsa, claims()), newSettings())).toBe('unavailable venice_unavailable');
    issuer.setAway(false);
    clock.advance(keysCooldownMs);
    expect(await outcome(await signedToken(rsa, claims()), lapse)).toBe('SpiceMerchant7');
  });

  it('is never checked with keys of another issuer’s discovery document', async () => {
    const keys = createTokenKeys({ fetchKeys: tokenKeySource({ issuer: `${issuer.url}/other` }), clock });
    const token = await signedToken(rsa, claims());
    expect(await outcome(token, { ...settings, keys })).toBe('unavailable venice_unavailable');
  });
});
