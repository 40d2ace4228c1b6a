import { listingTerms, type ListingTerms } from '#server/market/catalogue/catalogue-schema.ts';
import type { AttributeValue, CategoryAttributeView } from '#server/market/catalogue/details-schema.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { checkAttributes } from '#server/market/catalogue/listing-rules.ts';
import { checkContent } from '#server/market/catalogue/listing-terms.ts';
import type { KeptVersion } from '#server/market/catalogue/listing-versions.ts';
import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { readCells, type CellProblem, type GivenRow } from '#server/market/imports/import-cells.ts';
import { attributePrefix, columnOf } from '#server/market/imports/import-columns.ts';
import type { Problem, RawRow } from '#server/market/imports/import-file.ts';
import type { ImportFormat, RowState } from '#server/market/imports/import-schema.ts';
import { asRefusal } from '#server/platform/errors.ts';

/** The listing that a row's key names, as it stands. */
export interface MatchedListing {
  current: LockedListing;
  kept: KeptVersion;
}

/** What a category and all above it ask, by its slug. */
export type Asked = ReadonlyMap<string, readonly CategoryAttributeView[]>;

export interface CheckedRow {
  terms: ListingTerms;
  state: RowState;
}

export interface RowReading {
  raw: RawRow;
  format: ImportFormat;
  given: GivenRow;
  cellProblems: readonly CellProblem[];
}

export function readRow(raw: RawRow, format: ImportFormat): RowReading {
  const { given, problems } = readCells(raw, format);
  return { raw, format, given, cellProblems: problems };
}

/**
 * All that a listing shall say by a row: what the row says, and of the rest what the listing says that it names. Looked at
 * by the very rules of the form; null beside the problems where they refuse it.
 */
export function checkRow(
  reading: RowReading,
  { matched, asked }: { matched: MatchedListing | null; asked: Asked },
): { row: CheckedRow | null; problems: Problem[] } {
  const found: CellProblem[] = [...reading.cellProblems];
  const state = reading.given.state ?? stateOf(matched);
  if (matched !== null && !isReachable(matched.current.state, state))
    found.push({ column: 'state', code: 'state_unreachable' });
  const input = inputOf(reading, { matched, asked, found });
  const read = listingTerms.safeParse(input);
  const badColumns = new Set(reading.cellProblems.map(({ column }) => column));
  if (!read.success)
    found.push(...termsProblems(read.error.issues, input).filter(({ column }) => !badColumns.has(column)));
  if (read.success) found.push(...meaningProblems(read.data, { asked, state }));
  const problems = found.map(({ column, code }) => asProblem(reading.raw, { column, code }));
  return { row: read.success && problems.length === 0 ? { terms: read.data, state } : null, problems };
}

function stateOf(matched: MatchedListing | null): RowState {
  const state = matched?.current.state ?? 'published';
  return state === 'archived' ? 'paused' : state;
}

/** As its seller can move a listing: a draft goes on sale, and what was on sale pauses and comes back. */
function isReachable(from: LockedListing['state'], to: RowState): boolean {
  return from === to || (from !== 'draft' && to === 'paused') || to === 'published';
}

interface Reading {
  matched: MatchedListing | null;
  asked: Asked;
  found: CellProblem[];
}

/** What the form would send. */
function inputOf({ given, format }: RowReading, { matched, asked, found }: Reading): Record<string, unknown> {
  const input: Record<string, unknown> = { ...(matched === null ? {} : termsOf(matched)), ...given.fields };
  const hasChoices = Array.isArray(input['variants']) && input['variants'].length > 0;
  if (hasChoices) input['priceMinor'] = (input['variants'] as { priceMinor: unknown }[])[0]?.priceMinor;
  if (hasChoices || input['kind'] === 'digital') input['stock'] ??= null;
  if (format === 'csv' && given.attributeTexts.size > 0)
    input['attributes'] = {
      ...asObject(input['attributes']),
      ...attributesOf(given.attributeTexts, { input, asked, found }),
    };
  const content = contentOf(given, asObject(input['content']));
  return { ...input, ...(content === undefined ? {} : { content }) };
}

/** A listing as a form would be filled from it, but for its key, which stays as it is. */
export function termsOf({ current, kept }: MatchedListing): Record<Exclude<keyof ListingTerms, 'sellerKey'>, unknown> {
  const variants = current.variants.filter(({ isOffered }) => isOffered);
  const hasContent = kept.contentText !== null || kept.contentFileIds.length > 0;
  return {
    title: kept.title,
    description: kept.description,
    kind: kept.kind,
    category: kept.categorySlug,
    tags: kept.tags,
    attributes: storedListingWords.attributes.parse(kept.attributes),
    priceMinor: current.priceMinor,
    stock: current.stock,
    options: kept.options,
    variants: variants.map(({ values, priceMinor, stock }) => ({ values, priceMinor, stock })),
    pictures: kept.pictures,
    availability: kept.availability,
    deliveryDays: kept.deliveryDays,
    quantitySteps: kept.quantitySteps,
    acceptsItself: current.acceptsItself,
    takesOffers: current.takesOffers,
    content: hasContent ? { text: kept.contentText, fileIds: kept.contentFileIds } : null,
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Texts of attributes as what they mean: a number where the category asks for one. An empty one takes the value away. */
function attributesOf(
  texts: ReadonlyMap<string, string>,
  { input, asked, found }: { input: Record<string, unknown>; asked: Asked; found: CellProblem[] },
): Record<string, AttributeValue> {
  const category = asked.get(String(input['category'])) ?? [];
  const values: Record<string, AttributeValue> = {};
  for (const [key, text] of texts) {
    if (text === '') continue;
    const isNumber = category.some((attribute) => attribute.key === key && attribute.kind === 'number');
    if (!isNumber) values[key] = text;
    else if (/^-?\d{1,12}(\.\d{1,20})?(e-?\d{1,2})?$/u.test(text))
      values[key] = JSON.parse(canonicalNumber(text)) as number;
    else found.push({ column: attributePrefix + key, code: 'number' });
  }
  return values;
}

/** JSON knows no zeros before a number. */
function canonicalNumber(text: string): string {
  return text.replace(/^(-?)0+(?=\d)/u, '$1');
}

function contentOf({ contentText, contentFileIds }: GivenRow, known: Record<string, unknown>): unknown {
  if (contentText === undefined && contentFileIds === undefined) return undefined;
  const text = contentText === undefined ? (known['text'] ?? null) : contentText;
  const fileIds = contentFileIds === undefined ? (known['fileIds'] ?? []) : (contentFileIds ?? []);
  const isNothing = text === null && Array.isArray(fileIds) && fileIds.length === 0;
  return isNothing ? null : { text, fileIds };
}

interface TermsIssue {
  code?: string | undefined;
  message: string;
  path: readonly PropertyKey[];
  origin?: unknown;
}

function termsProblems(issues: readonly TermsIssue[], input: Record<string, unknown>): CellProblem[] {
  const seen = new Set<string>();
  return issues.flatMap((issue) => {
    const field = String(issue.path[0] ?? '');
    const isContentFile = field === 'content' && issue.path[1] === 'fileIds';
    const isAttribute = field === 'attributes' && issue.path.length > 1;
    const column = isAttribute
      ? attributePrefix + String(issue.path[1]).slice(0, 40)
      : isContentFile
        ? 'content_files'
        : columnOf(field);
    const code = input[field] === undefined ? 'required' : codeOf(issue);
    if (seen.has(column)) return [];
    seen.add(column);
    return [{ column, code }];
  });
}

function codeOf({ code, message, origin, path }: TermsIssue): string {
  const isMany = origin === 'array';
  const isText = origin === 'string';
  switch (code) {
    case 'custom':
      return message;
    case 'too_small':
      return isText ? 'too_short' : isMany ? 'too_few' : path[0] === 'priceMinor' ? 'price' : 'too_small';
    case 'too_big':
      return isText ? 'too_long' : isMany ? 'too_many' : path[0] === 'priceMinor' ? 'price' : 'too_large';
    case 'invalid_value':
      return 'unknown_word';
    default:
      return 'malformed';
  }
}

/** What only the house's own words tell: categories, what they ask, and what something digital must bring. */
function meaningProblems(terms: ListingTerms, { asked, state }: { asked: Asked; state: RowState }): CellProblem[] {
  const attributes = asked.get(terms.category);
  if (attributes === undefined) return [{ column: 'category', code: 'unknown_category' }];
  const problems = [
    problemOf('attributes', () => {
      checkAttributes(attributes, terms.attributes);
    }),
    problemOf('content_text', () => {
      if (state !== 'draft') checkContent(terms.kind, terms.content ?? null);
    }),
  ];
  return problems.flatMap((problem) => (problem === null ? [] : [problem]));
}

function problemOf(column: string, check: () => void): CellProblem | null {
  try {
    check();
    return null;
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal === null) throw error;
    const { key } = refusal.details;
    return { column: typeof key === 'string' ? attributePrefix + key : column, code: refusal.code };
  }
}

const valueLengthMax = 120;

export function asProblem({ rowNumber, cells }: RawRow, { column, code }: CellProblem): Problem {
  return { rowNumber, columnName: column, code, value: shownValue(cells.get(column)) };
}

/** What was found, as far as it can be kept and shown. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value.slice(0, 1_000) : JSON.stringify(value).slice(0, 1_000);
  const plain = text.replace(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
  return (plain.length > valueLengthMax ? `${plain.slice(0, valueLengthMax - 1)}…` : plain).toWellFormed();
}
