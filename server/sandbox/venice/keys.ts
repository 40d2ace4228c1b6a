import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';

export const signingAlgorithm = 'RS256';

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** The issuer's key lives in the state directory, so that a restart does not invalidate what was issued. */
export async function loadSigningKey(stateDir: string): Promise<SigningKey> {
  const path = join(stateDir, 'venice-signing-key.json');
  const stored = await readStoredKey(path);
  if (stored !== null) return signingKeyOf(stored);
  const pair = await generateKeyPair(signingAlgorithm, { extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  await mkdir(stateDir, { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(jwk), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return signingKeyOf(jwk);
}

async function readStoredKey(path: string): Promise<JWK | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JWK;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`The Venice sandbox cannot read its key ${path}; delete the file to get a new key.`, {
      cause: error,
    });
  }
}

async function signingKeyOf(jwk: JWK): Promise<SigningKey> {
  const privateKey = (await importJWK(jwk, signingAlgorithm)) as CryptoKey;
  const { kty, n, e } = jwk;
  if (kty !== 'RSA' || n === undefined || e === undefined) {
    throw new Error('The stored key of the Venice sandbox is not an RSA key; delete the file to get a new key.');
  }
  const kid = await calculateJwkThumbprint({ kty, n, e });
  return { kid, privateKey, publicJwk: { kty, n, e, kid, alg: signingAlgorithm, use: 'sig' } };
}
