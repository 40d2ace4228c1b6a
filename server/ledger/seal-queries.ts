import { z } from 'zod';
import { assets } from '#server/ledger/kinds.ts';
import type { Asset } from '#server/ledger/schema.ts';
import type { Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** A month of transfers into which nothing is booked any more. */
export interface SealedMonth {
  /** `YYYY-MM`. */
  month: string;
  sealedAt: Date;
  sealedBy: string;
  transfers: bigint;
  /** Refusals that were final, under ids of the month. */
  refusals: bigint;
  /** What the transfers moved, in minor units; assets that nothing moved are left out. */
  moved: { asset: Asset; amountMinor: bigint }[];
  /** SHA-256 of this seal and, through the one before, of all earlier ones. */
  hash: string;
  /** When and by whom it was put into the archive; null while it is attached. */
  detached: { at: Date; by: string } | null;
}

/** Sealed months, newest first; at most `limit` of them. Each amount is minor units of its asset. */
export async function sealedMonths(db: Db, limit: number): Promise<SealedMonth[]> {
  const seals = await db.ledgerSeal.findMany({
    orderBy: { month: 'desc' },
    take: limit,
    select: { month: true, sealedAt: true, sealedBy: true, transfers: true, refusals: true, amounts: true, hash: true },
  });
  const detachments = await db.ledgerSealDetachment.findMany({
    where: { month: { in: seals.map(({ month }) => month) } },
  });
  return seals.map(({ month, amounts, ...seal }) => {
    const detachment = detachments.find((candidate) => candidate.month.getTime() === month.getTime());
    return {
      ...seal,
      month: month.toISOString().slice(0, 7),
      moved: movedOf(amounts),
      detached: detachment === undefined ? null : { at: detachment.detachedAt, by: detachment.detachedBy },
    };
  });
}

const amountsSchema = z.record(z.string(), z.string().regex(/^\d+$/));
const assetNames = Object.keys(assets) as Asset[];

/** By the number of the asset, as decimal texts. */
function movedOf(amounts: unknown): SealedMonth['moved'] {
  return Object.entries(amountsSchema.parse(amounts)).map(([code, amount]) => {
    const asset = assetNames.find((name) => assets[name].toString() === code);
    invariant(asset !== undefined, 'a seal names assets that there are');
    return { asset, amountMinor: BigInt(amount) };
  });
}
