import { asRefusal, errorKinds, refuse, type DomainError } from './errors.ts';
import { refusalHeaders } from './rate-limit-headers.ts';

/** An API door: the same function serves the custom server, a Next route and a test. */
export type Handler = (request: Request) => Promise<Response>;

/** A problem document (RFC 9457). Defects become an opaque 500 that carries only the trace id. */
export function problem(error: unknown, traceId?: string): Response {
  const refusal = asRefusal(error);
  const status = refusal === null ? 500 : errorKinds[refusal.kind].http;
  const body = {
    type: 'about:blank',
    title: refusal === null ? 'Something went wrong on our side.' : refusal.message,
    status,
    code: refusal?.code ?? 'internal',
    ...(refusal !== null && Object.keys(refusal.details).length > 0 ? { details: refusal.details } : {}),
    ...(traceId === undefined ? {} : { traceId }),
  };
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...refusalHeaders(refusal),
  });
  if (status === 503) headers.set('retry-after', '2');
  const challenge = authenticateHeader(refusal);
  if (challenge !== null) headers.set('www-authenticate', challenge);
  return new Response(JSON.stringify(body), { status, headers });
}

/** What `WWW-Authenticate` says with a refusal (RFC 6750), or null when it is none for want of a proof. */
export function authenticateHeader(refusal: DomainError | null): string | null {
  if (refusal?.kind !== 'unauthenticated') return null;
  const isInvalid = refusal.code === 'invalid_token' || refusal.code === 'invalid_credential';
  return isInvalid ? 'Bearer error="invalid_token"' : 'Bearer';
}

/** Answers a refusal; a defect goes on to the front, which logs it with the request's id. */
export function answerRefusal(error: unknown): Response {
  if (asRefusal(error) === null) throw error;
  return problem(error);
}

/** The refusal for a body over its limit. */
export function bodyTooLarge(): Error {
  return refuse('too_large', 'body_too_large', 'The request is larger than this address accepts.');
}
