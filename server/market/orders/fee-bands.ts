import { entitlementOf } from '#server/citizens/entitlements.ts';
import { citizenById } from '#server/citizens/queries.ts';
import type { FeeBand } from '#server/market/orders/fee-band-schema.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** What a sale costs its seller: the lower of their tier's fee and of the band that their sales reach. */

const volumeDays = 30;
const dayMs = 86_400_000;

/** The fee of a seller's next order, in millionths, as it is at `at`: fixed for that order from then on. */
export async function saleFeePpmOf(tx: Tx, seller: { sellerId: string; at: Date }): Promise<number> {
  const citizen = await citizenById(tx, seller.sellerId);
  invariant(citizen !== null, 'whoever sells is a citizen');
  const { saleFeePpm } = await entitlementOf(tx, citizen.tier);
  const bands = await feeBands(tx);
  if (bands.every(({ feePpm }) => feePpm >= saleFeePpm)) return saleFeePpm;
  return lowerFee(saleFeePpm, bands, await salesVolume(tx, seller));
}

/** The lower of a tier's fee and of the highest band that the volume reaches; volumes are lower bounds. */
export function lowerFee(tierPpm: number, bands: readonly FeeBand[], volumeMinor: bigint): number {
  const reached = bands.filter(({ volumeFromMinor }) => volumeFromMinor <= volumeMinor);
  return reached.reduce((least, { feePpm }) => (feePpm < least ? feePpm : least), tierPpm);
}

/** What a seller's completed sales of the last 30 days came to, less what went back, in centesimi. */
export async function salesVolume(db: Db, { sellerId, at }: { sellerId: string; at: Date }): Promise<DucatMinor> {
  const since = new Date(at.getTime() - volumeDays * dayMs);
  const { _sum: sum } = await db.marketOrder.aggregate({
    where: { sellerId, state: { in: ['completed', 'settled'] }, closedAt: { gt: since } },
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
