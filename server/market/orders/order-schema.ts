import type { CategorySlug, ListingKind } from '#server/market/catalogue/catalogue-schema.ts';
import { couponCode } from '#server/market/discounts/discount-schema.ts';
import type { LineDiscount } from '#server/market/discounts/price-schema.ts';
import type { AttributeValue, ListingPicture } from '#server/market/catalogue/details-schema.ts';
import { giftNoteLength } from '#server/market/gifts/gift-length-schema.ts';
import { recipientName } from '#server/market/peer-transfers/peer-transfer-schema.ts';
import { attemptKey, line, paragraphs, versionSeen, type PartyView } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of orders, shared by forms, procedures and pages. */

/** Of all versions of the process; `paid` is of the first alone. */
export const orderStates = [
  'paid',
  'purchased',
  'accepted',
  'delivered',
  'disputed',
  'completed',
  'declined',
  'cancelled',
  'refunded',
  'settled',
] as const;

export type OrderState = (typeof orderStates)[number];

/** The recipient is there where an order is a gift. */
export const orderActors = ['buyer', 'seller', 'recipient', 'operator', 'system'] as const;

export type OrderActor = (typeof orderActors)[number];

export const orderActions = [
  'accept',
  'decline',
  'deliver',
  'confirm',
  'cancel',
  'lapse',
  'dispute',
  'propose',
  'agree',
  'refund_part',
  'refund_all',
  'resolve_refund',
  'resolve_release',
  'resolve_split',
] as const;

export type OrderAction = (typeof orderActions)[number];

/** What people do; the rest the house does when nobody acts. */
export type PartyAction = Exclude<OrderAction, 'lapse'>;

/** Most lines of one purchase. */
export const purchaseLinesMax = 50;

export const noteLength = { min: 10, max: 2000 } as const;

export const orderIdInput = z.object({ orderId: z.uuid() });

/** The username as Venice writes it, and one line for whoever receives it. */
export const giftInput = z.object({ username: recipientName, note: line(giftNoteLength).nullable() });

export const placeOrderInput = z.object({
  listingId: z.uuid(),
  /** The version of the listing that the buyer saw. */
  listingVersion: versionSeen,
  /** Which of the listing's variants; left out where it has none. */
  variantId: z.uuid().nullish(),
  /** Checked by the purchase itself, which answers `invalid_quantity`. */
  quantity: z.number().int(),
  couponCode: couponCode.optional(),
  /**
   * What the buyer was shown: a purchase that costs something else by now is refused. Left out, it costs what it costs,
   * which is never more than the list price of the version that is named. Centesimi.
   */
  totalMinor: z.bigint().positive().optional(),
  /** The buyer's accepted offer whose price it is bought at; left out where the seller's price is paid. */
  offerId: z.uuid().nullish(),
  /** For whom it is bought, where it is a gift. */
  gift: giftInput.nullish(),
  key: attemptKey,
});

export type PlaceOrderInput = z.output<typeof placeOrderInput>;

/** What a buyer wants of one listing, in one purchase. */
export interface PurchaseLine {
  readonly listingId: string;
  readonly listingVersion: number;
  readonly variantId: string | null;
  readonly quantity: number;
  /** The accepted offer that says its price. */
  readonly offerId?: string | null | undefined;
}

/** One line of an order, by its place in it. */
export const orderLineInput = orderIdInput.extend({ line: z.number().int().min(1).max(1_000) });

export const disputeInput = orderIdInput.extend({ reason: paragraphs(noteLength) });

const optionalNote = paragraphs({ min: 1, max: noteLength.max }).optional();

/** Centesimi; what an order allows is decided under its lock. */
const amountMinor = z.bigint().min(0n).max(1_000_000_000_000n);

/** `split` names what the buyer gets back of what is left in escrow; the seller gets the rest, less the fee on it. */
export const resolveInput = orderIdInput
  .extend({
    outcome: z.enum(['refund', 'release', 'split']),
    backMinor: amountMinor.optional(),
    reason: paragraphs(noteLength),
  })
  .refine(({ outcome, backMinor }) => (outcome === 'split') === (backMinor !== undefined), { path: ['backMinor'] });

export const sellerNoteInput = orderIdInput.extend({ note: optionalNote });

export const refundPartInput = orderIdInput.extend({
  amountMinor: amountMinor.min(1n),
  note: paragraphs(noteLength),
  key: attemptKey,
});

/** What the buyer should get back of what is left in escrow. */
export const proposeInput = orderIdInput.extend({ backMinor: amountMinor, note: paragraphs(noteLength) });

/** Names the proposal that was read, so that nobody agrees to another one. */
export const agreeInput = orderIdInput.extend({ sequence: versionSeen });

export const orderSettingInput = z.object({ acceptsItself: z.boolean() });

export interface OrderSummary {
  id: string;
  state: OrderState;
  listingId: string;
  listingTitle: string;
  category: CategorySlug;
  quantity: number;
  totalMinor: DucatMinor;
  /** On what is not given back: it shrinks with every part that is. */
  feeMinor: DucatMinor;
  /** What went back to the buyer by now. */
  refundedMinor: DucatMinor;
  createdAt: Date;
  updatedAt: Date;
  buyer: PartyView;
  seller: PartyView;
  /** To whom it is given, where it is a gift. */
  recipient: PartyView | null;
  /** What the house does by itself, and when, if nobody acts before. */
  deadline: OrderDeadline | null;
}

export interface OrderDeadline {
  at: Date;
  action: OrderAction;
}

/** One line of an order, as it was bought. */
/** What a listing said when it was bought. */
export interface BoughtVersion {
  /** The listing's. */
  id: string;
  version: number;
  title: string;
  description: string;
  category: CategorySlug;
  categorySlug: string;
  kind: ListingKind;
  tags: string[];
  attributes: Record<string, AttributeValue>;
  pictures: ListingPicture[];
  availability: string | null;
  deliveryDays: number | null;
  optionValues: string[];
  quantity: number;
  unitPriceMinor: DucatMinor;
  seller: PartyView;
  boughtAt: Date;
  /** Since when it said this. */
  createdAt: Date;
}

export interface OrderLineView {
  line: number;
  listingId: string;
  listingVersion: number;
  variantId: string | null;
  title: string;
  description: string;
  optionValues: string[];
  category: CategorySlug;
  kind: ListingKind;
  quantity: number;
  /** What one cost without any reduction. */
  listUnitPriceMinor: DucatMinor;
  /** After the reduction of the quantity or of a sale. */
  unitPriceMinor: DucatMinor;
  discount: LineDiscount | null;
  /** The coupon that was used, and its part of this line. */
  coupon: { code: string; minor: DucatMinor } | null;
  /** Who bears what the line costs less; null where it does not. */
  fundedBy: 'seller' | null;
  /** What was paid. */
  totalMinor: DucatMinor;
  /** The offer by which it was bought, if any. */
  offerId: string | null;
}

/** A step that somebody may take now: what the timeline says comes next. */
export interface OrderNextStep {
  action: OrderAction;
  actor: OrderActor;
  to: OrderState;
}

/** What one side of a dispute offers, until the other agrees or somebody offers otherwise. */
export interface OrderProposal {
  /** Of the event that it is. */
  sequence: number;
  by: 'buyer' | 'seller';
  backMinor: DucatMinor;
}

export interface OrderEventView {
  sequence: number;
  action: OrderAction | 'place';
  actor: OrderActor;
  fromState: OrderState | null;
  toState: OrderState;
  note: string | null;
  /** What was offered, given back or decided with it. */
  amountMinor: DucatMinor | null;
  at: Date;
}

export interface OrderView extends OrderSummary {
  purchaseId: string;
  processVersion: number;
  lines: OrderLineView[];
  /** The house's share in millionths, as it was when the order was placed. */
  feePpm: number;
  closedAt: Date | null;
  /** What the reader is to this order. */
  viewer: Exclude<OrderActor, 'system' | 'recipient'>;
  /** What the buyer wrote with a gift; for them alone. */
  giftNote: string | null;
  /** What the reader may do now. */
  actions: PartyAction[];
  /** Who may do what now, the reader and others. */
  next: OrderNextStep[];
  /** The states still ahead when all goes well, the last one the end. */
  ahead: OrderState[];
  proposal: OrderProposal | null;
  events: OrderEventView[];
}

/** How stored words are read back; a row that says anything else is a defect. */
export const storedOrderWords = {
  state: z.enum(orderStates),
  actor: z.enum(orderActors),
  action: z.enum(['place', ...orderActions]),
  step: z.enum(orderActions),
  discountKind: z.enum(['quantity', 'sale']),
  fundedBy: z.literal('seller').nullable(),
} as const;
