import { paged, type PersonalDataSource } from '#server/citizens/personal-data.ts';
import { offerForParty, offersOf } from '#server/market/offers/offer-queries.ts';
import type { OfferList } from '#server/market/offers/offer-schema.ts';
import type { Db } from '#server/platform/db.ts';

const limit = 100;

/** Offers made and received, with all that was said in them. */
export const offerData: PersonalDataSource = {
  covers: ['Offer.buyerId', 'Offer.sellerId', 'OfferEvent.actorId'],
  parts: [
    { name: 'offersMade', rows: (db, { citizenId }) => offers(db, { citizenId, list: 'made' }) },
    { name: 'offersReceived', rows: (db, { citizenId }) => offers(db, { citizenId, list: 'received' }) },
  ],
};

async function* offers(db: Db, whose: { citizenId: string; list: OfferList }): AsyncGenerator<object, void> {
  // As they are written down: an offer whose time is over stays open until the worker has ended it.
  const now = new Date(0);
  for await (const { id } of paged((cursor) => offersOf(db, { ...whose, now, cursor, limit })))
    yield await offerForParty(db, { offerId: id, citizenId: whose.citizenId, now });
}
