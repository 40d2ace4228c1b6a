import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The secret of an API credential: which house it is of, 256 random bits, and a checksum, for example
 * `cascade_live_` + 43 + 6 letters and digits. By its form scanners find one that was published by mistake
 * (`cascade_(live|sandbox)_[0-9A-Za-z]{49}`), and a mistyped one is refused without asking the database.
 */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43;
const checksumLength = 6;
const secretPattern = /^cascade_(?:live|sandbox)_[0-9A-Za-z]{49}$/;

export type Mode = 'sandbox' | 'live';

export function newCredentialSecret(mode: Mode): string {
  const random = `cascade_${mode}_${inDigits(BigInt(`0x${randomBytes(32).toString('hex')}`), randomLength)}`;
  return random + checksumOf(random);
}

/** Whether a text can be a secret of this house. */
export function isCredentialSecret(text: string, mode: Mode): boolean {
  if (!secretPattern.test(text) || !text.startsWith(`cascade_${mode}_`)) return false;
  return checksumOf(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

/**
 * What an `Authorization` header brings where it means to bring one of our credentials; null where it brings something
 * else. Tokens of Venice have points in them and never begin so.
 */
export function presentedCredential(authorization: string): string | null {
  return /^Bearer +(cascade_[^\s,]*) *$/i.exec(authorization)?.[1] ?? null;
}

/** 256 random bits need no salt and no slow hash. */
export function secretHashOf(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}

function checksumOf(text: string): string {
  return inDigits(BigInt(crc32(text)), checksumLength);
}

function inDigits(value: bigint, length: number): string {
  const base = BigInt(digits.length);
  let [rest, text] = [value, ''];
  while (text.length < length) {
    text = digits.charAt(Number(rest % base)) + text;
    rest /= base;
  }
  return text;
}
