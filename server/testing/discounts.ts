import { randomUUID } from 'node:crypto';
import { makeCoupon } from '#server/market/discounts/coupons.ts';
import {
  makeCouponInput,
  planSaleInput,
  type MakeCouponInput,
  type PlanSaleInput,
} from '#server/market/discounts/discount-schema.ts';
import { planSale } from '#server/market/discounts/sales.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { TestCitizen, TestMarket } from './market.ts';

const dayMs = 86_400_000;

/** A window around the present of a market: from an hour ago to a day ahead. */
export function runningWindow({ clock }: TestMarket): { startsAt: Date; endsAt: Date } {
  const now = clock.now().getTime();
  return { startsAt: new Date(now - 3_600_000), endsAt: new Date(now + dayMs) };
}

/** A sale of 20 % of everything that a seller has, going on, unless it is told otherwise. Answers its id. */
export async function runSale(
  market: TestMarket,
  seller: TestCitizen,
  terms: Partial<PlanSaleInput> = {},
): Promise<string> {
  const { database, clock } = market;
  const usual = { percentBps: 2_000, listingIds: null, key: randomUUID(), ...runningWindow(market) };
  const sale = planSaleInput.parse({ ...usual, ...terms });
  const input = { clock, ids: systemIds, sellerId: seller.citizenId, sale };
  return (await database.inTransaction((tx) => planSale(tx, input))).saleId;
}

/** A coupon of 10 % for everybody as often as they like, unless it is told otherwise. Answers its id. */
export async function issueCoupon(
  market: TestMarket,
  seller: TestCitizen,
  terms: Partial<MakeCouponInput> & { code: string },
): Promise<string> {
  const { database, clock } = market;
  const worth = 'amountMinor' in terms ? { percentBps: null } : { percentBps: 1_000, amountMinor: null };
  const limits = { minimumMinor: 0n, usesMax: null, citizenUsesMax: null };
  const usual = { ...worth, ...limits, key: randomUUID(), ...runningWindow(market) };
  const coupon = makeCouponInput.parse({ ...usual, ...terms });
  const input = { clock, ids: systemIds, sellerId: seller.citizenId, coupon };
  return (await database.inTransaction((tx) => makeCoupon(tx, input))).couponId;
}
