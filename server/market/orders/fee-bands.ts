import { saleFeePpmOfTier } from '#server/citizens/entitlements.ts';
import type { FeeBand } from '#server/market/orders/fee-band-schema.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** What a sale costs its seller: the lower of their tier's fee and of the band that their sales reach. */

const volumeDays = 30;
const dayMs = 86_400_000;

/** The fee of a seller's next order, in millionths, as it is at `at`: fixed for that order from then on. */
export async function saleFeePpmOf(tx: Tx, seller: { sellerId: string; at: Date }): Promise<number> {
  const saleFeePpm = await saleFeePpmOfTier(tx, seller.sellerId);
  const lower = await bandsBelow(tx, { ...seller, saleFeePpm });
  return lowerFee(saleFeePpm, lower, lower[0]?.volumeMinor ?? 0n);
}

/** The bands that are lower than a tier's fee, with the seller's volume, which is summed up only where there are any. */
function bandsBelow(
  db: Db,
  { sellerId, at, saleFeePpm }: { sellerId: string; at: Date; saleFeePpm: number },
): Promise<(FeeBand & { volumeMinor: bigint })[]> {
  return db.$queryRaw`
    SELECT volume_from_minor AS "volumeFromMinor", fee_ppm AS "feePpm",
           (SELECT coalesce(sum(total_minor - refunded_minor), 0)::bigint
              FROM market_order
             WHERE seller_id = ${sellerId}::uuid AND state IN ('completed', 'settled')
               AND closed_at > ${volumeSince(at)}) AS "volumeMinor"
      FROM sale_fee_band
     WHERE fee_ppm < ${saleFeePpm}
     ORDER BY volume_from_minor
     LIMIT 20`;
}

function volumeSince(at: Date): Date {
  return new Date(at.getTime() - volumeDays * dayMs);
}

/** The lower of a tier's fee and of the highest band that the volume reaches; volumes are lower bounds. */
export function lowerFee(tierPpm: number, bands: readonly FeeBand[], volumeMinor: bigint): number {
  const reached = bands.filter(({ volumeFromMinor }) => volumeFromMinor <= volumeMinor);
  return reached.reduce((least, { feePpm }) => (feePpm < least ? feePpm : least), tierPpm);
}

/** What a seller's completed sales of the last 30 days came to, less what went back, in centesimi. */
export async function salesVolume(db: Db, { sellerId, at }: { sellerId: string; at: Date }): Promise<DucatMinor> {
  const { _sum: sum } = await db.marketOrder.aggregate({
    where: { sellerId, state: { in: ['completed', 'settled'] }, closedAt: { gt: volumeSince(at) } },
    _sum: { totalMinor: true, refundedMinor: true },
  });
  return ducat((sum.totalMinor ?? 0n) - (sum.refundedMinor ?? 0n));
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
