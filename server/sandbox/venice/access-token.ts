import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { signingAlgorithm } from './keys.ts';
import type { SigningKey } from './keys.ts';

export interface AccessTokenInput {
  issuer: string;
  key: SigningKey;
  username: string;
  /** For whom the token is good, such as `http://127.0.0.1:3000/api`. */
  audience: string;
  /** How the citizen proved who they are, in the words of RFC 8176; empty says nothing about it. */
  amr: readonly string[];
  now: Date;
}

export const accessTokenSeconds = 60 * 60;

/** A signed token (RFC 9068) with which a machine speaks for a citizen, good for an hour. */
export function accessToken(input: AccessTokenInput): Promise<string> {
  const nowSeconds = Math.floor(input.now.getTime() / 1_000);
  return new SignJWT({ client_id: input.username, ...(input.amr.length === 0 ? {} : { amr: input.amr }) })
    .setProtectedHeader({ alg: signingAlgorithm, kid: input.key.kid, typ: 'at+jwt' })
    .setIssuer(input.issuer)
    .setSubject(input.username)
    .setAudience(input.audience)
    .setJti(randomUUID())
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + accessTokenSeconds)
    .sign(input.key.privateKey);
}
