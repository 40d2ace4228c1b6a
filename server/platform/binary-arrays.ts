/**
 * Arrays as PostgreSQL takes them in binary: thousands of numbers and ids as text cost more to write, to send and to read
 * than all that is done with them. A parameter that is a `Buffer` goes as it is.
 */

const [headBytes, lengthBytes] = [20, 4];
/** Numbers of types, the same in every PostgreSQL. */
const [bigintOid, textOid, timeOid, uuidOid] = [20, 25, 1_184, 2_950];
/** Where PostgreSQL sends a time in binary, it counts from the year 2000. */
export const microsTo2000 = 946_684_800_000_000n;

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

/** bigint[] with one item per row. */
export function bigintsOf<Row>(rows: readonly Row[], of: (row: Row) => bigint, slate = new Slate()): Buffer {
  const array = new BigintArray(rows.length, slate);
  for (const row of rows) array.add(of(row));
  return array.buffer;
}

/** uuid[] with one item per row. */
export function uuidsOf<Row>(rows: readonly Row[], of: (row: Row) => string, slate = new Slate()): Buffer {
  const array = new UuidArray(rows.length, slate);
  for (const row of rows) array.add(of(row));
  return array.buffer;
}

/** A bigint[] of so many items, which are to be added one after the other. */
export class BigintArray {
  readonly buffer: Buffer;
  readonly #view: DataView;
  #place = headBytes;

  constructor(count: number, slate: Slate, oid = bigintOid) {
    this.buffer = emptyArray({ count, oid, bytes: 8 }, slate);
    this.#view = viewOf(this.buffer);
  }

  add(item: bigint): void {
    this.#view.setInt32(this.#place, 8);
    this.#view.setBigInt64(this.#place + 4, item);
    this.#place += 12;
  }
}

/** A timestamptz[] of so many items, which are to be added one after the other: microseconds since 1970. */
export class TimeArray {
  readonly #items: BigintArray;

  constructor(count: number, slate: Slate) {
    this.#items = new BigintArray(count, slate, timeOid);
  }

  get buffer(): Buffer {
    return this.#items.buffer;
  }

  add(micros: bigint): void {
    this.#items.add(micros - microsTo2000);
  }
}

/** A uuid[] of so many items, which are to be added one after the other. */
export class UuidArray {
  readonly buffer: Buffer;
  readonly #view: DataView;
  #place = headBytes;

  constructor(count: number, slate: Slate) {
    this.buffer = emptyArray({ count, oid: uuidOid, bytes: 16 }, slate);
    this.#view = viewOf(this.buffer);
  }

  add(item: string): void {
    const [view, place] = [this.#view, this.#place];
    view.setInt32(place, 16);
    view.setInt32(place + 4, (half(item, 0) << 16) | half(item, 4));
    view.setInt32(place + 8, (half(item, 9) << 16) | half(item, 14));
    view.setInt32(place + 12, (half(item, 19) << 16) | half(item, 24));
    view.setInt32(place + 16, (half(item, 28) << 16) | half(item, 32));
    this.#place = place + 20;
  }
}

/**
 * text[]: as text, every quote in every item would have to be escaped, and read again. PostgreSQL refuses the character
 * zero.
 */
export function textArray(items: readonly (string | null)[], slate: Slate): Buffer {
  let size = headBytes;
  for (const item of items) size += lengthBytes + (item === null ? 0 : Buffer.byteLength(item));
  const array = slate.take(size);
  writeHead(array, { count: items.length, oid: textOid, hasNulls: items.includes(null) });
  let place = headBytes;
  for (const item of items) {
    const length = item === null ? -1 : array.write(item, place + lengthBytes);
    array.writeInt32BE(length, place);
    place += lengthBytes + Math.max(length, 0);
  }
  return array;
}

/** Four hexadecimal digits of a text from a place on. */
function half(text: string, place: number): number {
  return (
    (digitOf(text.charCodeAt(place)) << 12) |
    (digitOf(text.charCodeAt(place + 1)) << 8) |
    (digitOf(text.charCodeAt(place + 2)) << 4) |
    digitOf(text.charCodeAt(place + 3))
  );
}

function digitOf(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** An array whose items are still to be written. */
function emptyArray({ count, oid, bytes }: { count: number; oid: number; bytes: number }, slate: Slate): Buffer {
  if (count === 0) {
    const empty = Buffer.alloc(12);
    empty.writeInt32BE(oid, 8);
    return empty;
  }
  const buffer = slate.take(headBytes + count * (lengthBytes + bytes));
  writeHead(buffer, { count, oid, hasNulls: false });
  return buffer;
}

/** One dimension, whether there are nulls, the type; so many items, from item 1 on. */
function writeHead(array: Buffer, { count, oid, hasNulls }: { count: number; oid: number; hasNulls: boolean }): void {
  const head = [1, hasNulls ? 1 : 0, oid, count, 1];
  for (const [place, word] of head.entries()) array.writeInt32BE(word, place * 4);
}
