import { isTRPCClientError } from '@trpc/client';

import type { AppRouter } from '#server/api/root.ts';

/** What a failed call tells the form that made it. */
export interface FailedOutcome {
  /** The stable word of the refusal; null when no answer of ours came back. */
  code: string | null;
  /** False when it may have been done all the same: a lost answer, or a failure on the server. */
  isDefinitive: boolean;
}

export function outcomeOf(error: unknown): FailedOutcome {
  if (!isTRPCClientError<AppRouter>(error)) return { code: null, isDefinitive: false };
  const shape = error.data;
  if (shape === undefined || shape === null) return { code: null, isDefinitive: false };
  return { code: shape.refusal.code, isDefinitive: shape.httpStatus < 500 };
}
