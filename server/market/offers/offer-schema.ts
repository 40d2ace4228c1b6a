import { priceMinorMax } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategorySlug } from '#server/market/catalogue/catalogue-schema.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';
import { attemptKey, line, pageInput, versionSeen, type PartyView } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of offers, shared by forms, procedures and pages. */

/** Whose turn it is, then how it ended. `accepted` waits for the purchase. */
export const offerStates = [
  'seller_turn',
  'buyer_turn',
  'accepted',
  'used',
  'declined',
  'withdrawn',
  'expired',
  'ended',
] as const;
export type OfferState = (typeof offerStates)[number];

export const offerActors = ['buyer', 'seller', 'system'] as const;
export type OfferActor = (typeof offerActors)[number];
export type OfferSide = Exclude<OfferActor, 'system'>;

export const offerActions = ['counter', 'accept', 'decline', 'withdraw', 'use', 'expire', 'end'] as const;
export type OfferAction = (typeof offerActions)[number];
/** What people press a button for. */
export type OfferStep = Exclude<OfferAction, 'use' | 'expire' | 'end'>;

export const offerNoteLength = { min: 1, max: 200 } as const;

/** Centesimi for one. */
const unitPriceMinor = z.bigint().min(1n).max(priceMinorMax);
const quantity = z.number().int().min(1).max(quantityMax);
const note = line(offerNoteLength).nullable();

export const makeOfferInput = z.object({
  listingId: z.uuid(),
  /** The version of the listing that the buyer saw. */
  listingVersion: versionSeen,
  /** Which of the listing's variants; left out where it has none. */
  variantId: z.uuid().nullish(),
  unitPriceMinor,
  quantity,
  note,
  key: attemptKey,
});
export type MakeOfferInput = z.output<typeof makeOfferInput>;

export const offerIdInput = z.object({ offerId: z.uuid() });

/** Names the last thing that was read of the offer, so that nobody answers what they have not seen. */
export const offerStepInput = offerIdInput.extend({ sequence: versionSeen, key: attemptKey });
export type OfferStepInput = z.output<typeof offerStepInput>;

export const counterOfferInput = offerStepInput.extend({ unitPriceMinor, quantity, note });
export type CounterOfferInput = z.output<typeof counterOfferInput>;

/** `made`: by the reader; `received`: for what the reader sells. */
export const offerLists = ['made', 'received'] as const;
export type OfferList = (typeof offerLists)[number];
export const offersInput = pageInput.extend({ list: z.enum(offerLists) });

export const ownOfferInput = z.object({ listingId: z.uuid() });

export interface OfferReceipt {
  offerId: string;
  state: OfferState;
  sequence: number;
}

export interface OfferSummary {
  id: string;
  state: OfferState;
  /** On which side the reader is. */
  viewer: OfferSide;
  listingId: string;
  title: string;
  category: CategorySlug;
  optionValues: string[];
  buyer: PartyView;
  seller: PartyView;
  /** What was named last. */
  unitPriceMinor: DucatMinor;
  quantity: number;
  /** Until when it goes on by itself; null where it is over. */
  deadlineAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface OfferEventView {
  /** By which its note is reported. */
  id: string;
  sequence: number;
  action: OfferAction | 'offer';
  actor: OfferActor;
  unitPriceMinor: DucatMinor | null;
  quantity: number | null;
  note: string | null;
  /** Hidden by the house: only whoever wrote the note still reads it. */
  isNoteHidden: boolean;
  at: Date;
}

/** What of a listing reads otherwise than when a price was agreed on for it. */
export const offerChanges = ['price', 'title', 'description', 'pictures', 'delivery', 'facts'] as const;
export type OfferChange = (typeof offerChanges)[number];

/** The listing as it is now, beside what was offered for it. */
export interface OfferedListing {
  version: number;
  /** Null while what was offered for cannot be bought, or not as it was then. */
  askedMinor: DucatMinor | null;
  /** Null: unlimited. */
  stock: number | null;
  problem: 'changed' | 'cheaper' | 'off_sale' | 'sold_out' | null;
  /** What its buyer has to look at before they buy at the agreed price, because it reads otherwise by now. */
  changes: OfferChange[];
}

export interface OfferView extends OfferSummary {
  sequence: number;
  variantId: string | null;
  listingVersion: number;
  listing: OfferedListing;
  /** How many prices may still be named. */
  roundsLeft: number;
  /** What the reader may do now. */
  actions: OfferStep[];
  events: OfferEventView[];
  /** The order that was placed by it. */
  orderId: string | null;
}

/** How stored words are read back; a row that says anything else is a defect. */
export const storedOfferWords = {
  state: z.enum(offerStates),
  actor: z.enum(offerActors),
  action: z.enum(['offer', ...offerActions]),
} as const;
