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
    this.#view.setInt32(this.#place, 16);
    let place = this.#place + 4;
    for (let letter = 0; letter < 36; letter += 2) {
      // After the 8th, 13th, 18th and 23rd letter stands a dash.
      if (letter === 8 || letter === 13 || letter === 18 || letter === 23) letter += 1;
      this.#view.setUint8(place, (digitOf(item.charCodeAt(letter)) << 4) | digitOf(item.charCodeAt(letter + 1)));
      place += 1;
    }
    this.#place = place;
  }
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
