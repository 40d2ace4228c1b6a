import { createHash } from 'node:crypto';

import { StripeFailure } from '#server/sandbox/stripe/wire/errors.ts';

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

/** Keys whose first answer is still on its way. */
export const keysInUse = new Set<string>();

export function checkKey(key: string): void {
  if (keysInUse.has(key)) {
    throw new StripeFailure(409, {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message:
        'There is currently another in-progress request using this Idempotent Key (that probably means you submitted ' +
        `twice, and the other request is still going through): ${key}. Please try again later.`,
    });
  }
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
