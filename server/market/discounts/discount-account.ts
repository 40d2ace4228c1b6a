import { paged, type PersonalDataPart } from '#server/citizens/personal-data.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/** What sales and coupons hold about a citizen, and what of it ends with their account. */

const pageMax = 100;

export const discountCovers = [
  'Sale.sellerId',
  'Coupon.sellerId',
  'CouponUse.citizenId',
  // Whose coupon is in the cart; the cart itself is a part of its own.
  'CartCoupon.sellerId',
] as const;

export const discountParts: readonly PersonalDataPart[] = [
  { name: 'sales', rows: (db, { citizenId }) => sales(db, citizenId) },
  { name: 'coupons', rows: (db, { citizenId }) => coupons(db, citizenId) },
  { name: 'couponsUsed', rows: (db, { citizenId }) => couponsUsed(db, citizenId) },
];

/** Whatever is planned or running of a seller ends. */
export async function endDiscountsOf(tx: Tx, { sellerId, now }: { sellerId: string; now: Date }): Promise<void> {
  const open = { sellerId, endedAt: null, endsAt: { gt: now } };
  await tx.sale.updateMany({ where: open, data: { endedAt: now } });
  await tx.coupon.updateMany({ where: open, data: { endedAt: now } });
}

/** Rows in the order of their ids, each page from behind the last one of the page before. */
function inOrder<Row extends { id: string }>(
  read: (page: { after: { id?: { gt: string } }; take: number }) => Promise<Row[]>,
): AsyncGenerator<Row, void> {
  return paged(async (cursor) => {
    const items = await read({ after: cursor === undefined ? {} : { id: { gt: cursor } }, take: pageMax });
    return { items, nextCursor: items.length < pageMax ? null : (items.at(-1)?.id ?? null) };
  });
}

const window = { startsAt: true, endsAt: true, endedAt: true, createdAt: true } as const;

function sales(db: Db, sellerId: string): AsyncGenerator<object, void> {
  const select = { id: true, percentBps: true, coversAll: true, ...window } as const;
  return inOrder(({ after, take }) =>
    db.sale.findMany({ where: { sellerId, ...after }, orderBy: { id: 'asc' }, take, select }),
  );
}

function coupons(db: Db, sellerId: string): AsyncGenerator<object, void> {
  const worth = { code: true, percentBps: true, amountMinor: true, minimumMinor: true } as const;
  const select = { id: true, ...worth, uses: true, usesMax: true, citizenUsesMax: true, ...window } as const;
  return inOrder(({ after, take }) =>
    db.coupon.findMany({ where: { sellerId, ...after }, orderBy: { id: 'asc' }, take, select }),
  );
}

async function* couponsUsed(db: Db, citizenId: string): AsyncGenerator<object, void> {
  const uses = inOrder(async ({ after: { id: orderId }, take }) => {
    const rows = await db.couponUse.findMany({
      where: { citizenId, ...(orderId === undefined ? {} : { orderId }) },
      orderBy: { orderId: 'asc' },
      take,
      select: { orderId: true, amountMinor: true, usedAt: true, givenBackAt: true, coupon: { select: { code: true } } },
    });
    return rows.map((row) => ({ id: row.orderId, ...row }));
  });
  for await (const { id: _id, coupon, ...use } of uses) yield { code: coupon.code, ...use };
}
