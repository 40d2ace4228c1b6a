import { line, pageInput, paragraphs, type PartyView } from '#server/market/schema.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of blocks, reports and what operators decide, shared by forms, procedures and pages. */

/** `block`: neither writes, asks nor buys. `mute`: nobody is told when they write. */
export const blockKinds = ['block', 'mute'] as const;
export type BlockKind = (typeof blockKinds)[number];

/** Most citizens that one citizen blocks or mutes. */
export const blocksMax = 500;

export const citizenIdInput = z.object({ citizenId: z.uuid() });

export const setBlockInput = citizenIdInput.extend({ kind: z.enum(blockKinds), isOn: z.boolean() });

export interface BlockedView {
  citizen: PartyView;
  kinds: BlockKind[];
}

/**
 * What can be reported: everything that one citizen writes and another one reads. A storefront and its banner go by the id
 * of their seller, the note of an offer by that of its step, the note of a gift by that of its order.
 */
export const subjectKinds = [
  'listing',
  'message',
  'review',
  'review_answer',
  'storefront',
  'banner',
  'offer_note',
  'gift_note',
] as const;
export type SubjectKind = (typeof subjectKinds)[number];

export const reportReasons = ['scam', 'forbidden', 'abuse', 'spam', 'personal_data', 'other'] as const;
export type ReportReason = (typeof reportReasons)[number];

export const reportTextLength = { min: 10, max: 1_000 } as const;
/** Reports that one citizen makes within a day. */
export const reportsADay = 20;

export const subjectInput = z.object({ subjectKind: z.enum(subjectKinds), subjectId: z.uuid() });

export const reportInput = subjectInput.extend({
  reason: z.enum(reportReasons),
  text: paragraphs(reportTextLength),
});

export type ReportInput = z.output<typeof reportInput>;

export const moderationActions = ['dismiss', 'hide', 'pause', 'warn'] as const;
export type ModerationAction = (typeof moderationActions)[number];

export const decisionReason = line({ min: 5, max: 1_000 });

export const decideInput = subjectInput.extend({ action: z.enum(moderationActions), reason: decisionReason });

export type DecideInput = z.output<typeof decideInput>;

export const undoInput = z.object({ decisionId: z.uuid(), reason: decisionReason });

export const queueInput = pageInput;

/** What a thing said when it was reported, as the report keeps it. */
export const reportedWords = z.object({
  title: z.string(),
  text: z.string(),
  stars: z.number().int().nullable(),
  pictureIds: z.array(z.uuid()),
  version: z.number().int().nullable(),
});
export type ReportedWords = z.output<typeof reportedWords>;

/** The thing itself, as an operator sees it. */
export interface SubjectView extends ReportedWords {
  subjectKind: SubjectKind;
  subjectId: string;
  author: PartyView;
  /** The page where it stands, where operators can open it. */
  href: string | null;
  /** Hidden, or paused by the house. */
  isHeld: boolean;
}

export interface ReportView {
  id: string;
  reporter: PartyView;
  reason: ReportReason;
  text: string;
  createdAt: Date;
}

/** What a thing said when some of its reports were made, where it says something else by now. */
export interface EarlierWords extends ReportedWords {
  /** When the first and the last of these reports were made. */
  from: Date;
  until: Date;
}

/** A thing that waits for a decision, with what was said of it. */
export interface ReportedView {
  subject: SubjectView;
  reports: ReportView[];
  /** What of it was reported and is no longer there; the first reported first. */
  earlier: EarlierWords[];
  /** What may be decided about it. */
  actions: ModerationAction[];
}

export interface DecisionView {
  id: string;
  subject: SubjectView;
  action: ModerationAction;
  reason: string;
  decidedBy: PartyView;
  decidedAt: Date;
  undoneAt: Date | null;
  undoReason: string | null;
}

/** How stored words are read back; a row that says anything else is a defect. */
export const storedPeopleWords = {
  kind: z.enum(blockKinds),
  subjectKind: z.enum(subjectKinds),
  reason: z.enum(reportReasons),
  action: z.enum(moderationActions),
} as const;
