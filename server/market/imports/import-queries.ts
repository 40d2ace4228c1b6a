import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { shelfRoom } from '#server/market/catalogue/shelf.ts';
import {
  importNotFound,
  previewsOf,
  undoUntilOf,
  type Room,
  type RowGroup,
} from '#server/market/imports/import-rules.ts';
import {
  importRules,
  importStates,
  reportPageSize,
  type ImportCard,
  type ImportOutcomes,
  type ImportView,
  type ReportKind,
  type ReportLine,
  type ReportPage,
} from '#server/market/imports/import-schema.ts';
import type { Page } from '#server/market/schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';
import { z } from '#server/platform/zod.ts';

const stored = { state: z.enum(importStates), rule: z.enum(importRules).nullable() } as const;

const cardSelected = {
  id: true,
  fileName: true,
  state: true,
  rowCount: true,
  problemCount: true,
  createdAt: true,
} as const;

/** A seller's imports, newest first. Refuses: `invalid_cursor`. */
export async function importsOf(db: Db, input: PageInput & { sellerId: string }): Promise<Page<ImportCard>> {
  const rows = await db.listingImport.findMany({
    where: { sellerId: input.sellerId, ...olderThan(input.cursor) },
    select: cardSelected,
    orderBy: newestFirst,
    take: input.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  return { items: items.map((row) => ({ ...row, state: stored.state.parse(row.state) })), nextCursor };
}

interface OwnImport {
  importId: string;
  sellerId: string;
}

/** One import of the seller, with what it would do by each rule and what it did. Refuses: `import_not_found`. */
export async function importById(db: Db, input: OwnImport & { clock: Clock }): Promise<ImportView> {
  const { importId, sellerId, clock } = input;
  const row = await db.listingImport.findFirst({
    where: { id: importId, sellerId },
    select: {
      ...cardSelected,
      ...{ rule: true, refusal: true, wrongCount: true, appliedAt: true },
    },
  });
  if (row === null) throw importNotFound();
  const { appliedAt, ...card } = row;
  const state = stored.state.parse(row.state);
  const isChecked = state === 'checked';
  const [groups, counts, room] = await Promise.all([
    isChecked ? importGroups(db, importId) : [],
    outcomesOf(db, importId),
    isChecked ? roomOf(db, { sellerId, clock }) : null,
  ]);
  const mayUndo = appliedAt !== null && (state === 'applied' || state === 'cancelled' || state === 'stopped');
  const undoUntil = mayUndo && clock.now() <= undoUntilOf(appliedAt) ? undoUntilOf(appliedAt) : null;
  const isUndoing = state === 'undoing' || state === 'undone';
  return {
    ...card,
    state,
    rule: stored.rule.parse(row.rule),
    conflictCount: counts.conflicts,
    previews: room === null ? [] : previewsOf(groups, { room, problemCount: row.problemCount }),
    done: isUndoing ? counts.undoneRows : counts.done,
    toDo: isUndoing ? counts.outcomes.created + counts.outcomes.updated : counts.rows,
    outcomes: counts.outcomes,
    undone: counts.undone,
    undoUntil,
  };
}

/** Rows of an import that are alike. */
export async function importGroups(db: Db, importId: string): Promise<RowGroup[]> {
  return db.$queryRaw<RowGroup[]>`
    SELECT finding, matched_id IS NOT NULL AS "isMatched", is_first AS "isFirst", is_last AS "isLast",
           state_wanted AS "stateWanted", seen ->> 'state' AS "stateSeen", count(*)::integer AS rows
      FROM listing_import_row
     WHERE import_id = ${importId}::uuid
     GROUP BY 1, 2, 3, 4, 5, 6`;
}

/** What the seller's shelf has left. */
export async function roomOf(db: Db, { sellerId, clock }: { sellerId: string; clock: Clock }): Promise<Room> {
  const kept = await db.listing.count({ where: { sellerId, state: { not: 'archived' } } });
  return { ...(await shelfRoom(db, { sellerId, clock })), kept };
}

interface Counts {
  rows: number;
  conflicts: number;
  done: number;
  undoneRows: number;
  outcomes: ImportOutcomes;
  undone: ImportView['undone'];
}

async function outcomesOf(db: Db, importId: string): Promise<Counts> {
  type Row = Record<'rows' | 'conflicts' | 'done' | 'created' | 'updated' | 'kept' | 'skipped' | 'left', number> &
    Record<'undoneRows' | 'archived' | 'restored' | 'undoLeft', number>;
  const [row] = await db.$queryRaw<Row[]>`
    SELECT count(*)::integer AS rows,
           count(*) FILTER (WHERE matched_id IS NOT NULL OR NOT is_first OR NOT is_last)::integer AS conflicts,
           count(outcome)::integer AS done,
           count(*) FILTER (WHERE outcome = 'created')::integer AS created,
           count(*) FILTER (WHERE outcome = 'updated')::integer AS updated,
           count(*) FILTER (WHERE outcome = 'kept')::integer AS kept,
           count(*) FILTER (WHERE outcome = 'skipped')::integer AS skipped,
           count(*) FILTER (WHERE outcome = 'left')::integer AS left,
           count(undo_outcome)::integer AS "undoneRows",
           count(*) FILTER (WHERE undo_outcome = 'archived')::integer AS archived,
           count(*) FILTER (WHERE undo_outcome = 'restored')::integer AS restored,
           count(*) FILTER (WHERE undo_outcome = 'left')::integer AS "undoLeft"
      FROM listing_import_row
     WHERE import_id = ${importId}::uuid`;
  const { rows = 0, conflicts = 0, done = 0, undoneRows = 0, archived = 0, restored = 0, undoLeft = 0 } = row ?? {};
  const { created = 0, updated = 0, kept = 0, skipped = 0, left = 0 } = row ?? {};
  const undone = { archived, restored, left: undoLeft };
  return { rows, conflicts, done, undoneRows, outcomes: { created, updated, kept, skipped, left }, undone };
}

/** A page of what there is to tell of an import's rows. Refuses: `import_not_found`. */
export async function importReport(
  db: Db,
  input: OwnImport & { kind: ReportKind; after: number; limit?: number },
): Promise<ReportPage> {
  const { importId, sellerId, kind, after, limit = reportPageSize } = input;
  if ((await db.listingImport.count({ where: { id: importId, sellerId } })) === 0) throw importNotFound();
  const read = kind === 'problems' ? problemLines : rowLines;
  const lines = await read(db, { importId, kind, after, take: limit + 1 });
  const page = lines.slice(0, limit);
  return { lines: page, nextAfter: lines.length > limit ? (page.at(-1)?.position ?? null) : null };
}

interface LinesInput {
  importId: string;
  kind: ReportKind;
  after: number;
  take: number;
}

async function problemLines(db: Db, { importId, after, take }: LinesInput): Promise<ReportLine[]> {
  const rows = await db.listingImportProblem.findMany({
    where: { importId, position: { gte: after } },
    orderBy: { position: 'asc' },
    take,
    omit: { importId: true },
  });
  return rows.map(({ position, ...row }) => ({ ...row, position: position + 1, listingId: null }));
}

const kindOfRow = {
  conflicts: Prisma.sql`matched_id IS NOT NULL OR NOT is_first OR NOT is_last`,
  left: Prisma.sql`outcome = 'left'`,
  undo_left: Prisma.sql`undo_outcome = 'left'`,
  problems: Prisma.sql`false`,
} as const satisfies Record<ReportKind, Prisma.Sql>;

const codeOfRow = {
  conflicts: Prisma.sql`CASE WHEN matched_id IS NULL OR NOT is_first THEN 'key_repeated'
                             WHEN finding = 'unchanged' THEN 'key_unchanged' ELSE 'key_taken' END`,
  left: Prisma.sql`outcome_code`,
  undo_left: Prisma.sql`undo_code`,
  problems: Prisma.sql`''`,
} as const satisfies Record<ReportKind, Prisma.Sql>;

function rowLines(db: Db, { importId, kind, after, take }: LinesInput): Promise<ReportLine[]> {
  return db.$queryRaw<ReportLine[]>(Prisma.sql`
    SELECT row_number AS position, row_number AS "rowNumber", '' AS "columnName", ${codeOfRow[kind]} AS code,
           title AS value, coalesce(listing_id, matched_id) AS "listingId"
      FROM listing_import_row
     WHERE import_id = ${importId}::uuid AND row_number > ${after} AND (${kindOfRow[kind]})
     ORDER BY row_number
     LIMIT ${take}`);
}
