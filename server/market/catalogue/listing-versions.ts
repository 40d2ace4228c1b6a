import type { ListingContent } from '#server/market/catalogue/details-schema.ts';
import { canonical } from '#server/market/catalogue/listing-rules.ts';
import type { Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** What a version of a listing said, and what only its buyers see. */
export interface VersionTerms {
  title: string;
  description: string;
  categorySlug: string;
  kind: string;
  tags: readonly string[];
  attributes: unknown;
  options: unknown;
  /** Those offered, in their order. */
  variants: readonly { values: readonly string[]; priceMinor: bigint }[];
  priceMinor: bigint;
  pictures: unknown;
  availability: string | null;
  deliveryDays: number | null;
  quantitySteps: unknown;
  contentText: string | null;
  contentFileIds: readonly string[];
}

/**
 * Keeps a locked listing as it now stands, under its version. Every change of terms ends with this, in its own
 * transaction, so that an order finds the listing as it was bought.
 */
export async function keepVersion(
  tx: Tx,
  { listingId, content }: { listingId: string; content: ListingContent | null },
): Promise<void> {
  const kept = await tx.$executeRaw`
    INSERT INTO listing_version
      (listing_id, version, title, description, category_slug, kind, tags, attributes, options, variants, price_minor,
       pictures, availability, delivery_days, quantity_steps, content_text, content_file_ids, created_at)
    SELECT id, version, title, description, category_slug, kind, tags, attributes, options,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', variant.id, 'values', variant.values,
                                                         'priceMinor', variant.price_minor::text)
                                      ORDER BY variant.position)
                       FROM listing_variant variant
                      WHERE variant.listing_id = listing.id AND variant.is_offered), '[]'),
           price_minor, pictures, availability, delivery_days, quantity_steps, ${content?.text ?? null}::text,
           ${content?.fileIds ?? []}::uuid[], updated_at
      FROM listing
     WHERE id = ${listingId}::uuid`;
  invariant(kept === 1, 'a listing that is there has its version kept');
}

/** The content of a listing as it is sold now. */
export async function currentContent(
  tx: Tx,
  { listingId, version }: { listingId: string; version: number },
): Promise<ListingContent | null> {
  const { contentText, contentFileIds } = await tx.listingVersion.findUniqueOrThrow({
    where: { listingId_version: { listingId, version } },
    select: { contentText: true, contentFileIds: true },
  });
  const isThere = contentText !== null || contentFileIds.length > 0;
  return isThere ? { text: contentText, fileIds: contentFileIds } : null;
}

/** Whether a listing's kept version says something else than these terms. */
export async function saysOtherThan(
  tx: Tx,
  { listingId, version, terms }: { listingId: string; version: number; terms: VersionTerms },
): Promise<boolean> {
  const { variants, ...kept } = await tx.listingVersion.findUniqueOrThrow({
    where: { listingId_version: { listingId, version } },
    omit: { listingId: true, version: true, createdAt: true },
  });
  const then = (variants as { values: string[]; priceMinor: string }[]).map(({ values, priceMinor }) => ({
    values,
    priceMinor: BigInt(priceMinor),
  }));
  return canonical({ ...kept, variants: then }) !== canonical(terms);
}
