import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  atOnce,
  cancelAll,
  done,
  firstBuyer,
  hold,
  holdingsOf,
  holdMoved,
  place,
  priceMinor,
  winners,
  withListing,
  type Race,
  type Stage,
} from './stage.ts';

/** Races for one use of a coupon. The listings differ, so that nobody waits for a listing instead. */

const halfMinor = priceMinor / 2n;
const listingsMax = 4;
const dayMs = 86_400_000;
const none = { walletMinor: 0n, escrowMinor: 0n };
const paidHalf = { walletMinor: -halfMinor, escrowMinor: halfMinor };

const coupons = z.object({ items: z.array(z.object({ id: z.string(), code: z.string(), uses: z.number() })) });

const oneUse: Race = {
  name: 'a coupon with one use makes one purchase cheaper, and the others are not made',
  run: (stage) =>
    withCoupon(stage, { usesMax: 1, citizenUsesMax: null }, async (code, listingIds) => {
      await Promise.all(stage.buyers.map((buyer) => stage.fund(buyer, priceMinor)));
      const before = await Promise.all(stage.buyers.map(holdingsOf));
      const answers = await Promise.all(
        stage.buyers.map((buyer, index) =>
          place(buyer, { listingId: listingIds[index % listingsMax] ?? '', couponCode: code }),
        ),
      );
      const won = winners(answers, { count: 1, codes: ['coupon_used_up'] });
      for (const [index, buyer] of stage.buyers.entries())
        await holdMoved(buyer, before[index] ?? none, answers[index]?.code === null ? paidHalf : none);
      await holdUses(stage, code, won);
    }),
};

const onceEach: Race = {
  name: 'a coupon that each citizen may use once is used once by somebody who tries many times at once',
  run: (stage) =>
    withCoupon(stage, { usesMax: null, citizenUsesMax: 1 }, async (code, listingIds) => {
      const buyer = firstBuyer(stage);
      await stage.fund(buyer, priceMinor);
      const before = await holdingsOf(buyer);
      const answers = await atOnce(stage, (index) =>
        place(buyer, { listingId: listingIds[index % listingsMax] ?? '', couponCode: code }),
      );
      const won = winners(answers, { count: 1, codes: ['coupon_used'] });
      await holdMoved(buyer, before, paidHalf);
      await holdUses(stage, code, won);
    }),
};

/** One use is counted, and none any more once the order's money went back. */
async function holdUses(stage: Stage, code: string, won: readonly unknown[]): Promise<void> {
  hold((await couponNow(stage, code)).uses === 1, 'one use is counted');
  await cancelAll(stage, won);
  hold((await couponNow(stage, code)).uses === 0, 'the use is given back with the money');
}

async function couponNow({ seller }: Stage, code: string) {
  const { items } = await done(seller.ask('discounts.coupons', {}), coupons);
  const found = items.find((each) => each.code === code);
  if (found === undefined) throw new Error(`there is no coupon ${code}`);
  return found;
}

/** A coupon of half the price, and some listings that it is for; both are there only for as long as `work` goes on. */
async function withCoupon(
  stage: Stage,
  limits: { usesMax: number | null; citizenUsesMax: number | null },
  work: (code: string, listingIds: readonly string[]) => Promise<void>,
): Promise<void> {
  const code = `RACE${randomUUID().slice(0, 8).toUpperCase()}`;
  const startsAt = new Date();
  const coupon = {
    ...{ code, percentBps: 5_000, amountMinor: null, minimumMinor: 0n, ...limits },
    ...{ startsAt, endsAt: new Date(startsAt.getTime() + dayMs), key: randomUUID() },
  };
  await done(stage.seller.tell('discounts.makeCoupon', coupon), z.unknown());
  try {
    await withListings(stage, [], (listingIds) => work(code, listingIds));
  } finally {
    await stage.seller.tell('discounts.endCoupon', { couponId: (await couponNow(stage, code)).id });
  }
}

async function withListings(
  stage: Stage,
  listingIds: readonly string[],
  work: (listingIds: readonly string[]) => Promise<void>,
): Promise<void> {
  if (listingIds.length === listingsMax) return work(listingIds);
  await withListing(stage, { stock: null }, (listingId) => withListings(stage, [...listingIds, listingId], work));
}

export const couponRaces: readonly Race[] = [oneUse, onceEach];
