import type { CategorySlug } from '#server/market/catalogue/catalogue-schema.ts';
import { attemptKey, paragraphs, type PartyView } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of orders, shared by forms, procedures and pages. */

export const orderStates = ['paid', 'delivered', 'disputed', 'completed', 'cancelled', 'refunded'] as const;

export type OrderState = (typeof orderStates)[number];

export const orderActors = ['buyer', 'seller', 'operator', 'system'] as const;

export type OrderActor = (typeof orderActors)[number];

export const orderActions = ['deliver', 'confirm', 'cancel', 'dispute', 'resolve_refund', 'resolve_release'] as const;

export type OrderAction = (typeof orderActions)[number];

export const quantityMax = 100;

export const noteLength = { min: 10, max: 2000 } as const;

export const orderIdInput = z.object({ orderId: z.uuid() });

export const placeOrderInput = z.object({
  listingId: z.uuid(),
  /** The version of the listing that the buyer saw. */
  listingVersion: z.number().int().min(1),
  /** What was chosen of a listing with variants. */
  variantId: z.uuid().nullish(),
  /** Checked by the purchase itself, which answers `invalid_quantity`. */
  quantity: z.number().int(),
  key: attemptKey,
});

export type PlaceOrderInput = z.output<typeof placeOrderInput>;

export const disputeInput = orderIdInput.extend({ reason: paragraphs(noteLength) });

export const resolveInput = orderIdInput.extend({
  outcome: z.enum(['refund', 'release']),
  reason: paragraphs(noteLength),
});

export const sellerNoteInput = orderIdInput.extend({ note: paragraphs({ min: 1, max: noteLength.max }).optional() });

export interface OrderSummary {
  id: string;
  state: OrderState;
  listingId: string;
  listingTitle: string;
  category: CategorySlug;
  quantity: number;
  totalMinor: DucatMinor;
  feeMinor: DucatMinor;
  createdAt: Date;
  updatedAt: Date;
  buyer: PartyView;
  seller: PartyView;
}

export interface OrderEventView {
  sequence: number;
  action: OrderAction | 'place';
  actor: OrderActor;
  fromState: OrderState | null;
  toState: OrderState;
  note: string | null;
  at: Date;
}

export interface OrderView extends OrderSummary {
  description: string;
  unitPriceMinor: DucatMinor;
  /** The house's share in millionths, as it was when the order was placed. */
  feePpm: number;
  closedAt: Date | null;
  /** What the reader is to this order. */
  viewer: Exclude<OrderActor, 'system'>;
  /** What the reader may do now. */
  actions: OrderAction[];
  events: OrderEventView[];
}

/** How stored words are read back; a row that says anything else is a defect. */
export const storedOrderWords = {
  state: z.enum(orderStates),
  actor: z.enum(orderActors),
  action: z.enum(['place', ...orderActions]),
} as const;
