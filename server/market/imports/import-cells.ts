import { sellerKey } from '#server/market/catalogue/catalogue-schema.ts';
import { attributePrefix, fieldOfColumn } from '#server/market/imports/import-columns.ts';
import { rowStates, type RowState } from '#server/market/imports/import-schema.ts';
import type { RawRow } from '#server/market/imports/import-file.ts';
import { parseAmount } from '#server/money/money.ts';

/** What a row says, not yet looked at by the rules of a listing. Fields that it does not say are not there. */
export interface GivenRow {
  /** Null where it says none. */
  sku: string | null;
  state: RowState | null;
  /** Of a listing's terms, as a form would send them. */
  fields: Readonly<Record<string, unknown>>;
  /** Texts of a CSV file whose meaning depends on what the category asks. */
  attributeTexts: ReadonlyMap<string, string>;
  contentText: string | null | undefined;
  contentFileIds: unknown;
}

export interface CellProblem {
  column: string;
  code: string;
}

/** Reads the cells of a row. A value that cannot be read is a problem; whether it may be so, the rules say. */
export function readCells({ cells }: RawRow, format: 'csv' | 'json'): { given: GivenRow; problems: CellProblem[] } {
  const problems: CellProblem[] = [];
  const fields: Record<string, unknown> = {};
  for (const [column, field] of Object.entries(fieldOfColumn)) {
    if (!cells.has(column)) continue;
    const value = format === 'csv' ? valueOfText(column, String(cells.get(column))) : valueOfJson(column, cells);
    if (value === unreadable) problems.push({ column, code: unreadableCodes[column] ?? 'malformed' });
    else if (value !== undefined) fields[field] = value;
  }
  if (format === 'json' && cells.has('attributes')) fields['attributes'] = cells.get('attributes') ?? {};
  const given = {
    sku: readSku(cells.get('sku'), problems),
    state: readState(cells.get('state'), problems),
    fields,
    attributeTexts: attributeTextsOf(cells),
    ...readContent(cells, format),
  };
  return { given, problems };
}

const unreadable = Symbol('unreadable');
type Value = unknown;

const unreadableCodes: Readonly<Record<string, string>> = {
  price: 'price',
  stock: 'stock',
  delivery_days: 'whole_number',
  options: 'options_form',
  variants: 'variants_form',
  pictures: 'pictures_form',
  quantity_steps: 'quantity_steps_form',
  accepts_itself: 'yes_or_no',
  takes_offers: 'yes_or_no',
};

/** What a cell of a CSV file means in its column; undefined where it says nothing. */
function valueOfText(column: string, text: string): Value {
  const cell = text.trim();
  switch (column) {
    case 'kind':
      return cell === '' ? undefined : cell.toLowerCase();
    case 'price':
      return cell === '' ? undefined : priceOf(cell);
    case 'stock':
      return cell === '' ? undefined : stockOf(cell);
    case 'tags':
      return cell === '' ? [] : cell.split(/[,|]/u).filter((tag) => tag.trim() !== '');
    case 'delivery_days':
      return cell === '' ? null : wholeOf(cell);
    case 'accepts_itself':
      return cell === '' ? null : yesOrNo(cell.toLowerCase());
    case 'takes_offers':
      return cell === '' ? undefined : yesOrNo(cell.toLowerCase());
    case 'availability':
      return cell === '' ? null : text;
    case 'options':
    case 'pictures':
    case 'quantity_steps':
      return cell === '' ? [] : jsonOf(cell);
    case 'variants':
      return cell === '' ? [] : variantsOf(jsonOf(cell));
    default:
      return text;
  }
}

/** What a value of JSON means under its name. */
function valueOfJson(column: string, cells: ReadonlyMap<string, unknown>): Value {
  const value = cells.get(column);
  switch (column) {
    case 'price':
      return priceOf(value);
    case 'stock':
      return value === 'unlimited' ? null : value;
    case 'variants':
      return variantsOf(value ?? []);
    case 'tags':
    case 'options':
    case 'pictures':
    case 'quantity_steps':
      return value ?? [];
    default:
      return value;
  }
}

/** Ducats with a point before the centesimi; a number of JSON by the digits it is written with. */
function priceOf(value: unknown): bigint | typeof unreadable {
  if (typeof value !== 'string' && typeof value !== 'number') return unreadable;
  return parseAmount(String(value)) ?? unreadable;
}

function stockOf(cell: string): number | null | typeof unreadable {
  return cell.toLowerCase() === 'unlimited' ? null : wholeOf(cell);
}

function wholeOf(cell: string): number | typeof unreadable {
  return /^-?\d{1,9}$/u.test(cell) ? Number.parseInt(cell, 10) : unreadable;
}

function jsonOf(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return unreadable;
  }
}

/** Variants say their price in ducats; everything else of them is looked at by the rules. */
function variantsOf(value: unknown): Value {
  if (!Array.isArray(value)) return unreadable;
  const variants = value.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) return unreadable;
    const { values, price, stock } = item as { values?: unknown; price?: unknown; stock?: unknown };
    return { values, priceMinor: priceOf(price), stock: stock === 'unlimited' ? null : stock };
  });
  const isRead = variants.every((variant) => variant !== unreadable && variant.priceMinor !== unreadable);
  return isRead ? variants : unreadable;
}

function yesOrNo(word: string): boolean | typeof unreadable {
  if (word === 'yes') return true;
  return word === 'no' ? false : unreadable;
}

function readSku(value: unknown, problems: CellProblem[]): string | null {
  if (value === undefined || value === null || value === '') return null;
  const read = sellerKey.safeParse(value);
  if (!read.success) problems.push({ column: 'sku', code: typeof value === 'string' ? 'sku_form' : 'malformed' });
  return read.data ?? null;
}

function readState(value: unknown, problems: CellProblem[]): RowState | null {
  if (value === undefined || value === null || value === '') return null;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  const state = rowStates.find((known) => known === word);
  if (state === undefined) problems.push({ column: 'state', code: 'unknown_state' });
  return state ?? null;
}

function attributeTextsOf(cells: ReadonlyMap<string, unknown>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [column, value] of cells) {
    if (!column.startsWith(attributePrefix) || typeof value !== 'string') continue;
    texts.set(column.slice(attributePrefix.length), value.trim());
  }
  return texts;
}

function readContent(
  cells: ReadonlyMap<string, unknown>,
  format: 'csv' | 'json',
): Pick<GivenRow, 'contentText' | 'contentFileIds'> {
  const text = cells.get('content_text');
  const files = cells.get('content_files');
  const ids = format === 'csv' && typeof files === 'string' ? files.split(/[\s,|]+/u).filter(Boolean) : files;
  const contentText = text === '' ? null : (text as string | null | undefined);
  return { contentText, contentFileIds: ids };
}
