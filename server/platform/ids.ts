import { createHmac, createSecretKey, randomUUID, type KeyObject } from 'node:crypto';
import { once } from './once.ts';

/** Where new ids come from. An argument everywhere, so that a test can choose it. */
export interface Ids {
  /** A UUIDv7 (RFC 9562): sorts by the millisecond it was made in. */
  uuid(): string;
}

export const systemIds: Ids = { uuid: newUuid };

/** Node draws the random part of version 4 from a store of random bytes, which is faster than asking for each. */
function newUuid(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** What an idempotency key is bound to before it becomes a ledger id. */
export interface DerivedIdInput {
  /** Start of the operation; the same on every attempt (the domain row's creation time). */
  time: Date;
  principal: string;
  kind: string;
  key: string;
  leg: string;
  secret: Uint8Array;
}

/**
 * The ledger id of one leg of one operation: UUIDv7 of `time` with HMAC-SHA-256 as its random part.
 * Nobody without the server's key can choose or predict it.
 */
export function derivedId(input: DerivedIdInput): string {
  const parts = [input.principal, input.kind, input.key, input.leg];
  const text = parts.map((part) => `${String(part.length)}:${part}`).join('');
  const digest = createHmac('sha256', keyOf(input.secret)).update(text).digest();
  return uuidv7At(input.time, digest.subarray(0, 10));
}

/** Making the key of a secret takes longer than to use it, and a process has few secrets. */
function keyOf(secret: Uint8Array): KeyObject {
  const keys = once('keys-of-ids', () => new WeakMap<Uint8Array, KeyObject>());
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(secret);
  keys.set(secret, key);
  return key;
}

/** A UUIDv7 of the given millisecond and ten random bytes. */
export function uuidv7At(time: Date, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(time.getTime(), 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Whether PostgreSQL takes it for a UUID, of any version and in letters of either case, as RFC 9562 asks of readers. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The same in the one form in which a UUID is written: small letters. */
export function isWrittenUuid(text: string): boolean {
  return isUuid(text) && text === text.toLowerCase();
}

/** The millisecond a UUIDv7 was made in. */
export function timeOfUuidv7(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}
