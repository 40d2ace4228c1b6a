import { CsvError, parse } from 'csv-parse/sync';
import { attributePrefix } from '#server/market/imports/import-columns.ts';
import { importColumns, importRowsMax, type ImportFormat } from '#server/market/imports/import-schema.ts';
import { refuse } from '#server/platform/errors.ts';

/** What is wrong with a place of the file. `value` is what was found there. */
export interface Problem {
  rowNumber: number;
  columnName: string;
  code: string;
  value: string;
}

/** A row as it was written: texts of a CSV file, or whatever JSON holds, by columns. */
export interface RawRow {
  rowNumber: number;
  cells: ReadonlyMap<string, unknown>;
}

export interface RawFile {
  format: ImportFormat;
  rows: RawRow[];
  problems: Problem[];
}

/** Nesting that a catalogue has: the list, a listing, its variants, one of them, its values. */
const depthMax = 8;
const cellsMax = 100;

/**
 * The text of an uploaded file. Refuses: `import_file_empty`, `import_file_type` (an archive, a workbook, anything that
 * is no text), `import_file_encoding` (not UTF-8).
 */
export function textOfFile(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) throw refuse('invalid', 'import_file_empty', 'This file is empty.');
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16) throw wrongEncoding();
  // PK, as zip archives and workbooks begin; and no text has a zero in it.
  const isArchive = first === 0x50 && second === 0x4b && (bytes[2] ?? 0) < 8;
  if (isArchive || bytes.includes(0))
    throw refuse('wrong_media', 'import_file_type', 'This is not a text file. Save it as CSV or JSON.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrongEncoding();
  }
  if (text.trim() === '') throw refuse('invalid', 'import_file_empty', 'This file is empty.');
  return text;
}

function wrongEncoding(): Error {
  return refuse('wrong_media', 'import_file_encoding', 'This file is not written in UTF-8. Save it as UTF-8.');
}

/** The rows of a file, which is JSON where it begins with a bracket, else CSV; and what cannot be read of it. */
export function readFile(text: string): RawFile {
  return /^\s*[[{]/u.test(text) ? readJson(text) : readCsv(text);
}

function broken(format: ImportFormat, problem: Partial<Problem> & { code: string }): RawFile {
  return { format, rows: [], problems: [{ rowNumber: 1, columnName: '', value: '', ...problem }] };
}

function readCsv(text: string): RawFile {
  let records: string[][];
  try {
    // One more than may be, and the heading: so many more are not even read.
    records = parse(text, { delimiter: delimiterOf(text), relax_column_count: true, to: importRowsMax + 2 });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return broken('csv', { rowNumber: recordsRead(error) + 1, code: 'broken_quotes' });
  }
  const [heading = [], ...lines] = records;
  if (lines.length > importRowsMax) return broken('csv', { rowNumber: importRowsMax + 2, code: 'too_many_rows' });
  const columns = heading.map((name) => name.trim().toLowerCase());
  const problems = headingProblems(columns);
  if (problems.length > 0) return { format: 'csv', rows: [], problems };
  const rows: RawRow[] = [];
  lines.forEach((cells, index) => {
    const rowNumber = index + 2;
    if (cells.every((cell) => cell.trim() === '')) return;
    if (cells.length > columns.length)
      problems.push({ rowNumber, columnName: '', code: 'too_many_cells', value: cells[columns.length] ?? '' });
    else rows.push({ rowNumber, cells: new Map(cells.map((cell, at) => [columns[at] ?? '', withoutGuard(cell)])) });
  });
  if (rows.length === 0 && problems.length === 0) return broken('csv', { code: 'no_rows' });
  return { format: 'csv', rows, problems };
}

function recordsRead(error: CsvError): number {
  const { records } = error as { records?: unknown };
  return typeof records === 'number' ? records : 0;
}

/** What parts the cells: whichever of the three the heading has most of. */
function delimiterOf(text: string): string {
  const heading = text.slice(0, 4_000).split(/\r?\n/u, 1)[0] ?? '';
  const count = (sign: string) => heading.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

function headingProblems(columns: readonly string[]): Problem[] {
  const known: readonly string[] = importColumns;
  if (columns.length > cellsMax) return [{ rowNumber: 1, columnName: '', code: 'too_many_columns', value: '' }];
  return columns.flatMap((name, index) => {
    const isKnown = known.includes(name) || name.startsWith(attributePrefix);
    const code = !isKnown ? 'unknown_column' : columns.indexOf(name) < index ? 'repeated_column' : null;
    return code === null ? [] : [{ rowNumber: 1, columnName: name.slice(0, 60), code, value: name }];
  });
}

const formulaStart = /^'+\s*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u;

/** A cell that a spreadsheet would take for a formula carries an apostrophe, ours as everybody's: it is not part of it. */
export function withoutGuard(cell: string): string {
  return formulaStart.test(cell) ? cell.slice(1) : cell;
}

/** A text that begins as a guarded cell does gets one more apostrophe, so that it is read back as it was. */
export function withGuard(cell: string): string {
  return formulaStart.test(cell) ? `'${cell}` : cell;
}

function readJson(text: string): RawFile {
  if (isTooDeep(text)) return broken('json', { code: 'too_deep' });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/u, ''));
  } catch {
    return broken('json', { code: 'not_json' });
  }
  const list = isObject(value) && Object.hasOwn(value, 'listings') ? value['listings'] : value;
  if (!Array.isArray(list)) return broken('json', { code: 'no_list' });
  if (list.length > importRowsMax) return broken('json', { rowNumber: importRowsMax + 1, code: 'too_many_rows' });
  if (list.length === 0) return broken('json', { code: 'no_rows' });
  const file: RawFile = { format: 'json', rows: [], problems: [] };
  list.forEach((item: unknown, index) => {
    addObject(file, { rowNumber: index + 1, item });
  });
  return file;
}

function addObject(file: RawFile, { rowNumber, item }: { rowNumber: number; item: unknown }): void {
  if (!isObject(item)) {
    file.problems.push({ rowNumber, columnName: '', code: 'not_an_object', value: '' });
    return;
  }
  const known: readonly string[] = [...importColumns, 'attributes'];
  const names = Object.keys(item);
  const unknown = names.filter((name) => !known.includes(name)).slice(0, cellsMax);
  for (const name of unknown)
    file.problems.push({ rowNumber, columnName: name.slice(0, 60), code: 'unknown_column', value: name });
  if (unknown.length === 0) file.rows.push({ rowNumber, cells: new Map(names.map((name) => [name, item[name]])) });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Looks at the brackets only, before anything is built of them. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (isText) {
      if (sign === 92) at += 1;
      else if (sign === 34) isText = false;
    } else if (sign === 34) isText = true;
    else if (sign === 91 || sign === 123) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (sign === 93 || sign === 125) depth -= 1;
  }
  return false;
}
