import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import type { OrderSummary, PartyAction } from '#server/market/orders/order-schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { CalendarDay } from '#server/platform/calendar-day.ts';
import { z } from '#server/platform/zod.ts';

/** What sellers and buyers see of their business at a glance: inputs and views. */

/** Days that a seller looks back. */
export const salesPeriods = [30, 90, 365] as const;
export type SalesPeriod = (typeof salesPeriods)[number];

export const salesInput = z.object({ days: z.literal(salesPeriods) });

/** Orders of a list on a dashboard; the rest is a page away. */
export const ordersShown = 6;
export const bestShown = 5;
export const lowShown = 12;

/** Units at which a seller is told that stock runs out, unless they say otherwise. */
export const thresholdDefault = 3;
export const thresholdMax = 1_000;

export const thresholdInput = z.object({
  listingId: z.uuid(),
  threshold: z.number().int().min(0).max(thresholdMax),
});

/** Who an open order waits for. */
export type OrderTurn = 'buyer' | 'seller' | 'both' | 'operator';

export interface OpenOrder extends OrderSummary {
  turn: OrderTurn;
  /** What the reader does next; null while it is not on them. */
  step: PartyAction | null;
}

export interface OpenOrders {
  /** Those that wait for the reader first, then by what is due first. */
  items: OpenOrder[];
  /** Of all, also those that are not listed. */
  waiting: number;
  total: number;
}

/** What was bought within some time, less what went back. */
export interface Sales {
  amountMinor: DucatMinor;
  orders: number;
}

export interface SalesDay extends Sales {
  day: CalendarDay;
}

export interface SalesView {
  /** Every day of the period, the first one first. */
  days: SalesDay[];
  total: Sales;
  /** As many days before. */
  before: Sales;
}

export interface BestListing {
  listingId: string;
  title: string;
  amountMinor: DucatMinor;
  units: number;
}

export interface BestListings {
  byRevenue: BestListing[];
  byUnits: BestListing[];
}

/** What open orders will bring their seller, less the fee. */
export interface SellerEscrow {
  netMinor: DucatMinor;
  orders: number;
}

export interface LowListing {
  listing: Pick<ListingCard, 'id' | 'title' | 'category' | 'picture'>;
  stock: number;
  threshold: number;
}

export interface LowListings {
  items: LowListing[];
  total: number;
}
