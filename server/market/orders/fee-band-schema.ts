import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** The fee, in millionths, of whoever sold for at least so much in the last 30 days. */
export interface FeeBand {
  volumeFromMinor: DucatMinor;
  feePpm: number;
}

export const feeBandsMax = 20;

/** All bands at once, by volume; centesimi and millionths. */
export const feeBandsInput = z.object({
  bands: z
    .array(
      z.object({
        volumeFromMinor: z.bigint().min(1n).max(1_000_000_000_000_000n).transform(ducat),
        feePpm: z.number().int().min(0).max(1_000_000),
      }),
    )
    .max(feeBandsMax),
});
