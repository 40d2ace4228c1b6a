import { refuse } from '#server/platform/errors.ts';

const passingTypes = new Set(['StripeConnectionError', 'StripeAPIError', 'StripeRateLimitError']);

/** Errors are known by their `type`: a second bundled copy of the SDK has classes of its own. */
export function stripeErrorType(error: unknown): string | null {
  const type = (error as { type?: unknown } | null)?.type;
  return typeof type === 'string' && type.startsWith('Stripe') ? type : null;
}

export function isMissingAtStripe(error: unknown): boolean {
  return (
    stripeErrorType(error) === 'StripeInvalidRequestError' && (error as { code?: unknown }).code === 'resource_missing'
  );
}

/** A session that was to be ended is paid or over already. */
export function isNoLongerOpenAtStripe(error: unknown): boolean {
  return stripeErrorType(error) === 'StripeInvalidRequestError' && !isMissingAtStripe(error);
}

/**
 * Runs a call to Stripe. When Stripe cannot be reached or fails on its side this becomes the refusal
 * `stripe_unavailable`; the outcome of a write is then unknown and the same key must be used again.
 */
export async function callStripe<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!passingTypes.has(stripeErrorType(error) ?? '')) throw error;
    throw refuse(
      'unavailable',
      'stripe_unavailable',
      'The card service cannot be reached right now. Please try again in a moment.',
    );
  }
}

/**
 * Why Stripe refused a write for good, in its own word: nothing was done. Null for anything else, above all for an outcome
 * that is not known.
 */
export function refusalCodeOfStripe(error: unknown): string | null {
  if (stripeErrorType(error) !== 'StripeInvalidRequestError') return null;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (statusCode !== 400 && statusCode !== 402 && statusCode !== 404) return null;
  return typeof code === 'string' ? code : 'refused';
}

/** Runs a call to Stripe; null where there is no such object. */
export async function orMissing<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await callStripe(call);
  } catch (error) {
    if (isMissingAtStripe(error)) return null;
    throw error;
  }
}
