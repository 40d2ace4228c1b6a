import { isUsername } from '#server/citizens/rules.ts';
import { attemptKey, line, pageInput, type PartyView } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of ducats that citizens send each other, shared by forms, procedures and pages. */

/** Ten million ducats: far above every limit of a trust level but a contract's. */
export const sentMinorMax = 1_000_000_000n;
export const sendNoteLength = { min: 1, max: 140 } as const;

/** The username as Venice writes it, capital letters included. */
export const recipientName = z.string().max(80).trim().refine(isUsername);
/** Centesimi. */
export const sentAmount = z.bigint().min(1n).max(sentMinorMax);
export const sendNote = line(sendNoteLength).nullable();

export const previewSendingInput = z.object({ username: recipientName, amountMinor: sentAmount });
export type PreviewSendingInput = z.output<typeof previewSendingInput>;

export const sendInput = previewSendingInput.extend({ note: sendNote, key: attemptKey });
export type SendInput = z.output<typeof sendInput>;

export const peerTransferIdInput = z.object({ peerTransferId: z.uuid() });

export const peerTransferDirections = ['sent', 'received'] as const;
export type PeerTransferDirection = (typeof peerTransferDirections)[number];
export const peerTransfersInput = pageInput.extend({ direction: z.enum(peerTransferDirections) });

/** Ducats of one kind that would leave a wallet. */
export interface LeavingPart {
  kind: 'bought' | 'granted' | 'earned';
  isHeld: boolean;
  amountMinor: DucatMinor;
}

/** What is shown before anything is sent. */
export interface SendingPreview {
  recipient: PartyView;
  amountMinor: DucatMinor;
  /** What the sender has before and after. */
  availableMinor: DucatMinor;
  remainingMinor: DucatMinor;
  /** Which ducats leave, in the order of spending; null while their origins are still being worked out. */
  leaving: LeavingPart[] | null;
}

/** How much the sender may still send. */
export interface SendRoom {
  availableMinor: DucatMinor;
  dayLeftMinor: DucatMinor;
  monthLeftMinor: DucatMinor;
}

export interface PeerTransferReceipt {
  peerTransferId: string;
  amountMinor: DucatMinor;
}

export interface PeerTransferView {
  id: string;
  direction: PeerTransferDirection;
  sender: PartyView;
  recipient: PartyView;
  amountMinor: DucatMinor;
  note: string | null;
  /** The request that it paid. */
  requestId: string | null;
  createdAt: Date;
}
