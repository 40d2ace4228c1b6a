import { z } from '#server/platform/zod.ts';

/**
 * The terms in force. A new number asks everybody anew, once, before their next top-up: raise it with every change of
 * what they promise.
 */
export const termsVersion = 2;

/** How old whoever buys ducats must be. */
export const ageYearsMin = 18;

/** Both boxes are ticked, and the version is the one that was shown. */
export const acceptTermsInput = z.object({
  version: z.number().int().min(1).max(1_000_000),
  isAccepted: z.literal(true),
  isOfAge: z.literal(true),
});
