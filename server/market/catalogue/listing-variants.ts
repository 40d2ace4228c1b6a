import type { VariantPlan } from '#server/market/catalogue/listing-rules.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

/** Writes what was planned for a locked listing's variants: nothing is deleted, because orders name them. */
export async function writeVariants(tx: Tx, input: { listingId: string; plan: VariantPlan; ids: Ids }): Promise<void> {
  const { listingId, plan, ids } = input;
  if (plan.droppedIds.length > 0)
    await tx.listingVariant.updateMany({ where: { id: { in: plan.droppedIds } }, data: { isOffered: false } });
  const changed = plan.offered.flatMap(({ id, position, priceMinor, stock }) =>
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
  const added = plan.offered.flatMap(({ id, values, ...terms }) =>
    id === null ? [{ ...terms, values: [...values], id: ids.uuid(), listingId, isOffered: true }] : [],
  );
  if (added.length > 0) await tx.listingVariant.createMany({ data: added });
}
