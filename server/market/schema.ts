import { z } from '#server/platform/zod.ts';

/** What the inputs and views of all rooms of the market share. */

export const pageSize = { default: 24, max: 100 } as const;

/** Everything but tab and line feed, and the marks that reverse the direction of text. */
const controlCharacters = /[^\P{Cc}\t\n]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** One line: no line breaks, no control or direction-override characters, spaces folded. */
export const line = (length: { min: number; max: number }) =>
  z
    .string()
    .max(length.max * 4)
    .refine((text) => text.isWellFormed() && !controlCharacters.test(text), { error: 'control_characters' })
    .transform((text) => text.normalize('NFC').replace(/\s+/gu, ' ').trim())
    .pipe(z.string().min(length.min).max(length.max));

/** Which version of something its reader saw, or which of its events: what PostgreSQL's integer holds. */
export const versionSeen = z.number().int().min(1).max(2_147_483_647);

/** Several lines: line breaks are kept as \n, everything else as in `line`. */
export const paragraphs = (length: { min: number; max: number }) =>
  z
    .string()
    .max(length.max * 4)
    .transform((text) => text.replace(/\r\n?/gu, '\n'))
    .refine((text) => text.isWellFormed() && !controlCharacters.test(text), { error: 'control_characters' })
    .transform((text) =>
      text
        .normalize('NFC')
        .replace(/[^\S\n]+/gu, ' ')
        .replace(/\n{3,}/gu, '\n\n')
        .trim(),
    )
    .pipe(z.string().min(length.min).max(length.max));

export const cursor = z.string().min(1).max(400);

export const limit = z.number().int().min(1).max(pageSize.max).default(pageSize.default);

/** A key made once per rendered form; a repeat with the same key is the same attempt. */
export const attemptKey = z.uuid();

export const pageInput = z.object({ cursor: cursor.optional(), limit });

/** A citizen as other citizens see them. */
export interface PartyView {
  citizenId: string;
  username: string;
  displayName: string;
}

export interface Page<Item> {
  items: Item[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}
