import { z } from '#server/platform/zod.ts';
import type { DucatMinor } from '#server/money/money.ts';

/** Inputs and views of the market, shared by forms, procedures and pages. */

export const categorySlugs = [
  'glass',
  'textiles',
  'spices',
  'books',
  'maps',
  'instruments',
  'services',
  'patterns',
] as const;
export type CategorySlug = (typeof categorySlugs)[number];

export const listingStates = ['published', 'withdrawn'] as const;
export type ListingState = (typeof listingStates)[number];

export const orderStates = ['paid', 'delivered', 'disputed', 'completed', 'cancelled', 'refunded'] as const;
export type OrderState = (typeof orderStates)[number];

export const orderActors = ['buyer', 'seller', 'operator', 'system'] as const;
export type OrderActor = (typeof orderActors)[number];

export const orderActions = ['deliver', 'confirm', 'cancel', 'dispute', 'resolve_refund', 'resolve_release'] as const;
export type OrderAction = (typeof orderActions)[number];

export const listingTitleLength = { min: 3, max: 120 } as const;
export const listingDescriptionLength = { min: 10, max: 4000 } as const;
export const priceMinorMax = 100_000_000n;
export const stockMax = 1_000_000;
export const quantityMax = 100;

export const noteLength = { min: 10, max: 2000 } as const;
export const pageSize = { default: 24, max: 100 } as const;
export const searchTextLengthMax = 200;

/** Everything but tab and line feed, and the marks that reverse the direction of text. */
const controlCharacters = /[^\P{Cc}\t\n]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** One line: no line breaks, no control or direction-override characters, spaces folded. */
const line = (length: { min: number; max: number }) =>
  z
    .string()
    .max(length.max * 4)
    .refine((text) => text.isWellFormed() && !controlCharacters.test(text), { error: 'control_characters' })
    .transform((text) => text.normalize('NFC').replace(/\s+/gu, ' ').trim())
    .pipe(z.string().min(length.min).max(length.max));

/** Several lines: line breaks are kept as \n, everything else as in `line`. */
const paragraphs = (length: { min: number; max: number }) =>
  z
    .string()
    .max(length.max * 4)
    .transform((text) => text.replace(/\r\n?/gu, '\n'))
    .refine((text) => text.isWellFormed() && !controlCharacters.test(text), { error: 'control_characters' })
    .transform((text) =>
      text
        .normalize('NFC')
        .replace(/[^\S\n]+/gu, ' ')
        .replace(/\n{3,}/gu, '\n\n')
        .trim(),
    )
    .pipe(z.string().min(length.min).max(length.max));

const cursor = z.string().min(1).max(400);
const limit = z.number().int().min(1).max(pageSize.max).default(pageSize.default);

/** A key made once per rendered form; a repeat with the same key is the same attempt. */
export const attemptKey = z.uuid();

export const listingTerms = z.object({
  title: line(listingTitleLength),
  description: paragraphs(listingDescriptionLength),
  category: z.enum(categorySlugs),
  /** Centesimi for one unit. */
  priceMinor: z.bigint().min(1n).max(priceMinorMax),
  /** Units on sale; null for unlimited. */
  stock: z.number().int().min(0).max(stockMax).nullable(),
});
export type ListingTerms = z.output<typeof listingTerms>;

export const publishListingInput = listingTerms.extend({ key: attemptKey });
export type PublishListingInput = z.output<typeof publishListingInput>;

export const updateListingInput = listingTerms.extend({
  listingId: z.uuid(),
  /** The version the form was filled from. */
  version: z.number().int().min(1),
  /** The stock the form was filled from: sales since then are not overwritten. */
  stockSeen: z.number().int().min(0).max(stockMax).nullable(),
});
export type UpdateListingInput = z.output<typeof updateListingInput>;

export const listingIdInput = z.object({ listingId: z.uuid() });
export const orderIdInput = z.object({ orderId: z.uuid() });

export const listingSorts = ['newest', 'price_asc', 'price_desc'] as const;
export type ListingSort = (typeof listingSorts)[number];

export const searchListingsInput = z.object({
  text: z
    .string()
    .max(searchTextLengthMax)
    .transform((text) =>
      text
        .toWellFormed()
        .replace(/[\p{Cc}\s]+/gu, ' ')
        .trim(),
    )
    .optional(),
  category: z.enum(categorySlugs).optional(),
  sort: z.enum(listingSorts).default('newest'),
  cursor: cursor.optional(),
  limit,
});
export type SearchListingsInput = z.output<typeof searchListingsInput>;

export const pageInput = z.object({ cursor: cursor.optional(), limit });

export const placeOrderInput = z.object({
  listingId: z.uuid(),
  /** The version of the listing that the buyer saw. */
  listingVersion: z.number().int().min(1),
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

/** A citizen as other citizens see them. */
export interface PartyView {
  citizenId: string;
  username: string;
  displayName: string;
}

export interface ListingCard {
  id: string;
  title: string;
  category: CategorySlug;
  priceMinor: DucatMinor;
  stock: number | null;
  state: ListingState;
  version: number;
  createdAt: Date;
  seller: PartyView;
}

export interface ListingView extends ListingCard {
  description: string;
  updatedAt: Date;
}

export interface CategoryCount {
  slug: CategorySlug;
  nameEn: string;
  nameIt: string;
  /** Listings on sale. */
  listings: number;
}

export interface Page<Item> {
  items: Item[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

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
export const storedWords = {
  category: z.enum(categorySlugs),
  listingState: z.enum(listingStates),
  orderState: z.enum(orderStates),
  orderActor: z.enum(orderActors),
  orderAction: z.enum(['place', ...orderActions]),
} as const;
