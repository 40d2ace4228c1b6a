import { z } from 'zod';
import { heldColumnsSql, lockedListingOf } from '#server/market/catalogue/listing-locks.ts';
import type { HeldRow, LockedListing } from '#server/market/catalogue/listing-locks.ts';
import type { RunningSale } from '#server/market/discounts/price-schema.ts';
import { runningSales } from '#server/market/discounts/sale-queries.ts';
import { runningSaleSql, saleTurnsSql } from '#server/market/discounts/sale-sql.ts';
import { feeFrom, feeSql } from '#server/market/orders/fee-bands.ts';
import { acceptsItselfSql } from '#server/market/orders/order-settings.ts';
import { isBlockedSql } from '#server/market/people/blocks.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';

/** Everything that a purchase is decided by, locked and read in one round trip. */
export interface PurchaseFacts {
  /** Locked until the transaction ends; those that do not exist are missing. */
  readonly listings: Map<string, LockedListing>;
  /** The running sale of each listing that has one. */
  readonly sales: Map<string, RunningSale>;
  readonly sellers: Map<string, SellerTerms>;
  /** What the buyer's key stands for already. */
  readonly known: KnownPurchase | null;
  /** The moment of the purchase: after the locks were taken. */
  readonly now: Date;
}

/** How a seller sells at this moment. */
export interface SellerTerms {
  /** The house's share of their next order, in millionths. */
  readonly feePpm: number;
  readonly acceptsItself: boolean;
  /** Whether they blocked the buyer. */
  readonly isUnavailable: boolean;
}

export type KnownPurchase = z.output<typeof knownPurchase>;

const minor = z.string().transform(BigInt);
const knownPurchase = z.object({
  id: z.uuid(),
  inputHash: z.string(),
  totalMinor: minor,
  orders: z.array(
    z.object({ id: z.uuid(), sellerId: z.uuid(), listingTitle: z.string(), quantity: z.int(), totalMinor: minor }),
  ),
});
const variants = z
  .array(
    z.object({
      ...{ id: z.uuid(), values: z.array(z.string()), priceMinor: minor },
      ...{ stock: z.int().nullable(), isOffered: z.boolean() },
    }),
  )
  .nullable();

interface WantedFacts {
  readonly listingIds: readonly string[];
  readonly buyerId: string;
  readonly key: string;
  readonly clock: Clock;
}

interface FactsOfListing extends HeldRow {
  variants: unknown;
  saleId: string | null;
  percentBps: number | null;
  endsAt: Date | null;
  fee: unknown;
  sellerAcceptsItself: boolean;
  isUnavailable: boolean;
  isStale: boolean;
  isSaleTurning: boolean;
}

type FactsRow = { known: unknown } & (FactsOfListing | { [Name in keyof FactsOfListing]: null });

/**
 * Locks the listings in the order of their ids, as everybody does, and reads the rest beside them.
 *
 * Whoever waits for a lock finds the row as it is by then, but everything beside it as it was before. Every purchase and
 * every edit writes the row of its listing, so rows that are still those of the moment of the reading tell that nothing
 * happened meanwhile; otherwise all is read again, now under the locks. What costs what is decided by the clock after the
 * locks, so the sales are looked up once more where one of them begins or ends about now.
 */
export async function lockForPurchase(tx: Tx, wanted: WantedFacts): Promise<PurchaseFacts> {
  const read = await readFacts(tx, wanted);
  const rows = read.some(({ isStale }) => isStale === true) ? await readFacts(tx, wanted) : read;
  const facts = factsOf(rows, wanted.clock.now());
  if (!rows.some(({ isSaleTurning }) => isSaleTurning === true)) return facts;
  return { ...facts, sales: await runningSales(tx, { listings: [...facts.listings.values()], now: facts.now }) };
}

function readFacts(tx: Tx, { listingIds, buyerId, key, clock }: WantedFacts): Promise<FactsRow[]> {
  const now = clock.now();
  const ids = [...new Set(listingIds)];
  // Of an array nobody knows how long it is, so that PostgreSQL would plan for each anew; most buy of one listing.
  const [first] = ids;
  const isWanted =
    first !== undefined && ids.length === 1 ? Prisma.sql`id = ${first}::uuid` : Prisma.sql`id = ANY (${ids}::uuid[])`;
  const sale = runningSaleSql({ listingId: 'held.id', sellerId: 'held."sellerId"', now: 'moment.now' });
  const sellerId = Prisma.sql`held."sellerId"`;
  return tx.$queryRaw<FactsRow[]>(Prisma.sql`
    WITH held AS MATERIALIZED (
      SELECT ${heldColumnsSql}, xmin::text AS row_version
        FROM listing
       WHERE ${isWanted}
       ORDER BY id
         FOR NO KEY UPDATE)
    SELECT held.*, ${variantsSql} AS variants, sale.id AS "saleId", sale.percent_bps AS "percentBps",
           sale.ends_at AS "endsAt", ${feeSql({ sellerId, at: now })} AS fee,
           ${acceptsItselfSql(sellerId)} AS "sellerAcceptsItself",
           ${isBlockedSql({ by: sellerId, citizenId: buyerId })} AS "isUnavailable",
           held.row_version <> (SELECT before.xmin::text FROM listing before WHERE before.id = held.id) AS "isStale",
           ${Prisma.raw(saleTurnsSql({ sellerId: 'held."sellerId"', now: 'moment.now' }))} AS "isSaleTurning",
           ${knownSql({ buyerId, key })} AS known
      FROM (SELECT ${now}::timestamptz AS now) AS moment
      LEFT JOIN held ON true
      LEFT JOIN LATERAL (${Prisma.raw(sale)}) AS sale ON true`);
}

const variantsSql = Prisma.sql`
  (SELECT jsonb_agg(jsonb_build_object('id', id, 'values', values, 'priceMinor', price_minor::text, 'stock', stock,
                                       'isOffered', is_offered) ORDER BY position)
     FROM listing_variant WHERE listing_id = held.id)`;

function knownSql({ buyerId, key }: { buyerId: string; key: string }): Prisma.Sql {
  return Prisma.sql`
    (SELECT jsonb_build_object('id', bought.id, 'inputHash', bought.input_hash, 'totalMinor', bought.total_minor::text, 'orders', (
              SELECT jsonb_agg(jsonb_build_object('id', id, 'sellerId', seller_id, 'listingTitle', listing_title,
                                                  'quantity', quantity, 'totalMinor', total_minor::text) ORDER BY position)
                FROM market_order WHERE purchase_id = bought.id))
       FROM purchase bought
      WHERE bought.buyer_id = ${buyerId}::uuid AND bought.key = ${key}::uuid)`;
}

function factsOf(rows: readonly FactsRow[], now: Date): PurchaseFacts {
  const facts: PurchaseFacts = {
    now,
    ...{ listings: new Map(), sales: new Map(), sellers: new Map() },
    known: knownPurchase.nullable().parse(rows[0]?.known ?? null),
  };
  for (const row of rows) {
    if (row.id === null) continue;
    const { id, sellerId, saleId, percentBps, endsAt } = row;
    facts.listings.set(id, lockedListingOf(row, variants.parse(row.variants) ?? []));
    if (saleId !== null && percentBps !== null && endsAt !== null) facts.sales.set(id, { saleId, percentBps, endsAt });
    const { sellerAcceptsItself: acceptsItself, isUnavailable } = row;
    facts.sellers.set(sellerId, { feePpm: feeFrom(row.fee), acceptsItself, isUnavailable });
  }
  return facts;
}
