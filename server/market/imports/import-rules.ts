import {
  catalogueMax,
  importRules,
  importUndoDays,
  type Finding,
  type ImportPreview,
  type ImportRule,
  type RowState,
} from '#server/market/imports/import-schema.ts';
import { refuse } from '#server/platform/errors.ts';

/** What is known of a row before it is applied. */
export interface RowFacts {
  finding: Finding;
  isMatched: boolean;
  /** Among the rows of the file with the same key. */
  isFirst: boolean;
  isLast: boolean;
}

export type Effect = 'create' | 'update' | 'keep' | 'skip';

/**
 * What becomes of a row by a rule. A key that is taken, by a listing or by another row, is a conflict: the listing or the
 * first row stays (`skip`), the last word counts (`update`), or each row is a listing of its own (`create`).
 */
export function effectOf({ finding, isMatched, isFirst, isLast }: RowFacts, rule: ImportRule): Effect {
  switch (rule) {
    case 'create':
      return 'create';
    case 'skip':
      if (!isFirst) return 'skip';
      return !isMatched ? 'create' : finding === 'unchanged' ? 'keep' : 'skip';
    case 'update':
      if (!isLast) return 'skip';
      return !isMatched ? 'create' : finding === 'unchanged' ? 'keep' : 'update';
  }
}

/** Rows of an import that are alike, and how many. */
export interface RowGroup extends RowFacts {
  stateWanted: RowState;
  /** State of the listing that has the key. */
  stateSeen: string | null;
  rows: number;
}

export interface Room {
  /** Null: no limit. */
  onSale: number | null;
  drafts: number;
  /** Listings that are not archived. */
  kept: number;
}

export type ShelfNeed = 'on_sale' | 'draft' | null;

/**
 * What a row takes of the seller's shelf. A new listing that is paused counts as one on sale: otherwise pausing would be
 * a way around the limit.
 */
export function needOf(
  effect: Effect,
  { stateWanted, stateSeen }: Pick<RowGroup, 'stateWanted' | 'stateSeen'>,
): ShelfNeed {
  if (effect === 'create') return stateWanted === 'draft' ? 'draft' : 'on_sale';
  return effect === 'update' && stateWanted === 'published' && stateSeen !== 'published' ? 'on_sale' : null;
}

/** What an import would do by each rule, and whether it may. */
export function previewsOf(
  groups: readonly RowGroup[],
  { room, problemCount }: { room: Room; problemCount: number },
): ImportPreview[] {
  return importRules.map((rule) => previewOf(groups, { rule, room, problemCount }));
}

function previewOf(
  groups: readonly RowGroup[],
  { rule, room, problemCount }: { rule: ImportRule; room: Room; problemCount: number },
): ImportPreview {
  const sum = (isMeant: (group: RowGroup) => boolean) =>
    groups.reduce((rows, group) => rows + (isMeant(group) ? group.rows : 0), 0);
  const having = (effect: Effect) => sum((group) => effectOf(group, rule) === effect);
  const needing = (need: ShelfNeed) => sum((group) => needOf(effectOf(group, rule), group) === need);
  const counts = {
    created: having('create'),
    updated: having('update'),
    unchanged: having('keep'),
    skipped: having('skip'),
  };
  const needs = { created: counts.created, onSale: needing('on_sale'), drafts: needing('draft') };
  const isEmpty = groups.length === 0;
  if (problemCount > 0) return { rule, ...counts, refusal: 'import_has_problems', fits: null };
  return { rule, ...counts, ...(isEmpty ? { refusal: 'import_empty', fits: null } : roomFor(needs, room)) };
}

function roomFor(
  needs: { created: number; onSale: number; drafts: number },
  room: Room,
): Pick<ImportPreview, 'refusal' | 'fits'> {
  const left = Math.max(catalogueMax - room.kept, 0);
  if (room.onSale !== null && needs.onSale > room.onSale) return { refusal: 'listing_limit', fits: room.onSale };
  if (needs.drafts > room.drafts) return { refusal: 'draft_limit', fits: room.drafts };
  if (needs.created > left) return { refusal: 'catalogue_full', fits: left };
  return { refusal: null, fits: room.onSale };
}

/** Until when what an import did may be taken back. */
export function undoUntilOf(appliedAt: Date): Date {
  return new Date(appliedAt.getTime() + importUndoDays * 86_400_000);
}

export function importNotFound(): Error {
  return refuse('not_found', 'import_not_found', 'There is no such import.');
}
