import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { partiesOf } from '#server/market/parties.ts';
import { ducat } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { problemOf } from './cart-rules.ts';
import type { CartGroup, CartItemView, CartView } from './cart-schema.ts';
import type { CartOwner } from './carts.ts';

const itemSelected = {
  id: true,
  listingId: true,
  variantId: true,
  quantity: true,
  seenVersion: true,
  seenUnitPriceMinor: true,
  variant: { select: { values: true, priceMinor: true, stock: true, isOffered: true } },
  listing: {
    select: {
      sellerId: true,
      title: true,
      categorySlug: true,
      pictures: true,
      priceMinor: true,
      stock: true,
      state: true,
      version: true,
      options: true,
    },
  },
} satisfies Prisma.CartItemSelect;

type ItemRow = Prisma.CartItemGetPayload<{ select: typeof itemSelected }>;

/** Everything in a cart with what it costs at this moment and what stands in the way, by seller, in the order it came. */
export async function cartView(db: Db, owner: CartOwner): Promise<CartView> {
  const rows = await db.cartItem.findMany({
    where: { cart: owner },
    orderBy: [{ addedAt: 'asc' }, { id: 'asc' }],
    take: 100,
    select: itemSelected,
  });
  const buyerId = 'citizenId' in owner ? owner.citizenId : null;
  const parties = await partiesOf(
    db,
    rows.map(({ listing }) => listing.sellerId),
  );
  const groups = new Map<string, CartGroup>();
  for (const row of rows) {
    const { sellerId } = row.listing;
    const group = groups.get(sellerId) ?? { seller: parties(sellerId), items: [], totalMinor: ducat(0n) };
    const item = itemOf(row, buyerId);
    group.items.push(item);
    group.totalMinor = ducat(group.totalMinor + item.totalMinor);
    groups.set(sellerId, group);
  }
  const all = [...groups.values()];
  return {
    groups: all,
    count: rows.reduce((sum, { quantity }) => sum + quantity, 0),
    totalMinor: ducat(all.reduce((sum, { totalMinor }) => sum + totalMinor, 0n)),
    problems: all.flatMap(({ items }) => items).filter(({ problem }) => problem !== null).length,
  };
}

/** How many units a cart holds, for the mark in the header. */
export async function cartCount(db: Db, owner: CartOwner): Promise<number> {
  const { _sum: sum } = await db.cartItem.aggregate({ where: { cart: owner }, _sum: { quantity: true } });
  return sum.quantity ?? 0;
}

function itemOf(row: ItemRow, buyerId: string | null): CartItemView {
  const { listing, variant, quantity, seenUnitPriceMinor, seenVersion } = row;
  const unitPriceMinor = variant?.priceMinor ?? listing.priceMinor;
  const stock = variant === null ? listing.stock : variant.stock;
  return {
    id: row.id,
    listingId: row.listingId,
    variantId: row.variantId,
    title: listing.title,
    category: storedListingWords.category.parse(listing.categorySlug),
    picture: storedListingWords.pictures.parse(listing.pictures)[0] ?? null,
    values: variant?.values ?? [],
    quantity,
    unitPriceMinor: ducat(unitPriceMinor),
    totalMinor: ducat(unitPriceMinor * BigInt(quantity)),
    seenUnitPriceMinor: ducat(seenUnitPriceMinor),
    seenVersion,
    stock,
    problem: problemOf({
      buyerId,
      sellerId: listing.sellerId,
      isOnSale: listing.state === 'published',
      hasVariants: Array.isArray(listing.options) && listing.options.length > 0,
      variant,
      stock,
      unitPriceMinor,
      version: listing.version,
      quantity,
      seenUnitPriceMinor,
      seenVersion,
    }),
  };
}
