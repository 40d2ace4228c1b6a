import { attemptKey, cursor, limit, paragraphs, type PartyView } from '#server/market/schema.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of questions, conversations and their files, shared by forms, procedures and pages. */

export const messageLength = { min: 1, max: 4_000 } as const;
/** Conversations that one citizen begins within a day. */
export const threadsADay = 20;
export const attachmentsMax = 3;
export const attachmentBytesMax = 5 * 1_024 * 1_024;
export const attachmentTypes = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const;
export type AttachmentType = (typeof attachmentTypes)[number];
/** The path of a file, to which its id is added. */
export const attachmentPath = '/api/message-attachments/';
/** What the door answers to a file that it keeps: nothing. */
export const broughtAttachment = z.null();

const words = {
  text: paragraphs(messageLength),
  attachmentIds: z
    .array(z.uuid())
    .max(attachmentsMax)
    .refine((ids) => new Set(ids).size === ids.length)
    .default([]),
  key: attemptKey,
};

export const askInput = z.object({ listingId: z.uuid(), ...words });
export const writeInput = z.object({ threadId: z.uuid(), ...words });
export const writeToOrderInput = z.object({ orderId: z.uuid(), ...words });

/** What is written, wherever it goes. */
export type Words = Pick<z.output<typeof writeInput>, 'text' | 'attachmentIds' | 'key'>;

const before = z.int().min(1).max(1_000_000_000).optional();

export const threadInput = z.object({ threadId: z.uuid(), before });
export const newestInput = z.object({ threadId: z.uuid() });
export const orderThreadInput = z.object({ orderId: z.uuid() });
export const readInput = z.object({ threadId: z.uuid(), sequence: z.int().min(0).max(1_000_000_000) });
export const showAnswerInput = z.object({ messageId: z.uuid(), isShown: z.boolean() });
export const questionsInput = z.object({ listingId: z.uuid(), cursor: cursor.optional(), limit });

export interface AttachmentView {
  id: string;
  name: string;
  contentType: AttachmentType;
  sizeBytes: number;
}

export interface MessageView {
  id: string;
  sequence: number;
  author: 'buyer' | 'seller';
  isOwn: boolean;
  /** By a decision of the house; its author still reads it. */
  isHidden: boolean;
  /** Null where it is hidden and somebody else's. */
  text: string | null;
  createdAt: Date;
  attachments: AttachmentView[];
  /** Whether it stands on the page of the listing, as an answer. */
  isShown: boolean;
}

/** Why somebody cannot write: an error code, or null when they can. */
export type WriteObstacle = 'not_a_party' | 'conversation_closed' | 'you_block_them';

export interface ConversationView {
  /** Null for an order about which nobody wrote yet. */
  threadId: string | null;
  listingId: string | null;
  orderId: string | null;
  title: string;
  viewer: 'buyer' | 'seller' | 'operator';
  buyer: PartyView;
  seller: PartyView;
  /** What the two wrote about its listings before the order; empty for a question thread. */
  questions: MessageView[];
  /** The latest, the oldest of them first. */
  messages: MessageView[];
  /** Asks for those before, where there are more. */
  before: number | null;
  unread: number;
  obstacle: WriteObstacle | null;
}

export interface ConversationSummary {
  threadId: string;
  listingId: string | null;
  orderId: string | null;
  title: string;
  other: PartyView;
  unread: number;
  lastMessageAt: Date;
  /** The beginning of the last message; null where it is hidden. */
  excerpt: string | null;
}

export interface ShownQuestionView {
  answerId: string;
  questionId: string;
  question: string;
  answer: string;
  shownAt: Date;
}

export interface MessageReceipt {
  threadId: string;
  messageId: string;
  sequence: number;
}
