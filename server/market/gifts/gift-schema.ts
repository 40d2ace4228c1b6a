import type { CategorySlug, ListingKind } from '#server/market/catalogue/catalogue-schema.ts';
import type { OrderState } from '#server/market/orders/order-schema.ts';
import type { PartyView } from '#server/market/schema.ts';
import { z } from '#server/platform/zod.ts';

/** Views of gifts as whoever receives them sees them: without what they cost. */

export const giftIdInput = z.object({ orderId: z.uuid() });

export interface GiftSummary {
  orderId: string;
  state: OrderState;
  /** Of the first line. */
  title: string;
  listingId: string;
  category: CategorySlug;
  quantity: number;
  giver: PartyView;
  seller: PartyView;
  createdAt: Date;
}

export interface GiftLine {
  line: number;
  title: string;
  description: string;
  optionValues: string[];
  kind: ListingKind;
  quantity: number;
}

export interface GiftView extends GiftSummary {
  note: string | null;
  /** Hidden by the house: only its giver still reads it. */
  isNoteHidden: boolean;
  lines: GiftLine[];
  /** Whether its recipient may say that they have it. */
  mayConfirm: boolean;
  /** When it counts as received by itself; null while that is not what comes next. */
  confirmsItselfAt: Date | null;
}
