/**
 * Arrays as PostgreSQL takes them in binary: thousands of numbers and ids as text cost more to write, to send and to read
 * than all that is done with them. A parameter that is a `Buffer` goes as it is.
 */

const headBytes = 20;
const bigintOid = 20;
const uuidOid = 2_950;

/** bigint[] with one item per row. */
export function bigintsOf<Row>(rows: readonly Row[], of: (row: Row) => bigint): Buffer {
  const array = new BigintArray(rows.length);
  for (const row of rows) array.add(of(row));
  return array.buffer;
}

/** uuid[] with one item per row. */
export function uuidsOf<Row>(rows: readonly Row[], of: (row: Row) => string): Buffer {
  const array = new UuidArray(rows.length);
  for (const row of rows) array.add(of(row));
  return array.buffer;
}

/** A bigint[] of so many items, which are to be added one after the other. */
export class BigintArray {
  readonly buffer: Buffer;
  readonly #view: DataView;
  #place = headBytes;

  constructor(count: number) {
    this.buffer = emptyArray(count, bigintOid, 8);
    this.#view = viewOf(this.buffer);
  }

  add(item: bigint): void {
    this.#view.setInt32(this.#place, 8);
    this.#view.setBigInt64(this.#place + 4, item);
    this.#place += 12;
  }
}

/** A uuid[] of so many items, which are to be added one after the other. */
export class UuidArray {
  readonly buffer: Buffer;
  readonly #view: DataView;
  #place = headBytes;

  constructor(count: number) {
    this.buffer = emptyArray(count, uuidOid, 16);
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

/** One dimension, no nulls, from item 1 on. */
function emptyArray(count: number, oid: number, bytes: number): Buffer {
  if (count === 0) {
    const empty = Buffer.alloc(12);
    empty.writeInt32BE(oid, 8);
    return empty;
  }
  const buffer = Buffer.allocUnsafe(headBytes + count * (4 + bytes));
  const head = [1, 0, oid, count, 1];
  for (const [place, word] of head.entries()) buffer.writeInt32BE(word, place * 4);
  return buffer;
}
