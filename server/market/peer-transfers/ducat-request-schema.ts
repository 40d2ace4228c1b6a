import { recipientName, sendNote, sentAmount } from '#server/market/peer-transfers/peer-transfer-schema.ts';
import { attemptKey, pageInput, type PartyView } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of requests for ducats, shared by forms, procedures and pages. */

export const ducatRequestStates = ['open', 'paid', 'declined', 'withdrawn', 'expired'] as const;
export type DucatRequestState = (typeof ducatRequestStates)[number];
export const ducatRequestState = z.enum(ducatRequestStates);

export const askInput = z.object({
  username: recipientName,
  amountMinor: sentAmount,
  note: sendNote,
  key: attemptKey,
});
export type AskInput = z.output<typeof askInput>;

export const ducatRequestIdInput = z.object({ requestId: z.uuid() });

/** `asked`: by the reader, of others; `received`: of the reader, by others. */
export const ducatRequestSides = ['received', 'asked'] as const;
export type DucatRequestSide = (typeof ducatRequestSides)[number];
export const ducatRequestsInput = pageInput.extend({ side: z.enum(ducatRequestSides) });

export interface DucatRequestReceipt {
  requestId: string;
  state: DucatRequestState;
}

export interface DucatRequestView {
  id: string;
  state: DucatRequestState;
  /** On which side the reader is. */
  side: DucatRequestSide;
  asker: PartyView;
  payer: PartyView;
  amountMinor: DucatMinor;
  note: string | null;
  createdAt: Date;
  expiresAt: Date;
  closedAt: Date | null;
  /** The sending that paid it. */
  peerTransferId: string | null;
}
