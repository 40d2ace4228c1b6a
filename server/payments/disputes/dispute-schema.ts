import { z } from '#server/platform/zod.ts';

/** Inputs of disputes and debts, shared by forms and procedures. */

export const disputeStates = ['inquiry', 'opened', 'withdrawn', 'won', 'lost', 'closed'] as const;
export type DisputeState = (typeof disputeStates)[number];

export const disputesInput = z.object({
  cursor: z.uuid().nullish(),
  limit: z.int().min(1).max(100).default(25),
});
export const disputeInput = z.object({ id: z.uuid() });

/** A key made once per rendered form; a repeat with the same key is the same attempt. */
export const writeOffInput = z.object({
  key: z.uuid(),
  /** The dispute or refund whose debts are given up. */
  reference: z.uuid(),
  reason: z.string().trim().min(10).max(500),
});
export const writeOffDecisionInput = z.object({ id: z.uuid(), isAgreed: z.boolean() });

const centsMax = 10n ** 15n;
export const repayInput = z.object({ key: z.uuid(), mostMinor: z.bigint().min(1n).max(centsMax) });
export const payDebtInput = z.object({ key: z.uuid(), amountMinor: z.bigint().min(1n).max(centsMax) });
