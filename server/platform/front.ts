import { randomBytes } from 'node:crypto';

/** The rules of the front: what may come in, and what every answer carries. Pure, so they can be tested. */

export interface FrontSettings {
  appUrl: string;
  /** Origins a form or a redirect after a form may lead to, besides our own. */
  formOrigins: readonly string[];
  isDevelopment: boolean;
  /** How many proxies of our own stand before this process; 0 when clients connect directly. */
  trustedProxyHops: number;
}

/** 128 random bits for one response. */
export function makeNonce(): string {
  return randomBytes(16).toString('base64');
}

/** The policy under which a page of ours runs. Development adds what hot reload needs. */
export function contentSecurityPolicy(nonce: string, settings: FrontSettings): string {
  const development = settings.isDevelopment ? " 'unsafe-eval'" : '';
  const sockets = settings.isDevelopment ? ' ws:' : '';
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${development}`,
    settings.isDevelopment ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${sockets}`,
    `form-action ${["'self'", ...settings.formOrigins].join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** For answers that are data and no page: nothing in them may be loaded, run or framed. */
export const dataPolicy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Headers of every answer, pages and API alike. */
export function securityHeaders(policy: string, settings: FrontSettings): Record<string, string> {
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    ...(settings.appUrl.startsWith('https://')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
  };
}

/**
 * Header names that only the front itself may set; whatever a client sent under them is dropped.
 * In development Next's own client needs its `x-nextjs-*` headers to navigate.
 */
export function isForgedHeader(name: string, settings: Pick<FrontSettings, 'isDevelopment'>): boolean {
  return (
    name.startsWith('x-middleware-') ||
    (name.startsWith('x-nextjs-') && !settings.isDevelopment) ||
    name.startsWith('x-forwarded-') ||
    name.startsWith('x-cascade-') ||
    name === 'content-security-policy' ||
    name === 'forwarded'
  );
}

/**
 * Whose address counts for limits. Each trusted proxy appends to `x-forwarded-for` the address it saw, so the one
 * that the outermost of them wrote is believed; what a client wrote further left is not.
 */
export function callerAddress(
  { peer, forwardedFor }: { peer: string; forwardedFor: string | undefined },
  hops: number,
): string {
  if (hops === 0) return peer;
  const seen = (forwardedFor ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  return seen.at(-hops) ?? peer;
}

export interface FrontRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The methods an API path may be asked with; the Web's `Request` refuses to be made for some of the others. */
const apiMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Why a request goes no further than the front, or null when it may pass. */
export function frontRefusal(request: FrontRequest, settings: FrontSettings): { status: number; code: string } | null {
  if (request.headers['next-action'] !== undefined) return { status: 400, code: 'server_actions_not_supported' };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const isApi = request.path.startsWith('/api/');
  if (!isRead && !(isApi && apiMethods.has(request.method))) return { status: 405, code: 'method_not_allowed' };
  if (isRead || request.path.startsWith('/api/webhooks/')) return null;
  return originRefusal(request.headers, settings.appUrl);
}

/**
 * A browser says with every write from which site it comes. A page of another site must not write with the cookies of
 * its visitor; who sends no origin is no browser and has to bring a bearer token, beside which no cookie counts.
 */
function originRefusal(headers: FrontRequest['headers'], appUrl: string): { status: number; code: string } | null {
  const { origin, authorization } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== appUrl) return { status: 403, code: 'foreign_origin' };
  if (typeof site === 'string' && site !== 'same-origin' && site !== 'none')
    return { status: 403, code: 'foreign_origin' };
  if (origin !== undefined) return null;
  const isBearer = typeof authorization === 'string' && /^bearer /i.test(authorization);
  return isBearer ? null : { status: 403, code: 'origin_required' };
}

/** The language that the address itself asks for, or null when the visitor's own choice decides. */
export function localeOfPath(path: string): 'en' | 'it' | null {
  const first = path.split('/', 2)[1];
  return first === 'en' || first === 'it' ? first : null;
}
