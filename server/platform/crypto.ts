import { createHash, hkdfSync } from 'node:crypto';
import { once } from './once.ts';

/** More than there are purposes, of one secret. */
const keysMax = 100;

/**
 * A 32-byte key for one purpose, derived from the server's secret by HKDF-SHA-256 (RFC 5869). Purposes are words of ours,
 * asked for again with every transfer, so that keys are kept. Nobody changes the bytes of one.
 */
export function deriveKey(secret: string, purpose: string): Uint8Array {
  const keys = once('derived-keys', () => new Map<string, Uint8Array>());
  const name = `${purpose}\n${secret}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = new Uint8Array(hkdfSync('sha256', secret, 'cascade', purpose, 32));
  if (keys.size >= keysMax) keys.clear();
  keys.set(name, key);
  return key;
}

/** SHA-256 of a text in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The fingerprint of an input that an idempotency key is bound to: key order does not matter. */
export function inputHash(input: Readonly<Record<string, string | number | bigint | boolean | null>>): string {
  const entries = Object.entries(input).sort(([left], [right]) => (left < right ? -1 : 1));
  return sha256(JSON.stringify(entries.map(([name, value]) => [name, typeof value, String(value)])));
}
