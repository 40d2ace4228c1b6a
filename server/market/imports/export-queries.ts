import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { withGuard } from '#server/market/imports/import-file.ts';
import { attributePrefix } from '#server/market/imports/import-columns.ts';
import {
  catalogueMax,
  importColumns,
  openColumns,
  type ImportColumn,
  type ImportFormat,
} from '#server/market/imports/import-schema.ts';
import { toDecimal } from '#server/money/money.ts';
import { csvLine, type CsvCell } from '#server/payments/csv.ts';
import type { Db } from '#server/platform/db.ts';

/** A seller's catalogue as a file that an import reads back: all that is not archived, in the order of its keys. */

const pageSize = 250;

export interface ExportInput {
  sellerId: string;
  format: ImportFormat;
  /** What is revealed to buyers of something digital is left out unless it is asked for. */
  hasContent: boolean;
}

/** Yields the file in pieces, page by page, so that it is never held as a whole. */
export async function* exportCatalogue(db: Db, input: ExportInput): AsyncGenerator<string, void> {
  const { sellerId, format, hasContent } = input;
  const columns = hasContent ? importColumns : openColumns;
  const keys = await keysOf(db, sellerId);
  const attributes = format === 'csv' ? await attributeKeys(db, sellerId) : [];
  yield format === 'csv' ? csvLine([...columns, ...attributes.map((key) => attributePrefix + key)]) : '[';
  for (let at = 0; at < keys.length; at += pageSize) {
    const page = await listingsOf(db, keys.slice(at, at + pageSize));
    yield format === 'csv'
      ? page.map((listing) => lineOf(listing, { columns, attributes })).join('')
      : page.map((listing, index) => `${at + index === 0 ? '\n' : ',\n'}${objectOf(listing, columns)}`).join('');
  }
  if (format === 'json') yield '\n]\n';
}

interface Key {
  id: string;
  key: string;
}

function keysOf(db: Db, sellerId: string): Promise<Key[]> {
  return db.$queryRaw<Key[]>`
    SELECT listing.id, coalesce(named.sku, listing.id::text) AS key
      FROM listing
      LEFT JOIN listing_sku named ON named.listing_id = listing.id
     WHERE listing.seller_id = ${sellerId}::uuid AND listing.state <> 'archived'
     ORDER BY coalesce(named.sku, listing.id::text) COLLATE "C"
     LIMIT ${catalogueMax}`;
}

async function attributeKeys(db: Db, sellerId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ key: string }[]>`
    SELECT DISTINCT jsonb_object_keys(attributes) AS key
      FROM listing
     WHERE seller_id = ${sellerId}::uuid AND state <> 'archived'
     ORDER BY 1
     LIMIT 80`;
  return rows.map(({ key }) => key);
}

type Listing = Awaited<ReturnType<typeof listingsOf>>[number];

async function listingsOf(db: Db, keys: readonly Key[]) {
  const ids = keys.map(({ id }) => id);
  const rows = await db.listing.findMany({
    where: { id: { in: ids } },
    take: pageSize,
    omit: { key: true, inputHash: true, soldCount: true, ratingCount: true, ratingSum: true },
    include: {
      variants: {
        where: { isOffered: true },
        orderBy: { position: 'asc' },
        select: { values: true, priceMinor: true, stock: true },
      },
    },
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const contents = await contentsOf(db, rows);
  return keys.flatMap(({ id, key }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [{ ...row, sku: key, content: contents.get(id) }];
  });
}

async function contentsOf(db: Db, rows: readonly { id: string; version: number; kind: string }[]) {
  const digital = rows.filter(({ kind }) => kind === 'digital');
  const kept = await db.listingVersion.findMany({
    where: { OR: digital.map(({ id, version }) => ({ listingId: id, version })) },
    select: { listingId: true, contentText: true, contentFileIds: true },
    take: pageSize,
  });
  return new Map(kept.map(({ listingId, ...content }) => [listingId, content]));
}

/** What a listing says in a column. */
function valueOf(listing: Listing, column: ImportColumn): unknown {
  switch (column) {
    case 'category':
      return listing.categorySlug;
    case 'price':
      return toDecimal(listing.priceMinor);
    case 'stock':
      return listing.stock ?? 'unlimited';
    case 'variants':
      return listing.variants.map(({ values, priceMinor, stock }) => ({ values, price: toDecimal(priceMinor), stock }));
    case 'delivery_days':
      return listing.deliveryDays;
    case 'accepts_itself':
      return listing.acceptsItself;
    case 'takes_offers':
      return listing.takesOffers;
    case 'quantity_steps':
      return storedListingWords.quantitySteps.parse(listing.quantitySteps);
    case 'pictures':
      return storedListingWords.pictures.parse(listing.pictures);
    case 'options':
      return storedListingWords.options.parse(listing.options);
    case 'content_text':
      return listing.content?.contentText ?? null;
    case 'content_files':
      return listing.content?.contentFileIds ?? [];
    case 'sku':
    case 'state':
    case 'kind':
    case 'title':
    case 'description':
    case 'tags':
    case 'availability':
      return listing[column];
  }
}

function objectOf(listing: Listing, columns: readonly ImportColumn[]): string {
  const said = Object.fromEntries(columns.map((column) => [column, valueOf(listing, column)]));
  return JSON.stringify({ ...said, attributes: listing.attributes });
}

function lineOf(
  listing: Listing,
  { columns, attributes }: { columns: readonly ImportColumn[]; attributes: readonly string[] },
): string {
  const values = storedListingWords.attributes.parse(listing.attributes);
  return csvLine([
    ...columns.map((column) => cellOf(column, valueOf(listing, column))),
    ...attributes.map((key) => plainCell(values[key])),
  ]);
}

function cellOf(column: ImportColumn, value: unknown): CsvCell {
  if (column === 'price') return { number: String(value) };
  if (!Array.isArray(value)) return plainCell(value);
  if (value.length === 0) return '';
  const isWords = column === 'tags' || column === 'content_files';
  return isWords ? withGuard(value.join(', ')) : JSON.stringify(value);
}

function plainCell(value: unknown): CsvCell {
  if (typeof value === 'string') return withGuard(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? { number: JSON.stringify(value) } : '';
}
