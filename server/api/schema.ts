import { z } from 'zod';

/** Why posting may go on: words that someone else will want to read later. */
export const breakerReasonLength = { min: 10, max: 1_000 };

export const breakerReasonInput = z.object({
  reason: z.string().trim().min(breakerReasonLength.min).max(breakerReasonLength.max),
});
