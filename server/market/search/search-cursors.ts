import { cursorMoment, cursorText, readCursor } from '#server/market/cursors.ts';
import type { ListingSort } from '#server/market/search/search-schema.ts';
import { z } from '#server/platform/zod.ts';

/**
 * A place in the found listings: the sort and what it sorts by, of the last row seen. Each sort has a shape of its own,
 * so that a cursor of another one is refused, and every value is one that its column can have.
 */
const integerMax = 2_147_483_647;
const whole = z.string().regex(/^\d{1,15}$/u);

const shapes = {
  /** First the hits in titles (0), then the others (1), each the newest first. */
  relevance: z.tuple([z.literal('relevance'), z.union([z.literal(0), z.literal(1)]), cursorMoment, z.uuid()]),
  newest: z.tuple([z.literal('newest'), cursorMoment, z.uuid()]),
  price_asc: z.tuple([z.literal('price_asc'), whole, z.uuid()]),
  price_desc: z.tuple([z.literal('price_desc'), whole, z.uuid()]),
  popularity: z.tuple([z.literal('popularity'), z.number().int().min(0).max(integerMax), z.uuid()]),
} as const satisfies Record<ListingSort, z.ZodType>;

/** What a row is placed by. */
export interface PlacedRow {
  id: string;
  part: number;
  createdAt: Date;
  priceMinor: string;
  soldCount: number;
}

/** The cursor behind a row. */
export function searchCursor(sort: ListingSort, row: PlacedRow): string {
  switch (sort) {
    case 'relevance':
      return cursorText([sort, row.part, row.createdAt.toISOString(), row.id]);
    case 'newest':
      return cursorText([sort, row.createdAt.toISOString(), row.id]);
    case 'price_asc':
    case 'price_desc':
      return cursorText([sort, row.priceMinor, row.id]);
    case 'popularity':
      return cursorText([sort, row.soldCount, row.id]);
  }
}

/** Where a page begins: the part of the hits, and the value and id behind which it goes on. */
export interface SearchPlace {
  part: 0 | 1;
  value: string | number;
  id: string;
}

/** Refuses: `invalid_cursor`, also for a cursor of another sort. */
export function readSearchCursor(sort: ListingSort, text: string): SearchPlace {
  if (sort === 'relevance') {
    const [, part, value, id] = readCursor(text, shapes.relevance);
    return { part, value, id };
  }
  const [, value, id] = readCursor<[ListingSort, string | number, string]>(text, shapes[sort]);
  return { part: 0, value, id };
}
