import { createPublicKey, verify } from 'node:crypto';
import { base58, base64 } from '@scure/base';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { allCitizens, demoCitizens } from './citizens-data.ts';
import { machineToken, signAs, startTestVenice } from './testing.ts';

const audience = 'http://127.0.0.1:3000/api';

describe('the sandbox as whoever issues tokens', async () => {
  const venice = await startTestVenice();
  afterAll(() => venice.close());
  const read = async (token: string) => {
    const keys = createRemoteJWKSet(new URL(`${venice.url}/jwks`));
    return (await jwtVerify(token, keys, { issuer: venice.url, audience })).payload;
  };

  it('gives the registered client a token for a citizen, good for an hour and one audience', async () => {
    const claims = await read(await machineToken(venice, { citizen: 'TipografoAldo', audience, amr: 'otp mfa' }));
    expect(claims).toMatchObject({ sub: 'TipografoAldo', aud: audience, amr: ['otp', 'mfa'] });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3_600);
    expect(claims.jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gives nobody else one, and none without a citizen or an audience', async () => {
    const good = { grant_type: 'client_credentials', client_id: 'cascade', citizen: 'NLR', audience };
    const ask = async (changes: Record<string, string>) => {
      const body = new URLSearchParams({ ...good, client_secret: 'venice-sandbox-secret', ...changes });
      return (await fetch(`${venice.url}/token`, { method: 'POST', body })).status;
    };
    expect(await ask({})).toBe(200);
    expect(await ask({ client_secret: 'guess' })).toBe(401);
    expect(await ask({ citizen: '../NLR' })).toBe(400);
    expect(await ask({ audience: '' })).toBe(400);
  });

  it('shows a person the token they asked for on the page', async () => {
    expect(await (await fetch(`${venice.url}/sandbox`)).text()).toContain('PescatoreNuovo (AI citizen)');
    const body = new URLSearchParams({ citizen: 'PescatoreNuovo', audience, amr: '' });
    const page = await (await fetch(`${venice.url}/sandbox/token`, { method: 'POST', body })).text();
    const token = /<textarea id="token"[^>]*>([^<]+)</.exec(page)?.[1] ?? '';
    expect(await read(token)).toMatchObject({ sub: 'PescatoreNuovo' });
  });

  it('publishes the key it signs with and the one before, and forgets older ones', async () => {
    const tokens = [];
    for (let key = 0; key < 3; key += 1) {
      tokens.push(await machineToken(venice, { citizen: 'NLR', audience }));
      await venice.control({ rotateKeys: true });
    }
    const outcomes = await Promise.all(
      tokens.map((token) =>
        read(token).then(
          () => true,
          () => false,
        ),
      ),
    );
    expect(outcomes).toEqual([false, false, true]);
  });
});

describe('the wallets of the sandbox', async () => {
  const venice = await startTestVenice();
  afterAll(() => venice.close());
  const walletOf = async (username: string) =>
    ((await (await fetch(`${venice.url}/api/citizens/${username}`)).json()) as { citizen: { wallet?: string } }).citizen
      .wallet;
  const isSigned = (wallet: string, message: string, signature: Uint8Array) => {
    const x = Buffer.from(base58.decode(wallet)).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, Buffer.from(message), key, signature);
  };

  it('have Solana addresses, one for each citizen, and some citizens have none', async () => {
    const wallets = allCitizens.map(({ wallet }) => wallet).filter((wallet) => wallet !== null);
    expect(new Set(wallets).size).toBe(wallets.length);
    for (const wallet of wallets) expect(wallet).toMatch(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/);
    expect(demoCitizens.every(({ wallet }) => wallet !== null)).toBe(true);
    expect(await walletOf('SaltPorter')).toBeUndefined();
  });

  it('sign what machines and people ask them to, with the key of the address that Venice tells', async () => {
    const wallet = (await walletOf('NLR')) ?? '';
    const message = 'first line\nsecond line';
    expect(isSigned(wallet, message, base58.decode(await signAs(venice, 'NLR', message)))).toBe(true);
    // Forms send line ends as CRLF; the page signs what was copied.
    const body = new URLSearchParams({ username: 'NLR', message: message.replace('\n', '\r\n') });
    const page = await (await fetch(`${venice.url}/wallet`, { method: 'POST', body })).text();
    const shown = /id="base64" readonly value="([^"]+)"/.exec(page)?.[1] ?? '';
    expect(isSigned(wallet, message, base64.decode(shown))).toBe(true);
  });

  it('sign nothing for a citizen who has none, nor for the page of another site', async () => {
    await expect(signAs(venice, 'SaltPorter', 'text')).rejects.toThrow('no_wallet');
    const headers = { origin: 'https://evil.example' };
    const body = new URLSearchParams({ username: 'NLR', message: 'text' });
    expect((await fetch(`${venice.url}/wallet`, { method: 'POST', headers, body })).status).toBe(403);
  });
});
