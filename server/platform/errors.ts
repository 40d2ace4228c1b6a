/**
 * Expected refusals. `kind` decides the status at every door, `code` is what machines and message
 * catalogues look up, `message` is an English sentence for people.
 */
export const errorKinds = {
  invalid: { http: 400, trpc: 'BAD_REQUEST' },
  unauthenticated: { http: 401, trpc: 'UNAUTHORIZED' },
  forbidden: { http: 403, trpc: 'FORBIDDEN' },
  not_found: { http: 404, trpc: 'NOT_FOUND' },
  conflict: { http: 409, trpc: 'CONFLICT' },
  gone: { http: 410, trpc: 'PRECONDITION_FAILED' },
  wrong_media: { http: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE' },
  too_large: { http: 413, trpc: 'PAYLOAD_TOO_LARGE' },
  rate_limited: { http: 429, trpc: 'TOO_MANY_REQUESTS' },
  unavailable: { http: 503, trpc: 'SERVICE_UNAVAILABLE' },
} as const;

export type ErrorKind = keyof typeof errorKinds;
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

const brand = Symbol.for('cascade.domain-error');

/** A refusal that the caller was meant to expect. Anything else thrown is a defect. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(refusal: { kind: ErrorKind; code: string; message: string; details?: ErrorDetails }) {
    super(refusal.message);
    this.kind = refusal.kind;
    this.code = refusal.code;
    this.details = refusal.details ?? {};
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Builds a refusal without details: `throw refuse('conflict', 'sold_out', 'The last one is gone.')`. */
export function refuse(kind: ErrorKind, code: string, message: string): DomainError {
  return new DomainError({ kind, code, message });
}

/** One idempotency key stands for one input; with another it is refused. */
export function keyReused(): DomainError {
  return refuse('conflict', 'idempotency_key_reused', 'This form was already sent with other contents. Reload it.');
}

/** True for refusals of any bundled copy of this module; `instanceof` would miss the other copies. */
export function isDomainError(error: unknown): error is DomainError {
  return typeof error === 'object' && error !== null && brand in error;
}

const unavailableCodes = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08003',
  '08006',
]);
const unavailableMessages =
  /(Can't reach database|Connection terminated|terminating connection|the database system is|Server has closed the connection|Connection ended unexpectedly|Query read timeout|is not queryable|timeout exceeded when trying to connect|DatabaseNotReachable|ConnectionClosed|Transaction already closed|Unable to start a transaction)/i;

/** True when an error says that PostgreSQL cannot be reached just now. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let current = error, depth = 0; current !== null && current !== undefined && depth < 5; depth += 1) {
    if (typeof current !== 'object') return false;
    const { code, message, cause } = current as { code?: unknown; message?: unknown; cause?: unknown };
    if (typeof code === 'string' && unavailableCodes.has(code)) return true;
    if (typeof message === 'string' && unavailableMessages.test(message)) return true;
    current = cause;
  }
  return false;
}

/** The refusal shown for an error: itself when expected, 503 when PostgreSQL is away, else null (a defect). */
export function asRefusal(error: unknown): DomainError | null {
  if (isDomainError(error)) return error;
  if (isDatabaseUnavailable(error)) {
    return refuse(
      'unavailable',
      'database_unavailable',
      'The books cannot be reached right now. Please try again in a moment.',
    );
  }
  return null;
}
