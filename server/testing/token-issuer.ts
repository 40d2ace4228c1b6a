import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTHeaderParameters } from 'jose';

export interface IssuerKey {
  privateKey: CryptoKey;
  publicJwk: JWK;
  alg: string;
}

/** An issuer that signs whatever a test asks for, over real HTTP. */
export interface TokenIssuer {
  url: string;
  /** What it publishes; a test may change it. */
  keys: JWK[];
  /** How often its keys were fetched. */
  fetches: () => number;
  /** Whether it answers. */
  setAway: (isAway: boolean) => void;
  close: () => Promise<void>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  let fetched = 0;
  let isAway = false;
  const keys: JWK[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/jwks') fetched += 1;
    const discovery = { issuer: url, jwks_uri: `${url}/jwks` };
    response.writeHead(isAway ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.url === '/jwks' ? { keys } : discovery));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url,
    keys,
    fetches: () => fetched,
    setAway: (away) => {
      isAway = away;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function issuerKey(alg: 'RS256' | 'ES256' | 'EdDSA' | 'PS256', kid: string): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, alg, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signs claims as they are; `header` adds to, or replaces, what the key says. */
export function signedToken(
  key: IssuerKey,
  claims: Record<string, unknown>,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const kid = key.publicJwk.kid ?? '';
  return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid, ...header }).sign(key.privateKey);
}

/** A token of any header and claims, with a signature of one's own making. */
export function forgedToken(
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
  sign: (input: string) => string,
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign(input)}`;
}
