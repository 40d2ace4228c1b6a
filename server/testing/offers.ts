import { randomUUID } from 'node:crypto';
import { counterOffer, acceptOffer, declineOffer, makeOffer, withdrawOffer } from '#server/market/offers/offers.ts';
import type { MakeOfferInput, OfferReceipt, OfferStep } from '#server/market/offers/offer-schema.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { TestCitizen, TestMarket } from './market.ts';

export interface OfferStepWish {
  offerId: string;
  action: OfferStep;
  /** What was read last; left out, whatever stands there. */
  sequence?: number;
  key?: string;
  unitPriceMinor?: bigint;
  quantity?: number;
  note?: string | null;
}

/** Offers in a market of a test. */
export interface TestOffers {
  make(buyer: TestCitizen, wish: Partial<MakeOfferInput> & { listingId: string }): Promise<OfferReceipt>;
  take(citizen: TestCitizen, wish: OfferStepWish): Promise<OfferReceipt>;
  /** Kinds of what a citizen was told of offers and gifts, in order. */
  told(citizen: TestCitizen): Promise<string[]>;
}

export function testOffers({ database, clock }: TestMarket): TestOffers {
  const tools = { clock, ids: systemIds };
  return {
    make: ({ citizenId: buyerId }, wish) => {
      const usual = { listingVersion: 1, unitPriceMinor: 20_00n, quantity: 1, note: null, key: randomUUID() };
      return database.inTransaction((tx) => makeOffer(tx, tools, { buyerId, wish: { ...usual, ...wish } }));
    },
    take: async ({ citizenId }, { action, unitPriceMinor = 20_00n, quantity = 1, note = null, ...wish }) => {
      const { offerId, key = randomUUID() } = wish;
      const read = await database.client.offer.findUnique({ where: { id: offerId }, select: { sequence: true } });
      const step = { offerId, key, sequence: wish.sequence ?? read?.sequence ?? 1 };
      const by = { ...tools, citizenId };
      return database.inTransaction((tx) => {
        switch (action) {
          case 'accept':
            return acceptOffer(tx, by, step);
          case 'decline':
            return declineOffer(tx, by, step);
          case 'withdraw':
            return withdrawOffer(tx, by, step);
          case 'counter':
            return counterOffer(tx, by, { ...step, unitPriceMinor, quantity, note });
        }
      });
    },
    told: async ({ citizenId }) => {
      const rows = await database.client.notification.findMany({
        where: { citizenId, OR: [{ kind: { startsWith: 'offer_' } }, { kind: { startsWith: 'gift_' } }] },
        select: { kind: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(({ kind }) => kind);
    },
  };
}
