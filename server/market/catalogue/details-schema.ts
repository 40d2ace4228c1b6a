import { line, paragraphs } from '#server/market/schema.ts';
import { z } from '#server/platform/zod.ts';

/** What a listing says beside its title and price: tags, attributes, pictures, and content for its buyers. */

export const tagsMax = 12;
export const tagLength = { min: 2, max: 30 } as const;
export const attributesMax = 20;
export const attributeTextLength = { min: 1, max: 120 } as const;
export const attributeNumberMax = 1_000_000_000;
export const picturesMax = 8;
export const pictureAltLength = { min: 0, max: 200 } as const;
export const uploadBytesMax = 8 * 1_024 * 1_024;
export const contentFilesMax = 10;
export const contentTextLength = { min: 1, max: 20_000 } as const;
export const availabilityLength = { min: 1, max: 300 } as const;
export const deliveryDaysMax = 90;
export const fileNameLength = { min: 1, max: 120 } as const;

/** Small letters, digits and hyphens of any script: "Red  Glass" and "red-glass" are one tag. */
export const tag = line({ min: 1, max: 60 })
  .transform((text) =>
    text
      .toLowerCase()
      .replace(/^#/u, '')
      .replace(/[\s_-]+/gu, '-')
      .replace(/^-|-$/gu, ''),
  )
  .pipe(
    z
      .string()
      .min(tagLength.min)
      .max(tagLength.max)
      .regex(/^[\p{L}\p{M}\p{N}-]+$/u),
  );

export const tags = z
  .array(tag)
  .max(tagsMax * 2)
  .transform((all) => [...new Set(all)])
  .pipe(z.array(z.string()).max(tagsMax));

/** Any category's slug; whether there is such a category, the database knows. */
export const categorySlug = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/u);

export const attributeKey = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/u);

export const attributeValue = z.union([
  line(attributeTextLength),
  z.number().min(-attributeNumberMax).max(attributeNumberMax),
]);
export type AttributeValue = z.output<typeof attributeValue>;

export const attributes = z
  .record(attributeKey, attributeValue)
  .refine((given) => Object.keys(given).length <= attributesMax, { error: 'too_many' });

export const listingPicture = z.object({ id: z.uuid(), alt: line(pictureAltLength) });
export type ListingPicture = z.output<typeof listingPicture>;

export const pictures = z
  .array(listingPicture)
  .max(picturesMax)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, { error: 'twice' });

/** What is revealed to buyers: text, files, or both. */
export const listingContent = z
  .object({
    text: paragraphs(contentTextLength).nullable(),
    fileIds: z
      .array(z.uuid())
      .max(contentFilesMax)
      .refine((ids) => new Set(ids).size === ids.length, { error: 'twice' }),
  })
  .refine(({ text, fileIds }) => text !== null || fileIds.length > 0, { error: 'empty' });
export type ListingContent = z.output<typeof listingContent>;

export const attributeKinds = ['text', 'number', 'choice'] as const;

/** A word in both languages of the house. */
export const namedValue = z.object({ value: z.string(), nameEn: z.string(), nameIt: z.string() });

export interface CategoryAttributeView {
  key: string;
  nameEn: string;
  nameIt: string;
  kind: (typeof attributeKinds)[number];
  /** Of a choice. */
  choices: z.output<typeof namedValue>[];
  /** Of a number. */
  unit: string | null;
}

/** A category with what it asks: its own attributes after those of all above it. */
export interface CategoryNode {
  slug: string;
  parentSlug: string | null;
  nameEn: string;
  nameIt: string;
  attributes: CategoryAttributeView[];
}

/** A file that buyers may fetch at `/api/contents/<id>`; also what its upload answers. */
export const contentFile = z.object({ id: z.uuid(), name: z.string(), bytes: z.number() });
export type ContentFileView = z.output<typeof contentFile>;

/** What the upload of a picture answers. */
export const sentPicture = z.object({ id: z.uuid(), width: z.number(), height: z.number() });
export type SentPicture = z.output<typeof sentPicture>;

/** What is revealed, as those see it who may. */
export interface ContentView {
  listingId: string;
  title: string;
  text: string | null;
  files: ContentFileView[];
}
