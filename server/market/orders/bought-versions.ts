import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { orderNotFound, type OrderVisitor } from '#server/market/orders/order-moves.ts';
import { orderForParty } from '#server/market/orders/order-queries.ts';
import type { BoughtVersion } from '#server/market/orders/order-schema.ts';
import type { Db } from '#server/platform/db.ts';

/**
 * The listing of an order's line as its buyer saw it, however often it was changed since. For the two of the order, and
 * for operators while they have it to decide. Refuses `order_not_found`: for others, and for a line that is not there.
 */
export async function boughtVersion(
  db: Db,
  { orderId, line, visitor }: { orderId: string; line: number; visitor: OrderVisitor },
): Promise<BoughtVersion> {
  const order = await orderForParty(db, { orderId, visitor });
  if (order.viewer === 'operator' && order.state !== 'disputed') throw orderNotFound();
  const bought = order.lines.find((each) => each.line === line);
  if (bought === undefined) throw orderNotFound();
  const { listingId, listingVersion: version, optionValues, unitPriceMinor, quantity } = bought;
  const row = await db.listingVersion.findUniqueOrThrow({
    where: { listingId_version: { listingId, version } },
    select: {
      title: true,
      description: true,
      categorySlug: true,
      kind: true,
      tags: true,
      attributes: true,
      pictures: true,
      availability: true,
      deliveryDays: true,
      createdAt: true,
    },
  });
  return {
    ...row,
    id: listingId,
    version,
    optionValues,
    unitPriceMinor,
    quantity,
    seller: order.seller,
    boughtAt: order.createdAt,
    category: storedListingWords.category.parse(row.categorySlug),
    kind: storedListingWords.kind.parse(row.kind),
    attributes: storedListingWords.attributes.parse(row.attributes),
    pictures: storedListingWords.pictures.parse(row.pictures),
  };
}
