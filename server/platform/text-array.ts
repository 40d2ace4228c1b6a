/** The number of the type `text` in every PostgreSQL. */
const textType = 25;
const [headBytes, lengthBytes] = [20, 4];

/**
 * Where arrays are written down until they are sent: memory that is new for every large array keeps the collector busier
 * than all else. Whoever wipes it has sent what was written on it.
 */
export class Slate {
  #bytes = Buffer.alloc(0);
  #used = 0;

  take(size: number): Buffer {
    if (this.#used + size > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafe(2 * (this.#used + size));
      this.#used = 0;
    }
    this.#used += size;
    return this.#bytes.subarray(this.#used - size, this.#used);
  }

  wipe(): void {
    this.#used = 0;
  }
}

/**
 * A `text[]` in PostgreSQL's binary form, which the driver hands on as it is: as text, every quote in every item would
 * have to be escaped, and read again. PostgreSQL refuses the character zero.
 */
export function textArray(items: readonly (string | null)[], slate: Slate): Buffer {
  let size = headBytes;
  for (const item of items) size += lengthBytes + (item === null ? 0 : Buffer.byteLength(item));
  const array = slate.take(size);
  // One dimension, whether there are nulls, the type; so many items, counted from 1.
  let at = array.writeInt32BE(1, 0);
  at = array.writeInt32BE(items.includes(null) ? 1 : 0, at);
  at = array.writeInt32BE(textType, at);
  at = array.writeInt32BE(items.length, at);
  at = array.writeInt32BE(1, at);
  for (const item of items) {
    const length = item === null ? -1 : array.write(item, at + lengthBytes);
    array.writeInt32BE(length, at);
    at += lengthBytes + Math.max(length, 0);
  }
  return array;
}
