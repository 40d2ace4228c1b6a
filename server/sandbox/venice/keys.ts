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

export interface SigningKeys {
  /** What everything is signed with now. */
  current(): SigningKey;
  /** The keys that the issuer publishes: the current one and the one before it, whose tokens may still be in use. */
  published(): JWK[];
  /** A new key signs from now on. */
  rotate(): Promise<void>;
}

const keysMax = 2;

/** The issuer's keys live in the state directory, so that a restart does not invalidate what was issued. */
export async function loadSigningKeys(stateDir: string): Promise<SigningKeys> {
  const path = join(stateDir, 'venice-signing-keys.json');
  let stored = (await readStoredKeys(path)) ?? [];
  const add = async () => {
    const pair = await generateKeyPair(signingAlgorithm, { extractable: true });
    stored = [await exportJWK(pair.privateKey), ...stored].slice(0, keysMax);
    await mkdir(stateDir, { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify(stored), { mode: 0o600 });
    await rename(`${path}.new`, path);
  };
  if (stored.length === 0) await add();
  let keys = await Promise.all(stored.map(signingKeyOf));
  return {
    current: () => {
      const [first] = keys;
      if (first === undefined) throw new Error('The Venice sandbox has no key.');
      return first;
    },
    published: () => keys.map(({ publicJwk }) => publicJwk),
    rotate: async () => {
      await add();
      keys = await Promise.all(stored.map(signingKeyOf));
    },
  };
}

async function readStoredKeys(path: string): Promise<JWK[] | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JWK[];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`The Venice sandbox cannot read its keys ${path}; delete the file to get a new key.`, {
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
