import { z } from 'zod';

/** What a source is called, in the database too: its texts travel between commas. */
export const lotSource = z.object({
  type: z.string().regex(/^[a-z_]{1,40}$/),
  id: z.string().regex(/^[A-Za-z0-9_.:-]{1,100}$/),
});

/**
 * Which units a transfer takes out of its debit account.
 * - `source`: those of a charge, order or grant, held or not; with `kind`, only of that colour.
 * - `heldEarnedOf`: held earnings that this charge or grant paid for, over any number of sales.
 * - `clearedEarned`: what may be cashed out.
 * - `anyUnreserved`: the order of spending, said aloud.
 * - `returnOf`: what that transfer brought here goes back, and is again what it was before.
 */
export const takeRule = z.union([
  z.strictObject({ source: lotSource, kind: z.enum(['bought', 'granted', 'earned']).optional() }),
  z.strictObject({ heldEarnedOf: lotSource }),
  z.strictObject({ clearedEarned: z.literal(true) }),
  z.strictObject({ anyUnreserved: z.literal(true) }),
  z.strictObject({ returnOf: z.uuid() }),
]);
export type TakeRule = z.infer<typeof takeRule>;
