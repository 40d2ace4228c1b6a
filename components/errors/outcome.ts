/** What a failed call tells the form that made it. */
export interface FailedOutcome {
  /** The stable word of the refusal; null when no answer of ours came back. */
  code: string | null;
  /** False when it may have been done all the same: a lost answer, or a failure on the server. */
  isDefinitive: boolean;
}

/** As `errorFormatter` of the procedures shapes it; read by its looks, so that no page needs their client for that. */
interface Refused {
  data: { httpStatus: number; refusal: { code: string } };
}

export function outcomeOf(error: unknown): FailedOutcome {
  if (!isRefused(error)) return { code: null, isDefinitive: false };
  const { httpStatus, refusal } = error.data;
  return { code: refusal.code, isDefinitive: httpStatus < 500 };
}

function isRefused(error: unknown): error is Refused {
  if (!(error instanceof Error) || !('data' in error)) return false;
  const { data } = error;
  if (typeof data !== 'object' || data === null || !('httpStatus' in data) || !('refusal' in data)) return false;
  const { httpStatus, refusal } = data;
  if (typeof httpStatus !== 'number' || typeof refusal !== 'object' || refusal === null) return false;
  return 'code' in refusal && typeof refusal.code === 'string';
}
