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

interface ToKeep {
  listingId: string;
  content: ListingContent | null;
}

/**
 * Keeps locked listings as they now stand, under their versions. Every change of terms ends with this, in its own
 * transaction, so that an order finds the listing as it was bought.
 */
export async function keepVersions(tx: Tx, listings: readonly ToKeep[]): Promise<void> {
  const contents = listings.map(({ listingId, content }) => ({
    listingId,
    text: content?.text ?? null,
    fileIds: content?.fileIds ?? [],
  }));
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
           price_minor, pictures, availability, delivery_days, quantity_steps, content.text, content."fileIds", updated_at
      FROM jsonb_to_recordset(${JSON.stringify(contents)}::jsonb)
        AS content ("listingId" uuid, text text, "fileIds" uuid[])
      JOIN listing ON listing.id = content."listingId"`;
  invariant(kept === listings.length, 'a listing that is there has its version kept');
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

/** A version as it was kept. */
export type KeptVersion = Omit<VersionTerms, 'variants'> & { variants: unknown };

/** A listing's kept version. */
export async function keptVersion(tx: Tx, version: { listingId: string; version: number }): Promise<KeptVersion> {
  const kept = (await keptVersions(tx, [version])).get(version.listingId);
  invariant(kept !== undefined, 'every version of a listing is kept');
  return kept;
}

/** Kept versions by the ids of their listings, one of each. */
export async function keptVersions(
  tx: Tx,
  versions: readonly { listingId: string; version: number }[],
): Promise<Map<string, KeptVersion>> {
  const rows = await tx.$queryRaw<(KeptVersion & { listingId: string })[]>`
    SELECT listing_id AS "listingId", title, description, category_slug AS "categorySlug", kind, tags, attributes,
           options, variants, price_minor AS "priceMinor", pictures, availability, delivery_days AS "deliveryDays",
           quantity_steps AS "quantitySteps", content_text AS "contentText", content_file_ids AS "contentFileIds"
      FROM jsonb_to_recordset(${JSON.stringify(versions)}::jsonb) AS wanted ("listingId" uuid, version integer)
      JOIN listing_version kept ON kept.listing_id = wanted."listingId" AND kept.version = wanted.version`;
  return new Map(rows.map(({ listingId, ...kept }) => [listingId, kept]));
}

/** Whether a kept version says something else than these terms. */
export function saysOther({ variants, ...kept }: KeptVersion, terms: VersionTerms): boolean {
  const then = (variants as { values: string[]; priceMinor: string }[]).map(({ values, priceMinor }) => ({
    values,
    priceMinor: BigInt(priceMinor),
  }));
  return canonical({ ...kept, variants: then }) !== canonical(terms);
}
