import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { couponsInCart, type KnownCoupon } from '#server/market/discounts/coupon-queries.ts';
import { couponProblemOf } from '#server/market/discounts/discount-rules.ts';
import {
  priceLine,
  priceOrder,
  type LinePrice,
  type LineToPrice,
  type RunningSale,
} from '#server/market/discounts/price-schema.ts';
import { runningSales } from '#server/market/discounts/sale-queries.ts';
import { partiesOf } from '#server/market/parties.ts';
import { closedTo } from '#server/market/people/blocks.ts';
import type { PartyView } from '#server/market/schema.ts';
import { ducat } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import { problemOf } from './cart-rules.ts';
import type { CartCoupon, CartGroup, CartItemView, CartView } from './cart-schema.ts';
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
      quantitySteps: true,
    },
  },
} satisfies Prisma.CartItemSelect;

type ItemRow = Prisma.CartItemGetPayload<{ select: typeof itemSelected }>;

/** Everything in a cart with what it costs at this moment and what stands in the way, by seller, in the order it came. */
export async function cartView(db: Db, input: { owner: CartOwner; now: Date }): Promise<CartView> {
  const { owner, now } = input;
  const buyerId = 'citizenId' in owner ? owner.citizenId : null;
  const [rows, coupons] = [await itemRows(db, owner), await couponsInCart(db, { cart: owner, citizenId: buyerId })];
  const listings = rows.map(({ listingId: id, listing: { sellerId } }) => ({ id, sellerId }));
  const sales = await runningSales(db, { listings, now });
  const sellers = rows.map(({ listing }) => listing.sellerId);
  const parties = await partiesOf(db, sellers);
  // Whoever is blocked reads of it as if the seller sold to nobody, before they pay.
  const closed = buyerId === null ? new Set<string>() : await closedTo(db, { buyerId, among: sellers });
  const groups = [...Map.groupBy(rows, ({ listing }) => listing.sellerId)].map(([sellerId, ofSeller]) =>
    groupOf(ofSeller, {
      ...{ seller: parties(sellerId), coupon: coupons.get(sellerId) ?? null, sales, buyerId, now },
      isClosed: closed.has(sellerId),
    }),
  );
  return {
    groups,
    count: rows.reduce((sum, { quantity }) => sum + quantity, 0),
    totalMinor: ducat(groups.reduce((sum, { totalMinor }) => sum + totalMinor, 0n)),
    problems: groups
      .flatMap(({ items, coupon }) => [...items, coupon])
      .filter((each) => (each?.problem ?? null) !== null).length,
  };
}

/** What is in a cart, in the order it came, without what it costs. */
export async function cartContents(db: Db, owner: CartOwner) {
  const rows = await itemRows(db, owner);
  return rows.map(({ listing, variant, quantity }) => ({
    ...{ sellerId: listing.sellerId, title: listing.title, values: variant?.values ?? [], quantity },
  }));
}

function itemRows(db: Db, owner: CartOwner): Promise<ItemRow[]> {
  return db.cartItem.findMany({
    where: { cart: owner },
    orderBy: [{ addedAt: 'asc' }, { id: 'asc' }],
    take: 100,
    select: itemSelected,
  });
}

interface GroupFacts {
  readonly seller: PartyView;
  readonly coupon: KnownCoupon | null;
  readonly sales: ReadonlyMap<string, RunningSale>;
  readonly buyerId: string | null;
  /** Whether the seller does not sell to the buyer. */
  readonly isClosed: boolean;
  readonly now: Date;
}

/** What is bought of one seller, priced as the purchase will price it. */
function groupOf(rows: readonly ItemRow[], facts: GroupFacts): CartGroup {
  const lines = rows.map((row) => lineOf(row, facts.sales.get(row.listingId) ?? null));
  const plain = priceOrder(lines, null);
  const coupon = couponOf(facts, { lines, subtotalMinor: plain.subtotalMinor });
  const items = rows.map((row, index) => {
    const [line, price] = [lines[index], plain.lines[index]];
    invariant(line !== undefined && price !== undefined, 'every item has a price');
    return itemOf(row, { line, price, ...facts });
  });
  const { subtotalMinor } = plain;
  const totalMinor = ducat(subtotalMinor - (coupon?.offMinor ?? 0n));
  return { seller: facts.seller, items, subtotalMinor, coupon, totalMinor };
}

function lineOf({ listing, variant, ...row }: ItemRow, sale: RunningSale | null): LineToPrice {
  return {
    key: `${row.listingId} ${row.variantId ?? ''}`,
    listUnitPriceMinor: variant?.priceMinor ?? listing.priceMinor,
    quantity: row.quantity,
    steps: storedListingWords.quantitySteps.parse(listing.quantitySteps),
    sale,
  };
}

function couponOf(
  { coupon, now }: GroupFacts,
  { lines, subtotalMinor }: { lines: readonly LineToPrice[]; subtotalMinor: bigint },
): CartCoupon | null {
  if (coupon === null) return null;
  const { id, code, citizenUses } = coupon;
  const { couponMinor: offMinor } = priceOrder(lines, coupon);
  const problem = couponProblemOf(coupon, { now, citizenUses, subtotalMinor, offMinor });
  const minimumMinor = ducat(coupon.minimumMinor);
  return { id, code, minimumMinor, offMinor: problem === null ? offMinor : ducat(0n), problem };
}

/** How many units a cart holds, for the mark in the header. */
export async function cartCount(db: Db, owner: CartOwner): Promise<number> {
  const { _sum: sum } = await db.cartItem.aggregate({ where: { cart: owner }, _sum: { quantity: true } });
  return sum.quantity ?? 0;
}

interface PricedItem extends Pick<GroupFacts, 'buyerId' | 'isClosed' | 'sales'> {
  readonly line: LineToPrice;
  readonly price: LinePrice;
}

function itemOf(row: ItemRow, { line, price, buyerId, isClosed, sales }: PricedItem): CartItemView {
  const { listing, variant, quantity, seenUnitPriceMinor, seenVersion } = row;
  const { unitPriceMinor: singlePriceMinor } = priceLine({ ...line, quantity: 1 });
  const endsAt = price.discount?.kind === 'sale' ? (sales.get(row.listingId)?.endsAt ?? null) : null;
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
    listUnitPriceMinor: price.listUnitPriceMinor,
    unitPriceMinor: price.unitPriceMinor,
    discount: price.discount === null ? null : { ...price.discount, endsAt },
    totalMinor: price.totalMinor,
    singlePriceMinor,
    seenUnitPriceMinor: ducat(seenUnitPriceMinor),
    seenVersion,
    stock,
    problem: problemOf({
      buyerId,
      sellerId: listing.sellerId,
      isOnSale: listing.state === 'published' && !isClosed,
      hasVariants: Array.isArray(listing.options) && listing.options.length > 0,
      variant,
      stock,
      singlePriceMinor,
      version: listing.version,
      quantity,
      seenUnitPriceMinor,
      seenVersion,
    }),
  };
}
