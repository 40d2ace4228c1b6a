import { partiesOf } from '#server/market/parties.ts';
import { toDecimal } from '#server/money/money.ts';
import type { EvidenceSource } from '#server/payments/disputes/evidence.ts';

/** What a buyer bought, as evidence that a payment was used by whoever made it. */
export const orderEvidence: EvidenceSource = {
  name: 'orders',
  items: async (db, { citizenId, from, to, limit }) => {
    const orders = await db.marketOrder.findMany({
      where: { buyerId: citizenId, createdAt: { gte: from, lte: to } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
      select: {
        id: true,
        sellerId: true,
        listingTitle: true,
        quantity: true,
        totalMinor: true,
        state: true,
        createdAt: true,
      },
    });
    const nameOf = await partiesOf(
      db,
      orders.map(({ sellerId }) => sellerId),
    );
    return orders.map(({ id, sellerId, listingTitle, quantity, totalMinor, state, createdAt }) => ({
      at: createdAt,
      text: `Order ${id}: ${String(quantity)} x "${listingTitle}" of ${nameOf(sellerId).displayName} for ${toDecimal(totalMinor)} ducats, now ${state}.`,
    }));
  },
};
