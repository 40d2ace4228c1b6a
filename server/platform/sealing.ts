import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey } from './crypto.ts';
import { invariant } from './invariant.ts';

/** Where a sealed value is kept. It opens only there: moved to another table, column or row, it is as good as broken. */
export interface SealedPlace {
  table: string;
  column: string;
  /** The row's primary key. */
  row: string;
}

/** Seals single fields for the database, so that a copy of the database alone does not give them away. */
export interface Sealing {
  /** The value as printable text, under the newest key. Equal values give different texts. */
  seal(value: Uint8Array, place: SealedPlace): string;
  /** Throws `SealBroken` when the text was changed, moved, cut, or sealed under a key that is not here. */
  open(sealed: string, place: SealedPlace): Uint8Array;
  /** Whether it is under an older key than the newest, and should be sealed anew before that key goes. */
  isStale(sealed: string): boolean;
  /** What stands before the dot of every value under the newest key. */
  readonly newestKeyId: string;
}

/** A value that does not open in its place. Never says why: what fits and what does not is nobody's business. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export interface SealingKey {
  /** 1 to 16 lower-case letters and digits; written in front of every value sealed under it. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const idPattern = /^[a-z0-9]{1,16}$/;
const sealedPattern = /^([a-z0-9]{1,16})\.([A-Za-z0-9_-]+)$/;

/**
 * Makes a sealing over keys of which the first is the newest: it seals, the others only open. To rotate, put a new key
 * in front, let a job seal anew what `isStale` names, and take the old key out; the product runs on meanwhile.
 *
 * A value is `key id . base64url(iv ‖ ciphertext ‖ tag)`: AES-256-GCM (NIST SP 800-38D) with a random 96-bit iv, good
 * for 2^32 values a key. Key id, table, column and row are its additional data.
 */
export function createSealing(keys: readonly [SealingKey, ...SealingKey[]]): Sealing {
  for (const { id, key } of keys)
    invariant(idPattern.test(id) && key.length === keyBytes, 'a sealing key has 32 bytes');
  const byId = new Map(keys.map((key) => [key.id, key]));
  invariant(byId.size === keys.length, 'sealing keys have different ids');
  const [newest] = keys;
  return {
    seal: (value, place) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, newest.key, iv, { authTagLength: tagBytes });
      cipher.setAAD(bindingOf(newest.id, place));
      const sealed = Buffer.concat([iv, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
      return `${newest.id}.${sealed.toString('base64url')}`;
    },
    open: (text, place) => {
      const [, id = '', body = ''] = sealedPattern.exec(text) ?? [];
      const found = byId.get(id);
      const sealed = Buffer.from(body, 'base64url');
      if (found === undefined || sealed.length < ivBytes + tagBytes) throw new SealBroken();
      const decipher = createDecipheriv(algorithm, found.key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
      decipher.setAAD(bindingOf(id, place));
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
      } catch (error) {
        throw new SealBroken('a sealed value does not open here', { cause: error });
      }
    },
    newestKeyId: newest.id,
    isStale: (text) => !text.startsWith(`${newest.id}.`),
  };
}

/**
 * Reads keys as the settings have them: `id:base64` of 32 bytes, newest first, separated by commas. Without any, one
 * key with the id `s` comes from the server's secret. Throws when one is malformed or an id comes twice.
 */
export function sealingKeys(setting: string | undefined, secret: string): [SealingKey, ...SealingKey[]] {
  const derived = { id: 's', key: deriveKey(secret, 'sealed-fields') };
  if (setting === undefined) return [derived];
  const given = setting.split(',').map((entry): SealingKey => {
    const [, id = '', text = ''] = /^\s*([a-z0-9]{1,16}):([A-Za-z0-9+/]{43}=)\s*$/.exec(entry) ?? [];
    const key = Buffer.from(text, 'base64');
    if (id === '' || id === derived.id || key.length !== keyBytes) throw new Error('malformed sealing key');
    return { id, key };
  });
  if (new Set(given.map(({ id }) => id)).size < given.length) throw new Error('a sealing key comes twice');
  const [newest, ...older] = given;
  invariant(newest !== undefined, 'a split text has a part');
  // What was sealed before there were keys of their own still opens.
  return [newest, ...older, derived];
}

/** JSON, because lengths must be unambiguous: ("ab", "c") is not ("a", "bc"). */
function bindingOf(keyId: string, { table, column, row }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([keyId, table, column, row]), 'utf8');
}
