import { cartContents } from '#server/market/cart/cart-queries.ts';
import { checkoutsOf } from '#server/market/cart/checkout-queries.ts';
import type { ClosingPart } from '#server/citizens/closing.ts';
import { paged, type PersonalDataSource } from '#server/citizens/personal-data.ts';
import { pauseListing } from '#server/market/catalogue/listings.ts';
import { contentOf } from '#server/market/catalogue/content-queries.ts';
import { ownListings, listingById } from '#server/market/catalogue/listing-queries.ts';
import { discountCovers, discountParts, endDiscountsOf } from '#server/market/discounts/discount-account.ts';
import { partiesOf } from '#server/market/parties.ts';
import { forgetPeople, peopleCovers, peopleParts } from '#server/market/people/personal-data.ts';
import { lockListings } from '#server/market/catalogue/listing-locks.ts';
import { giftForRecipient, giftsReceived } from '#server/market/gifts/gift-queries.ts';
import { offerData } from '#server/market/offers/offer-data.ts';
import { endOffersOf, listingsOfOffers } from '#server/market/offers/offer-endings.ts';
import { orderForParty, ordersBought, ordersSold } from '#server/market/orders/order-queries.ts';
import { forgetSearcher, searchCovers, searchParts } from '#server/market/search/search-account.ts';
import { wishesData } from '#server/market/wishlist/wishlist-account.ts';
import { endRequestsOf } from '#server/market/peer-transfers/ducat-requests.ts';
import { peerTransferData } from '#server/market/peer-transfers/peer-transfer-data.ts';
import { endImportsOf } from '#server/market/imports/imports.ts';
import { importsData } from '#server/market/imports/import-account.ts';
import { ownFiles, ownPictures } from '#server/market/uploads/upload-queries.ts';
import { openOrderStates } from '#server/market/orders/process-rules.ts';
import { acceptsItself } from '#server/market/orders/order-settings.ts';
import type { Db } from '#server/platform/db.ts';

const pageMax = 100;

/**
 * Orders on their way keep an account open, but for gifts to it, which are their giver's affair; what is on sale
 * leaves with it, and open requests for ducats and offers end.
 */
export const marketClosing: ClosingPart = {
  obstacles: async (db, citizenId) => {
    const parties = [{ buyerId: citizenId }, { sellerId: citizenId }];
    const count = await db.marketOrder.count({ where: { OR: parties, state: { in: [...openOrderStates] } } });
    return count === 0 ? [] : [{ code: 'orders_open', count }];
  },
  withdraw: async (tx, deps, citizenId) => {
    await endImportsOf(tx, deps, citizenId);
    // In the order of their ids, as every transaction locks them.
    const listings = await tx.listing.findMany({
      where: { sellerId: citizenId, state: 'published' },
      orderBy: { id: 'asc' },
      select: { id: true },
    });
    const offered = await listingsOfOffers(tx, citizenId);
    await lockListings(tx, [...listings.map(({ id }) => id), ...offered]);
    await endOffersOf(tx, deps, citizenId);
    await endRequestsOf(tx, deps, citizenId);
    for (const { id: listingId } of listings) await pauseListing(tx, { ...deps, sellerId: citizenId, listingId });
    await forgetSearcher(tx, citizenId);
    await forgetPeople(tx, citizenId);
    await endDiscountsOf(tx, { sellerId: citizenId, now: deps.clock.now() });
    await tx.cart.deleteMany({ where: { citizenId } });
    await tx.wishlistItem.deleteMany({ where: { citizenId } });
    await tx.viewedListing.deleteMany({ where: { citizenId } });
  },
};

/** Listings with their texts, and orders of both sides with everything that was written in them. */
export const marketData: PersonalDataSource = {
  covers: [
    ...searchCovers,
    'Listing.sellerId',
    ...peerTransferData.covers,
    ...importsData.covers,
    ...offerData.covers,
    'Picture.ownerId',
    'ContentFile.ownerId',
    'Purchase.buyerId',
    'MarketOrder.buyerId',
    'MarketOrder.sellerId',
    'MarketOrder.recipientId',
    'OrderEvent.actorId',
    'OrderSetting.sellerId',
    ...peopleCovers,
    'Cart.citizenId',
    'Checkout.citizenId',
    ...discountCovers,
    ...wishesData.covers,
  ],
  parts: [
    { name: 'listings', rows: (db, { citizenId }) => listings(db, citizenId) },
    {
      name: 'pictures',
      rows: (db, { citizenId }) => paged((cursor) => ownPictures(db, { ownerId: citizenId, cursor })),
    },
    { name: 'files', rows: (db, { citizenId }) => paged((cursor) => ownFiles(db, { ownerId: citizenId, cursor })) },
    { name: 'ordersBought', rows: (db, { citizenId }) => orders(db, { citizenId, read: bought }) },
    { name: 'cart', rows: (db, { citizenId }) => cart(db, citizenId) },
    { name: 'checkouts', rows: (db, { citizenId }) => checkouts(db, citizenId) },
    ...wishesData.parts,
    { name: 'ordersSold', rows: (db, { citizenId }) => orders(db, { citizenId, read: sold }) },
    { name: 'giftsReceived', rows: (db, { citizenId }) => gifts(db, citizenId) },
    ...peerTransferData.parts,
    ...importsData.parts,
    ...offerData.parts,
    { name: 'orderSettings', rows: (db, { citizenId }) => orderSettings(db, citizenId) },
    ...discountParts,
    ...searchParts,
    ...peopleParts,
  ],
};

type ReadOrders = (
  db: Db,
  input: { citizenId: string; cursor?: string | undefined; limit: number },
) => ReturnType<typeof ordersBought>;
const bought: ReadOrders = (db, { citizenId, ...page }) => ordersBought(db, { buyerId: citizenId, ...page });
const sold: ReadOrders = (db, { citizenId, ...page }) => ordersSold(db, { sellerId: citizenId, ...page });

async function* listings(db: Db, sellerId: string): AsyncGenerator<object, void> {
  for await (const { id, version } of paged((cursor) => ownListings(db, { sellerId, cursor, limit: pageMax }))) {
    const listing = await listingById(db, { listingId: id, visitorId: sellerId });
    yield { ...listing, content: await contentOf(db, { listingId: id, version }) };
  }
}

async function* orders(
  db: Db,
  { citizenId, read }: { citizenId: string; read: ReadOrders },
): AsyncGenerator<object, void> {
  const visitor = { citizenId, role: 'citizen' } as const;
  for await (const { id } of paged((cursor) => read(db, { citizenId, cursor, limit: pageMax })))
    yield await orderForParty(db, { orderId: id, visitor });
}

async function* gifts(db: Db, recipientId: string): AsyncGenerator<object, void> {
  for await (const { orderId } of paged((cursor) => giftsReceived(db, { recipientId, cursor, limit: pageMax })))
    yield await giftForRecipient(db, { orderId, recipientId });
}

async function* orderSettings(db: Db, citizenId: string): AsyncGenerator<object, void> {
  yield { acceptsItself: await acceptsItself(db, citizenId) };
}

async function* cart(db: Db, citizenId: string): AsyncGenerator<object, void> {
  const items = await cartContents(db, { citizenId });
  const partyOf = await partiesOf(
    db,
    items.map(({ sellerId }) => sellerId),
  );
  for (const { sellerId, ...item } of items) yield { seller: partyOf(sellerId).username, ...item };
}

async function* checkouts(db: Db, citizenId: string): AsyncGenerator<object, void> {
  for await (const { totalMinor, gifts, state, refusal, createdAt } of paged((cursor) =>
    checkoutsOf(db, { citizenId, cursor, limit: pageMax }),
  )) {
    const partyOf = await partiesOf(
      db,
      gifts.map(({ recipientId }) => recipientId),
    );
    // For whom, with the words: the download holds no nested objects.
    const given = gifts.map(({ recipientId, note }) => `${partyOf(recipientId).username}: ${note ?? ''}`);
    yield { totalMinor, gifts: given, state, refusal, createdAt };
  }
}
