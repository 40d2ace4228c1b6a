import type { VariantPlan } from '#server/market/catalogue/listing-rules.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

interface PlannedListing {
  listingId: string;
  plan: VariantPlan;
}

/**
 * Writes what was planned for the variants of locked listings, in as many statements as for one: nothing is deleted,
 * because orders name them.
 */
export async function writeVariants(
  tx: Tx,
  { listings, ids }: { listings: readonly PlannedListing[]; ids: Ids },
): Promise<void> {
  const dropped = listings.flatMap(({ plan }) => plan.droppedIds);
  if (dropped.length > 0)
    await tx.listingVariant.updateMany({ where: { id: { in: dropped } }, data: { isOffered: false } });
  const offered = listings.flatMap(({ listingId, plan }) => plan.offered.map((variant) => ({ listingId, ...variant })));
  const changed = offered.flatMap(({ id, position, priceMinor, stock }) =>
    id === null ? [] : [{ id, position, priceMinor: priceMinor.toString(), stock }],
  );
  if (changed.length > 0) {
    await tx.$executeRaw`
      UPDATE listing_variant
         SET position = next.position, price_minor = next."priceMinor", stock = next.stock, is_offered = true
        FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb)
          AS next (id uuid, position integer, "priceMinor" bigint, stock integer)
       WHERE listing_variant.id = next.id`;
  }
  const added = offered.flatMap(({ id, values, ...terms }) =>
    id === null ? [{ ...terms, values: [...values], id: ids.uuid(), isOffered: true }] : [],
  );
  if (added.length > 0) await tx.listingVariant.createMany({ data: added });
}
