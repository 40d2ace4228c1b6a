import { errors, jwtVerify } from 'jose';
import type { CompactJWSHeaderParameters, JWTPayload } from 'jose';
import type { Clock } from '#server/platform/clock.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { isDomainError, refuse } from '#server/platform/errors.ts';
import type { TokenKeys } from './bearer-keys.ts';
import { isUsername } from './rules.ts';

/** What a token proved. */
export interface TokenFacts {
  /** Exact and case-sensitive, as Venice writes it. */
  username: string;
  /** Names the token without giving it away: for limits. */
  credential: string;
  /** How its holder proved who they are to Venice (RFC 8176); empty when the token does not say. */
  methods: readonly string[];
}

/** Signature algorithms by which a token may be signed; all of them asymmetric. */
export const tokenAlgorithms = ['RS256', 'ES256', 'EdDSA'] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

export interface TokenSettings {
  issuer: string;
  audience: string;
  /** The client of the sign-in by browser; what is made for it (an id_token) opens no door. */
  clientId: string;
  algorithms: readonly TokenAlgorithm[];
  keys: TokenKeys;
  clock: Clock;
  /** Told why a token was refused, for the log: whoever brought it is not. */
  onRefused?: (reason: string) => void;
}

const tokenLengthMax = 8_192;
const lifeSecondsMax = 24 * 60 * 60;
const skewSeconds = 60;
/** Headers by which a token would say itself with which key, or by which rules, it wants to be checked. */
const forbiddenHeaders = ['jku', 'jwk', 'x5u', 'x5c', 'crit'] as const;
const types = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/**
 * Checks a token of Venice: signature by one of its published keys, `iss`, `aud`, `exp`, `nbf`, `iat` with 60 s of skew,
 * a life of at most 24 hours, and a subject that can be a citizen.
 * Refuses `invalid_token` (unauthenticated) for whatever is wrong, and `venice_unavailable`.
 */
export async function verifyToken(token: string, settings: TokenSettings): Promise<TokenFacts> {
  try {
    if (token.length > tokenLengthMax) throw new Error('the token is too long');
    const { payload } = await jwtVerify(token, (header) => keyFor(header, settings), {
      algorithms: [...settings.algorithms],
      issuer: settings.issuer,
      audience: settings.audience,
      currentDate: settings.clock.now(),
      clockTolerance: skewSeconds,
      maxTokenAge: lifeSecondsMax,
      requiredClaims: ['sub', 'exp', 'iat'],
    });
    return factsOf(payload, { token, clientId: settings.clientId });
  } catch (error) {
    if (isDomainError(error)) throw error;
    settings.onRefused?.(reasonOf(error));
    throw invalidToken();
  }
}

export function invalidToken(): Error {
  return refuse('unauthenticated', 'invalid_token', 'This token does not open this door.');
}

async function keyFor(header: CompactJWSHeaderParameters, { keys, algorithms }: TokenSettings) {
  const forbidden = forbiddenHeaders.find((name) => Object.hasOwn(header, name));
  if (forbidden !== undefined) throw new Error(`the header has ${forbidden}`);
  if (!algorithms.some((algorithm) => algorithm === header.alg)) throw new Error('the algorithm is not allowed');
  if (typeof header.kid !== 'string' || header.kid === '') throw new Error('the header names no key');
  if (header.typ !== undefined && !types.has(header.typ.toLowerCase()))
    throw new Error('this is another kind of token');
  const key = await keys.keyOf(header);
  if (key === null) throw new Error('no such key');
  return key;
}

function factsOf(payload: JWTPayload, given: { token: string; clientId: string }): TokenFacts {
  const { sub = '', aud = [], exp = Infinity, iat = 0, jti } = payload;
  if ([aud].flat().includes(given.clientId)) throw new Error('the token is for a sign-in by browser');
  if (!(exp - iat <= lifeSecondsMax)) throw new Error('the token lives too long');
  if (!isUsername(sub)) throw new Error('the subject is not a username');
  const amr = Array.isArray(payload['amr']) ? (payload['amr'] as unknown[]) : [];
  // Without an id of its own, what was signed names the token: signatures can be written in more ways than one.
  const named =
    typeof jti === 'string' && jti !== '' ? `id ${jti}` : given.token.slice(0, given.token.lastIndexOf('.'));
  const methods = amr.filter((method) => typeof method === 'string');
  return { username: sub, credential: sha256(named).slice(0, 32), methods };
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JOSEError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : 'the token cannot be read';
}
