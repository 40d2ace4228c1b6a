import { cursor, limit } from '#server/market/schema.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of imports and exports of a seller's catalogue, shared by pages, procedures and doors. */

export const importRowsMax = 10_000;
export const importBytesMax = 16 * 1_024 * 1_024;
/** So many problems of a file are told. */
export const importProblemsMax = 1_000;
/** So long may what an import did be taken back. */
export const importUndoDays = 7;
export const importsPerDayMax = 20;
/** Listings that are not archived, after an import. */
export const catalogueMax = 50_000;

/** What becomes of a row whose key is taken: by a listing, or by another row of the file. */
export const importRules = ['update', 'skip', 'create'] as const;
export type ImportRule = (typeof importRules)[number];

export const importStates = [
  'uploaded',
  'checked',
  'discarded',
  'applying',
  'cancelled',
  'applied',
  'stopped',
  'undoing',
  'undone',
] as const;
export type ImportState = (typeof importStates)[number];

/** Columns of a catalogue's file that everybody may read, in their order. */
export const openColumns = [
  'sku',
  'state',
  'kind',
  'title',
  'description',
  'category',
  'tags',
  'price',
  'stock',
  'options',
  'variants',
  'availability',
  'delivery_days',
  'quantity_steps',
  'accepts_itself',
  'takes_offers',
  'pictures',
] as const;

/** All of them, with those of something digital that are only given out when asked for; attributes follow as `attribute.<key>`. */
export const importColumns = [...openColumns, 'content_text', 'content_files'] as const;
export type ImportColumn = (typeof importColumns)[number];

export const importFormats = ['csv', 'json'] as const;
export type ImportFormat = (typeof importFormats)[number];

export const rowStates = ['draft', 'published', 'paused'] as const;
export type RowState = (typeof rowStates)[number];

export const findings = ['new', 'changed', 'unchanged'] as const;
export type Finding = (typeof findings)[number];

export const importIdInput = z.object({ importId: z.uuid() });
export const startImportInput = importIdInput.extend({ rule: z.enum(importRules) });
export const importsInput = z.object({ cursor: cursor.optional(), limit });

/** Problems of the file, rows whose key is taken, rows that were left as they were, and what an undoing left. */
export const reportKinds = ['problems', 'conflicts', 'left', 'undo_left'] as const;
export type ReportKind = (typeof reportKinds)[number];
export const reportPageSize = 100;
export const importReportInput = importIdInput.extend({
  kind: z.enum(reportKinds),
  /** The place behind which the page begins; 0 for the first. */
  after: z.number().int().min(0).max(1_000_000).default(0),
});

/** How many rows an import would deal with, and how, by one rule. */
export interface ImportPreview {
  rule: ImportRule;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  /** Why it cannot be applied by this rule; null where it can. */
  refusal: 'import_has_problems' | 'import_empty' | 'listing_limit' | 'draft_limit' | 'catalogue_full' | null;
  /** Of those that would go on sale, or become drafts, how many fit; null where nothing limits them. */
  fits: number | null;
}

export interface ImportCard {
  id: string;
  fileName: string;
  state: ImportState;
  rowCount: number;
  problemCount: number;
  createdAt: Date;
}

export interface ImportOutcomes {
  created: number;
  updated: number;
  kept: number;
  skipped: number;
  left: number;
}

export interface ImportView extends ImportCard {
  rule: ImportRule | null;
  refusal: string | null;
  /** Rows of the file that are right, wrong ones, and those whose key is taken. */
  wrongCount: number;
  conflictCount: number;
  previews: ImportPreview[];
  /** Rows dealt with, by applying or undoing, of how many. */
  done: number;
  toDo: number;
  outcomes: ImportOutcomes;
  undone: { archived: number; restored: number; left: number };
  /** Until when it may be undone; null where it may not. */
  undoUntil: Date | null;
}

export interface ReportLine {
  /** Where the next page begins. */
  position: number;
  rowNumber: number;
  columnName: string;
  code: string;
  /** What was found there, or the title of the listing. */
  value: string;
  /** The listing it is about, where there is one. */
  listingId: string | null;
}

export interface ReportPage {
  lines: ReportLine[];
  nextAfter: number | null;
}

/** What the upload of a file answers. */
export const sentImport = z.object({ id: z.uuid() });
export const importPath = '/api/imports/';
export const exportPath = '/api/catalogue/';
