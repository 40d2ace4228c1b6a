import { createHash } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { fileNameLength } from '#server/market/catalogue/details-schema.ts';
import { askedOfAll, checkRows, foreignUploads, type FoundRow } from '#server/market/imports/import-checks.ts';
import { readFile, textOfFile, type Problem } from '#server/market/imports/import-file.ts';
import { readRow, shownValue, type RowReading } from '#server/market/imports/import-rows.ts';
import { importBytesMax, importProblemsMax } from '#server/market/imports/import-schema.ts';
import { packTerms } from '#server/market/imports/import-terms.ts';
import { keepFile } from '#server/market/imports/imports.ts';
import { line } from '#server/market/schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';

export interface ImportDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
}

/** Rows that are looked at before other work gets its turn. */
const chunkRows = 250;

const fileName = line(fileNameLength);

/**
 * Takes in a catalogue's file; the worker reads it. Sent again, it is the same import.
 * Refuses: `invalid_file_name`, `body_too_large`, and what `textOfFile` and `keepFile` refuse.
 */
export async function uploadImport(
  deps: Pick<ImportDeps, 'database' | 'clock'>,
  upload: { importId: string; sellerId: string; name: string; bytes: Uint8Array },
): Promise<{ id: string }> {
  const { importId, sellerId, bytes } = upload;
  const name = fileName.safeParse(upload.name);
  if (!name.success)
    throw refuse('invalid', 'invalid_file_name', 'Give the file a plain name of at most 120 characters.');
  textOfFile(bytes);
  const fileHash = createHash('sha256').update(bytes).digest('hex');
  const file = new Uint8Array(await promisify(gzip)(bytes));
  const sent = { importId, sellerId, fileName: name.data, fileHash, file, clock: deps.clock };
  return deps.database.inTransaction((tx) => keepFile(tx, sent));
}

/**
 * Reads a file that was uploaded and looks at all of it, a few hundred rows at once, each in a moment of its own; then
 * writes what was found, once. Killed anywhere before, it begins anew: nothing of it was written.
 */
export async function checkImport(deps: ImportDeps, importId: string): Promise<void> {
  const { database, clock } = deps;
  const kept = await database.client.listingImport.findFirst({
    where: { id: importId, state: 'uploaded' },
    select: { sellerId: true, file: true },
  });
  if (kept === null || kept.file === null) return;
  const { sellerId, file } = kept;
  const text = textOfFile(await promisify(gunzip)(file, { maxOutputLength: importBytesMax }));
  const { format, rows: raws, problems } = readFile(text);
  const wrongRows = new Set(problems.map(({ rowNumber }) => rowNumber));
  const asked = await askedOfAll(database.client);
  const found: FoundRow[] = [];
  for (let at = 0; at < raws.length; at += chunkRows) {
    const readings: RowReading[] = raws.slice(at, at + chunkRows).map((raw) => readRow(raw, format));
    const checked = await database.inTransaction((tx) => checkRows(tx, { sellerId, readings, asked }));
    const foreign = await foreignUploads(database.client, { sellerId, rows: checked.rows });
    for (const problem of [...checked.problems, ...foreign]) {
      problems.push(problem);
      wrongRows.add(problem.rowNumber);
    }
    found.push(...checked.rows.filter(({ rowNumber }) => !wrongRows.has(rowNumber)));
    await otherWork();
  }
  const rowCount = raws.length;
  await database.inTransaction((tx) =>
    writeFindings(tx, { importId, found, problems, rowCount, wrongCount: wrongRows.size, now: clock.now() }),
  );
}

interface Findings {
  importId: string;
  found: readonly FoundRow[];
  problems: readonly Problem[];
  rowCount: number;
  wrongCount: number;
  now: Date;
}

async function writeFindings(tx: Tx, findings: Findings): Promise<void> {
  const { importId, found, problems, rowCount, wrongCount, now } = findings;
  const { count } = await tx.listingImport.updateMany({
    where: { id: importId, state: 'uploaded' },
    data: {
      ...{ state: 'checked', file: null, rowCount, wrongCount },
      ...{ problemCount: problems.length, attempts: 0, updatedAt: now },
    },
  });
  // Another worker was sooner, or the seller gave it up.
  if (count === 0) return;
  const told = [...problems]
    .sort((left, right) => left.rowNumber - right.rowNumber)
    .slice(0, importProblemsMax)
    .map(({ columnName, value, ...problem }, position) => ({
      ...{ importId, position, ...problem },
      ...{ columnName: shownValue(columnName), value: shownValue(value) },
    }));
  await tx.listingImportProblem.createMany({ data: told });
  const rows = withPlaces(found);
  for (let at = 0; at < rows.length; at += chunkRows)
    await insertRows(tx, { importId, rows: rows.slice(at, at + chunkRows) });
}

type PlacedRow = FoundRow & { isFirst: boolean; isLast: boolean };

/** Which of the rows with one key is the first and which the last. */
function withPlaces(found: readonly FoundRow[]): PlacedRow[] {
  const keyOf = ({ sku, matchedId }: FoundRow) => matchedId ?? sku;
  const [firsts, lasts] = [new Map<string, number>(), new Map<string, number>()];
  for (const row of found) {
    const key = keyOf(row);
    if (key === null) continue;
    if (!firsts.has(key)) firsts.set(key, row.rowNumber);
    lasts.set(key, row.rowNumber);
  }
  return found.map((row) => {
    const key = keyOf(row);
    const isAlone = key === null;
    return {
      ...row,
      isFirst: isAlone || firsts.get(key) === row.rowNumber,
      isLast: isAlone || lasts.get(key) === row.rowNumber,
    };
  });
}

async function insertRows(tx: Tx, { importId, rows }: { importId: string; rows: readonly PlacedRow[] }): Promise<void> {
  const data = rows.map(({ terms, state, ...row }) => ({
    ...row,
    title: terms.title,
    terms: packTerms(terms),
    stateWanted: state,
  }));
  await tx.$executeRaw`
    INSERT INTO listing_import_row
      (import_id, row_number, sku, title, finding, is_first, is_last, state_wanted, matched_id, seen, terms)
    SELECT ${importId}::uuid, "rowNumber", sku, title, finding, "isFirst", "isLast", "stateWanted", "matchedId", seen, terms
      FROM jsonb_to_recordset(${JSON.stringify(data)}::jsonb)
        AS found ("rowNumber" integer, sku text, title text, finding text, "isFirst" boolean, "isLast" boolean,
                  "stateWanted" text, "matchedId" uuid, seen jsonb, terms jsonb)`;
}
