import type { DomainError } from './errors.ts';
import type { LimitState } from './rate-limit.ts';

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers-06, the last form with one field per figure and the one that
 * clients read most; later drafts fold them into `RateLimit` and `RateLimit-Policy`, and none is a standard yet.
 * `RateLimit-Reset` is in seconds from now, as `Retry-After` (RFC 9110) is; where both stand they say the same.
 */
export function limitHeaders({ limit, remaining, resetSeconds }: LimitState): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetSeconds),
  };
}

/** What an answer says about the limit that refused it; nothing when it was refused for another reason. */
export function refusalHeaders(refusal: DomainError | null): Record<string, string> {
  const { calls, retryAfterSeconds } = refusal?.kind === 'rate_limited' ? refusal.details : {};
  if (typeof calls !== 'number' || typeof retryAfterSeconds !== 'number') return {};
  return {
    ...limitHeaders({ limit: calls, remaining: 0, resetSeconds: retryAfterSeconds }),
    'retry-after': String(retryAfterSeconds),
  };
}
