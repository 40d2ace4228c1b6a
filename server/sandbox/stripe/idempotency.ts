import { createHash } from 'node:crypto';

import { StripeFailure } from '#server/sandbox/stripe/errors.ts';

export interface IdempotencyRecord {
  key: string;
  requestHash: string;
  status: number;
  body: string;
  createdAtMs: number;
}

/** Stripe may forget a key once it is 24 hours old. */
export const idempotencyKeptMs = 24 * 3_600_000;
const keyLengthMax = 255;

export function requestHash(method: string, path: string, body: string): string {
  return createHash('sha256').update(`${method} ${path}\n${body}`).digest('hex');
}

export function checkKey(key: string): void {
  if (key.length <= keyLengthMax) return;
  throw new StripeFailure(400, {
    type: 'idempotency_error',
    message: `Idempotency keys may be at most ${keyLengthMax} characters.`,
  });
}

/** The stored answer when the request is the same; Stripe's own error when it is another. */
export function replayOf(stored: IdempotencyRecord, hash: string): { status: number; body: string } {
  if (stored.requestHash === hash) return { status: stored.status, body: stored.body };
  throw new StripeFailure(400, {
    type: 'idempotency_error',
    message:
      'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
      `Try using a key other than '${stored.key}' if you meant to execute a different request.`,
  });
}
