import { createHash, hkdfSync } from 'node:crypto';

/** A 32-byte key for one purpose, derived from the server's secret by HKDF-SHA-256 (RFC 5869). */
export function deriveKey(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'cascade', purpose, 32));
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
