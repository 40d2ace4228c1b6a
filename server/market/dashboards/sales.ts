import {
  bestShown,
  type BestListing,
  type BestListings,
  type Sales,
  type SalesPeriod,
  type SalesView,
  type SellerEscrow,
} from '#server/market/dashboards/dashboard-schema.ts';
import { ducat } from '#server/money/money.ts';
import {
  dayAt,
  daysBefore,
  nextDay,
  startOfDay,
  veniceTimeZone,
  type CalendarDay,
} from '#server/platform/calendar-day.ts';
import { Prisma, type Db } from '#server/platform/db.ts';

/** What a seller sold, as queries on their orders: what went back is left out, and so are orders of which all did. */

interface SalesInput {
  sellerId: string;
  days: SalesPeriod;
  now: Date;
}

interface DayRow {
  day: CalendarDay;
  amountMinor: bigint;
  orders: number;
}

/** Sales of every day of a period that ends today, by the days of Venice, and of as many days before. */
export async function salesOf(db: Db, { sellerId, days, now }: SalesInput): Promise<SalesView> {
  const today = dayAt(now, veniceTimeZone);
  const first = daysBefore(today, days - 1);
  const since = startOfDay(daysBefore(first, days), veniceTimeZone);
  const rows = await db.$queryRaw<DayRow[]>`
    SELECT to_char(created_at AT TIME ZONE ${veniceTimeZone}, 'YYYY-MM-DD') AS day,
           sum(total_minor - refunded_minor)::bigint AS "amountMinor", count(*)::integer AS orders
      FROM market_order
     WHERE seller_id = ${sellerId}::uuid AND created_at >= ${since.toISOString()}::timestamptz
       AND total_minor > refunded_minor
     GROUP BY 1`;
  const known = new Map(rows.map((row) => [row.day, row]));
  const shown: CalendarDay[] = [];
  for (let day = first; day <= today; day = nextDay(day)) shown.push(day);
  return {
    days: shown.map((day) => ({
      day,
      amountMinor: ducat(known.get(day)?.amountMinor ?? 0n),
      orders: known.get(day)?.orders ?? 0,
    })),
    total: sumOf(rows.filter(({ day }) => day >= first)),
    before: sumOf(rows.filter(({ day }) => day < first)),
  };
}

function sumOf(rows: readonly DayRow[]): Sales {
  return {
    amountMinor: ducat(rows.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)),
    orders: rows.reduce((sum, { orders }) => sum + orders, 0),
  };
}

interface BestRow {
  listingId: string;
  title: string;
  amountMinor: bigint;
  units: number;
  byRevenue: number;
  byUnits: number;
}

/**
 * The listings that brought most within a period, by ducats and by units. A line's share of what went back of its order
 * is in proportion to its price, rounded down.
 */
export async function bestListings(db: Db, { sellerId, days, now }: SalesInput): Promise<BestListings> {
  const since = startOfDay(daysBefore(dayAt(now, veniceTimeZone), days - 1), veniceTimeZone);
  const rows = await db.$queryRaw<BestRow[]>(Prisma.sql`
    WITH sold AS (
      SELECT line.listing_id,
             sum(CASE WHEN o.refunded_minor = 0 THEN line.total_minor
                      ELSE floor(line.total_minor::numeric * (o.total_minor - o.refunded_minor) / o.total_minor)::bigint
                  END)::bigint AS amount,
             sum(line.quantity)::integer AS units
        FROM market_order AS o JOIN order_line AS line ON line.order_id = o.id
       WHERE o.seller_id = ${sellerId}::uuid AND o.created_at >= ${since.toISOString()}::timestamptz
         AND o.total_minor > o.refunded_minor
       GROUP BY line.listing_id
    ), ranked AS (
      SELECT sold.*, row_number() OVER (ORDER BY amount DESC, units DESC, listing_id) AS by_revenue,
             row_number() OVER (ORDER BY units DESC, amount DESC, listing_id) AS by_units
        FROM sold
    )
    SELECT ranked.listing_id AS "listingId", listing.title, ranked.amount AS "amountMinor", ranked.units,
           ranked.by_revenue::integer AS "byRevenue", ranked.by_units::integer AS "byUnits"
      FROM ranked JOIN listing ON listing.id = ranked.listing_id
     WHERE by_revenue <= ${bestShown} OR by_units <= ${bestShown}`);
  return { byRevenue: ranked(rows, 'byRevenue'), byUnits: ranked(rows, 'byUnits') };
}

function ranked(rows: readonly BestRow[], by: 'byRevenue' | 'byUnits'): BestListing[] {
  return rows
    .filter((row) => row[by] <= bestShown)
    .sort((left, right) => left[by] - right[by])
    .map(({ listingId, title, amountMinor, units }) => ({ listingId, title, amountMinor: ducat(amountMinor), units }));
}

/** What a seller's open orders hold in escrow, less the fee that the house would take. */
export async function sellerEscrow(db: Db, sellerId: string): Promise<SellerEscrow> {
  const [row] = await db.$queryRaw<{ netMinor: bigint; orders: number }[]>`
    SELECT coalesce(sum(rest - rest * fee_ppm / 1000000), 0)::bigint AS "netMinor", count(*)::integer AS orders
      FROM (SELECT total_minor - refunded_minor AS rest, fee_ppm FROM market_order
             WHERE seller_id = ${sellerId}::uuid AND closed_at IS NULL) AS open`;
  return { netMinor: ducat(row?.netMinor ?? 0n), orders: row?.orders ?? 0 };
}
