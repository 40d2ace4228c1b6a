import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, JSONWebKeySet, JWTHeaderParameters } from 'jose';
import { z } from 'zod';
import type { Clock } from '#server/platform/clock.ts';
import { refuse } from '#server/platform/errors.ts';
import { getJson } from './venice-http.ts';

/** The public keys that Venice signs tokens with. */
export interface TokenKeys {
  /** The key that a token's header names; null when Venice has none of this id. Refuses `venice_unavailable`. */
  keyOf(header: JWTHeaderParameters): Promise<CryptoKey | null>;
}

/** How old keys may be before they are fetched anew. */
const freshMs = 10 * 60_000;
/** How long they are good while they cannot be fetched. */
const staleMs = 24 * 60 * 60_000;
/** The shortest time between two attempts, whatever they were made for and however they ended. */
export const keysCooldownMs = 30_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * Keys fetched from one place and kept. jose's own remote set counts its pause from the last success alone, and forgets
 * keys that are ten minutes old when Venice is away: then every token would cost a call, and nobody could come in.
 */
export function createTokenKeys(options: {
  fetchKeys: () => Promise<JSONWebKeySet>;
  clock: Clock;
  onOutage?: (error: unknown) => void;
}): TokenKeys {
  const { fetchKeys, clock } = options;
  let held: { keys: KeySet; at: number } | null = null;
  let triedAt = -Infinity;
  let underWay: Promise<void> | null = null;
  const now = () => clock.now().getTime();
  const load = async () => {
    triedAt = now();
    try {
      held = { keys: createLocalJWKSet(await fetchKeys()), at: now() };
    } catch (error) {
      options.onOutage?.(error);
    }
  };
  /** Those who come while keys are being fetched wait for them; otherwise once per pause. */
  const refresh = async () => {
    if (underWay === null && now() - triedAt < keysCooldownMs) return;
    underWay ??= load().finally(() => {
      underWay = null;
    });
    await underWay;
  };
  const usable = () => (held !== null && now() - held.at < staleMs ? held.keys : null);
  return {
    keyOf: async (header) => {
      if (held === null || now() - held.at >= freshMs) await refresh();
      const known = await keyIn(usable(), header);
      if (known !== null) return known;
      await refresh();
      return await keyIn(usable(), header);
    },
  };
}

async function keyIn(keys: KeySet | null, header: JWTHeaderParameters): Promise<CryptoKey | null> {
  if (keys === null) {
    throw refuse('unavailable', 'venice_unavailable', 'The keys of Venice cannot be fetched right now.');
  }
  try {
    return await keys(header);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return null;
    throw error;
  }
}

const limits = { connectTimeoutMs: 2_000, totalTimeoutMs: 4_000, bytesMax: 64 * 1024 };
/** Only public halves of key pairs: a shared secret in the list would turn a signature into a mere checksum. */
const keySchema = z.looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), kid: z.string().min(1).max(200) });
const keySetSchema = z.object({ keys: z.array(z.unknown()).max(50) });
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/**
 * Where Venice's keys are: at `jwksUrl` where the settings say so, else where the issuer's discovery document does. Never
 * where a token does. Without redirects, within 4 s and 64 KiB.
 */
export function tokenKeySource(settings: {
  issuer: string;
  jwksUrl?: string | undefined;
}): () => Promise<JSONWebKeySet> {
  const issuer = settings.issuer.replace(/\/+$/, '');
  const agents = { http: new HttpAgent({ maxSockets: 2 }), https: new HttpsAgent({ maxSockets: 2 }) };
  const read = async (address: string): Promise<unknown> => {
    const url = new URL(address);
    const agent = url.protocol === 'https:' ? agents.https : agents.http;
    const { status, body } = await getJson(url, { ...limits, agent });
    if (status !== 200) throw new Error(`${url.pathname} answered with status ${String(status)}`);
    return body;
  };
  const discovered = async (): Promise<string> => {
    const found = discoverySchema.parse(await read(`${issuer}/.well-known/openid-configuration`));
    if (found.issuer.replace(/\/+$/, '') !== issuer) throw new Error('the discovery document is of another issuer');
    const isDowngrade = issuer.startsWith('https:') && !found.jwks_uri.startsWith('https:');
    if (isDowngrade) throw new Error('the keys of an issuer with https are fetched with https');
    return found.jwks_uri;
  };
  return async () => {
    const { keys } = keySetSchema.parse(await read(settings.jwksUrl ?? (await discovered())));
    const usable = keys.map((key) => keySchema.safeParse(key)).filter((key) => key.success);
    return { keys: usable.map((key) => publicPart(key.data)) };
  };
}

function publicPart({ d: _private, ...key }: z.infer<typeof keySchema>): JSONWebKeySet['keys'][number] {
  return key;
}
