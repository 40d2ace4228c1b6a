import { expireOffer } from '#server/market/offers/offer-endings.ts';
import type { OfferTools } from '#server/market/offers/offer-moves.ts';
import type { Database } from '#server/platform/db.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import { log } from '#server/platform/log.ts';

const atOnceMax = 500;

/**
 * Ends offers whose time is over, at most 500 a run, each in a transaction of its own; returns how many. One that fails is
 * said in the log, at `error`, and does not hold up the others.
 */
export async function expireOffers(deps: OfferTools & { database: Database }): Promise<number> {
  const { database, clock } = deps;
  const due = await database.client.offer.findMany({
    where: { deadlineAt: { lte: clock.now() } },
    orderBy: [{ deadlineAt: 'asc' }, { id: 'asc' }],
    take: atOnceMax,
    select: { id: true },
  });
  let ended = 0;
  for (const { id: offerId } of due) {
    try {
      if (await database.inTransaction((tx) => expireOffer(tx, deps, offerId))) ended += 1;
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      log().error({ err: error, offerId }, 'an offer could not end when its time was over');
    }
  }
  return ended;
}
