import { attributesAsked } from '#server/market/catalogue/category-queries.ts';
import type { ListingTerms } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingContent } from '#server/market/catalogue/details-schema.ts';
import { checkAttributes } from '#server/market/catalogue/listing-rules.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** Checks what the terms name. Refuses: `unknown_category`, `unknown_attribute`, `invalid_attribute`. */
export async function checkTerms(db: Db, terms: ListingTerms): Promise<void> {
  const asked = await attributesAsked(db, terms.category);
  if (asked === null) throw refuse('invalid', 'unknown_category', 'There is no such trade. Choose another.');
  checkAttributes(asked, terms.attributes);
}

/** Something digital is nothing without what is revealed. Refuses: `content_missing`. */
export function checkContent(kind: string, content: ListingContent | null): void {
  if (kind === 'digital' && content === null)
    throw refuse('conflict', 'content_missing', 'Add the text or the files that buyers will receive.');
}

/** The columns of a listing that its terms decide; those of its price and stock as they are given. */
export function rowOf(terms: ListingTerms, totals: { priceMinor: bigint; stock: number | null }) {
  return {
    title: terms.title,
    description: terms.description,
    categorySlug: terms.category,
    kind: terms.kind,
    tags: terms.tags,
    attributes: terms.attributes,
    options: terms.options,
    pictures: terms.pictures,
    availability: terms.availability,
    deliveryDays: terms.deliveryDays,
    quantitySteps: terms.quantitySteps,
    ...totals,
  } satisfies Partial<Prisma.ListingCreateManyInput>;
}
