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

/** Who is meant, by the name under which Venice knows them. */
export const usernameInput = z.object({ username: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/) });

export const operatorRoles = ['support', 'finance', 'admin'] as const;

/** What an operator may do from now on. */
export const appointInput = usernameInput.extend({ operatorRole: z.enum(operatorRoles) });

/** Why a citizen's second factors are taken: words that someone else will want to read later. */
export const resetFactorsInput = usernameInput.extend({ reason: z.string().trim().min(10).max(500) });
