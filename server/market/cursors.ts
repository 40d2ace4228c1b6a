import { z } from 'zod';
import { refuse } from '#server/platform/errors.ts';

/**
 * Page cursors: the sort value and id of the last row seen, as opaque text. They hold nothing secret;
 * a cursor that was tampered with is refused, or at worst points at another place of the same list.
 */
/** From 1970 on: PostgreSQL has no year 0. */
export const cursorMoment = z.iso.datetime({ precision: 3 }).refine((text) => Date.parse(text) >= 0);
const timePosition = z.tuple([cursorMoment, z.uuid()]);
const pricePosition = z.tuple([z.string().regex(/^\d{1,15}$/u), z.uuid()]);

export interface TimePosition {
  time: Date;
  id: string;
}

export interface PricePosition {
  priceMinor: bigint;
  id: string;
}

export function timeCursor(position: TimePosition): string {
  return cursorText([position.time.toISOString(), position.id]);
}

/** Refuses: `invalid_cursor`. */
export function readTimeCursor(cursor: string): TimePosition {
  const [time, id] = readCursor(cursor, timePosition);
  return { time: new Date(time), id };
}

export function priceCursor(position: PricePosition): string {
  return cursorText([position.priceMinor.toString(), position.id]);
}

/** Refuses: `invalid_cursor`. */
export function readPriceCursor(cursor: string): PricePosition {
  const [priceMinor, id] = readCursor(cursor, pricePosition);
  return { priceMinor: BigInt(priceMinor), id };
}

/** Cuts one row more than a page down to the page, with the cursor of its last row when there are more. */
export function cutPage<Row>(rows: readonly Row[], page: { limit: number; cursorOf: (row: Row) => string }) {
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  const nextCursor = rows.length > page.limit && last !== undefined ? page.cursorOf(last) : null;
  return { items, nextCursor };
}

/** Opaque text of a position. */
export function cursorText(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position of a shape that a cursor holds. Refuses: `invalid_cursor`. */
export function readCursor<Position>(cursor: string, shape: z.ZodType<Position>): Position {
  const position = shape.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!position.success) throw refuse('invalid', 'invalid_cursor', 'This page of the list does not exist.');
  return position.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What every list that shows the newest first is asked with. */
export interface PageInput {
  cursor?: string | undefined;
  limit: number;
}

export const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

/** Rows after the cursor of such a list. Refuses: `invalid_cursor`. */
export function olderThan(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { time, id } = readTimeCursor(cursor);
  return { createdAt: { lte: time }, OR: [{ createdAt: { lt: time } }, { id: { lt: id } }] };
}

export function createdCursor(row: { createdAt: Date; id: string }): string {
  return timeCursor({ time: row.createdAt, id: row.id });
}
