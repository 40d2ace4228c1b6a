import { z } from 'zod';

/** Why posting may go on: words that someone else will want to read later. */
export const breakerReasonLength = { min: 10, max: 1_000 };

export const breakerReasonInput = z.object({
  reason: z.string().trim().min(breakerReasonLength.min).max(breakerReasonLength.max),
});

/** A reversal that another operator must approve. */
export const correctionInput = z.object({
  key: z.uuid(),
  transferId: z.uuid(),
  amountMinor: z.bigint().positive(),
  reason: z.string().trim().min(10).max(500),
});

export const correctionChoiceInput = z.object({ id: z.uuid(), choice: z.enum(['approve', 'reject', 'withdraw']) });
