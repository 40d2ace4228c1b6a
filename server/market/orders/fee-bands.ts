import { z } from 'zod';
import { tierFeeSql } from '#server/citizens/entitlements.ts';
import type { FeeBand } from '#server/market/orders/fee-band-schema.ts';
import { ducat } from '#server/money/money.ts';
import { Prisma, type Db, type Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** What a sale costs its seller: the lower of their tier's fee and of the band that their sales reach. */

const volumeDays = 30;
const dayMs = 86_400_000;

/**
 * Everything that the fee of a seller's next order follows from, as it is at `at`: a value of SQL, which `feeFrom` reads.
 * The volume is what the sales that were completed within 30 days came to, less what went back; it is summed up only where
 * there are bands below the fee of the seller's tier.
 */
export function feeSql({ sellerId, at }: { sellerId: Prisma.Sql; at: Date }): Prisma.Sql {
  const volumeSince = new Date(at.getTime() - volumeDays * dayMs);
  return Prisma.sql`
    (SELECT jsonb_build_object('tierPpm', tier.fee_ppm, 'lower', bands.lower, 'volumeMinor', CASE WHEN bands.lower IS NOT NULL THEN (
              SELECT coalesce(sum(total_minor - refunded_minor), 0)::text
                FROM market_order
               WHERE seller_id = ${sellerId} AND state IN ('completed', 'settled')
                 AND closed_at > ${volumeSince}::timestamptz) END)
       FROM (SELECT ${tierFeeSql(sellerId)} AS fee_ppm) AS tier
      CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('volumeFromMinor', volume_from_minor::text, 'feePpm', fee_ppm)) AS lower
          FROM sale_fee_band
         WHERE fee_ppm < tier.fee_ppm) AS bands)`;
}

const minor = z.string().transform((text) => ducat(BigInt(text)));
const feeReading = z.object({
  tierPpm: z.int(),
  lower: z.array(z.object({ volumeFromMinor: minor, feePpm: z.int() })).nullable(),
  volumeMinor: minor.nullable(),
});

/** The fee of a seller's next order, in millionths: fixed for that order from then on. */
export function feeFrom(reading: unknown): number {
  const { tierPpm, lower, volumeMinor } = feeReading.parse(reading);
  return lowerFee(tierPpm, lower ?? [], volumeMinor ?? 0n);
}

/** The lower of a tier's fee and of the highest band that the volume reaches; volumes are lower bounds. */
export function lowerFee(tierPpm: number, bands: readonly FeeBand[], volumeMinor: bigint): number {
  const reached = bands.filter(({ volumeFromMinor }) => volumeFromMinor <= volumeMinor);
  return reached.reduce((least, { feePpm }) => (feePpm < least ? feePpm : least), tierPpm);
}

/** All bands, by volume. */
export async function feeBands(db: Db): Promise<FeeBand[]> {
  const rows = await db.saleFeeBand.findMany({
    orderBy: { volumeFromMinor: 'asc' },
    take: 20,
    select: { volumeFromMinor: true, feePpm: true },
  });
  return rows.map(({ volumeFromMinor, feePpm }) => ({ volumeFromMinor: ducat(volumeFromMinor), feePpm }));
}

/**
 * Sets all bands, from the next purchase on; orders keep their fee. Refuses `fee_bands_not_falling` (invalid) where more
 * volume would cost more, or two bands begin at the same volume.
 */
export async function setFeeBands(tx: Tx, bands: readonly FeeBand[]): Promise<void> {
  const isFalling = bands.every((band, place) => {
    const before = bands[place - 1];
    return before === undefined || (before.volumeFromMinor < band.volumeFromMinor && before.feePpm >= band.feePpm);
  });
  if (!isFalling)
    throw refuse('invalid', 'fee_bands_not_falling', 'More volume costs less, and every band begins later.');
  await tx.$executeRaw`LOCK TABLE sale_fee_band IN SHARE ROW EXCLUSIVE MODE`;
  await tx.saleFeeBand.deleteMany();
  await tx.saleFeeBand.createMany({ data: [...bands] });
}
