import { categoryTree } from '#server/market/catalogue/category-queries.ts';
import { changeOf } from '#server/market/catalogue/listing-changes.ts';
import { lockListings } from '#server/market/catalogue/listing-locks.ts';
import { keptVersions } from '#server/market/catalogue/listing-versions.ts';
import { listingsOfKeys } from '#server/market/catalogue/seller-keys.ts';
import type { Problem } from '#server/market/imports/import-file.ts';
import {
  asProblem,
  checkRow,
  type Asked,
  type CheckedRow,
  type MatchedListing,
  type RowReading,
} from '#server/market/imports/import-rows.ts';
import type { Finding } from '#server/market/imports/import-schema.ts';
import { seenOf, wantedOf, type Seen } from '#server/market/imports/import-terms.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { asRefusal } from '#server/platform/errors.ts';

/** A row that is right, and what it would do. */
export interface FoundRow extends CheckedRow {
  rowNumber: number;
  /** Null where the row names no key, or a listing by its id. */
  sku: string | null;
  finding: Finding;
  matchedId: string | null;
  seen: Seen | null;
}

/** All categories with what they ask. */
export async function askedOfAll(db: Db): Promise<Asked> {
  return new Map((await categoryTree(db)).map(({ slug, attributes }) => [slug, attributes]));
}

/** Looks at some rows of a file beside the listings that their keys name. Writes nothing. */
export async function checkRows(
  tx: Tx,
  input: { sellerId: string; readings: readonly RowReading[]; asked: Asked },
): Promise<{ rows: FoundRow[]; problems: Problem[] }> {
  const { sellerId, readings, asked } = input;
  const keys = [...new Set(readings.flatMap(({ given }) => given.sku ?? []))];
  const listingOf = await listingsOfKeys(tx, { sellerId, keys });
  const matches = await matchedListings(tx, [...new Set(listingOf.values())]);
  const rows: FoundRow[] = [];
  const problems: Problem[] = [];
  for (const reading of readings) {
    const matchedId = listingOf.get(reading.given.sku ?? '');
    const matched = (matchedId === undefined ? undefined : matches.get(matchedId)) ?? null;
    const checked = checkRow(reading, { matched, asked });
    problems.push(...checked.problems);
    if (checked.row === null) continue;
    const found = findingOf(reading, { row: checked.row, matched });
    if ('code' in found) problems.push(found);
    else rows.push(found);
  }
  return { rows, problems };
}

async function matchedListings(tx: Tx, ids: readonly string[]): Promise<Map<string, MatchedListing>> {
  const listings = await lockListings(tx, ids);
  const pairs = [...listings.values()].map(({ id, version }) => ({ listingId: id, version }));
  const versions = await keptVersions(tx, pairs);
  return new Map(
    [...listings.values()].flatMap((current) => {
      const kept = versions.get(current.id);
      return kept === undefined ? [] : [[current.id, { current, kept }] as const];
    }),
  );
}

function findingOf(
  { raw, given }: RowReading,
  { row, matched }: { row: CheckedRow; matched: MatchedListing | null },
): FoundRow | Problem {
  const { rowNumber } = raw;
  const { sku } = given;
  if (matched === null) return { ...row, rowNumber, sku, finding: 'new', matchedId: null, seen: null };
  const { current, kept } = matched;
  const seen = seenOf(current);
  try {
    const change = changeOf(current, { wanted: wantedOf(current.id, { terms: row.terms, seen }), kept });
    const isOther = row.state !== current.state || change.isSwitched;
    const isChanged = change.areTermsEdited || change.isStockEdited || isOther;
    const finding = isChanged ? 'changed' : 'unchanged';
    return { ...row, rowNumber, sku: null, finding, matchedId: current.id, seen };
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal === null) throw error;
    return asProblem(raw, { column: '', code: refusal.code });
  }
}

/** Pictures and files that rows name and that are not the seller's, or not there any more. */
export async function foreignUploads(
  db: Db,
  { sellerId: ownerId, rows }: { sellerId: string; rows: readonly Pick<FoundRow, 'rowNumber' | 'terms'>[] },
): Promise<Problem[]> {
  const pictureIds = [...new Set(rows.flatMap(({ terms }) => terms.pictures.map(({ id }) => id)))];
  const fileIds = [...new Set(rows.flatMap(({ terms }) => terms.content?.fileIds ?? []))];
  const own = (ids: string[]) => ({
    where: { id: { in: ids }, ownerId, storedAt: { not: null } },
    select: { id: true },
    take: Math.max(ids.length, 1),
  });
  const [pictures, files] = await Promise.all([
    db.picture.findMany(own(pictureIds)),
    db.contentFile.findMany(own(fileIds)),
  ]);
  const known = new Set([...pictures, ...files].map(({ id }) => id));
  return rows.flatMap(({ rowNumber, terms }) => {
    const picture = terms.pictures.find(({ id }) => !known.has(id));
    const file = terms.content?.fileIds.find((id) => !known.has(id));
    return [
      ...(picture === undefined
        ? []
        : [{ rowNumber, columnName: 'pictures', code: 'unknown_picture', value: picture.id }]),
      ...(file === undefined ? [] : [{ rowNumber, columnName: 'content_files', code: 'unknown_file', value: file }]),
    ];
  });
}
