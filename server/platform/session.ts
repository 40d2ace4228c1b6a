import { randomBytes } from 'node:crypto';
import { decode, encode } from 'next-auth/jwt';
import { deriveKey } from './crypto.ts';
import { once } from './once.ts';

/** What a citizen may use and pays in fees; from class or subscription. */
export type Tier = 'observer' | 'participant' | 'creator' | 'enterprise';

export type Role = 'citizen' | 'operator';

/** What an API credential may do: look, or change things too. */
export type CredentialRights = 'read' | 'read_write';

/** What an operator may do: look after citizens, look after the books, or appoint operators and all of it. */
export type OperatorRole = 'support' | 'finance' | 'admin';

/** Who makes a request, as far as the session, the bearer token or the API credential proves it. */
export interface Principal {
  citizenId: string;
  username: string;
  displayName: string;
  tier: Tier;
  role: Role;
  /** Null for whoever is no operator. */
  operatorRole: OperatorRole | null;
  hasSecondFactor: boolean;
  /** Null for a bearer, who has no session and proves who they are with every call. */
  sessionId: string | null;
  /** When this session last proved who its citizen is, by whatever means; null for a bearer. */
  provedAt: Date | null;
  /** When this session last proved a second factor; null when it never did. */
  secondFactorAt: Date | null;
  /** What the API credential may do that the request was made with; null for a session or a token of Venice. */
  credentialRights: CredentialRights | null;
}

/** Where sessions are kept; declared here, given by the citizens domain. */
export interface SessionStore {
  /** The principal of a live session; null when its token is unknown, or it is expired, idle for too long or ended. */
  find(token: string): Promise<Principal | null>;
  /**
   * Whether a session is live and owes no second factor, without counting as use of it. With the time of the proof that
   * somebody came with: refuses `session_renewed` (unavailable) once there was a later one, which gave it a new token.
   */
  isLive(sessionId: string, provedAt?: Date | null): Promise<boolean>;
  /** Ends a session at once, for every process. Ending it again changes nothing. */
  end(sessionId: string): Promise<void>;
}

export interface SessionCookieOptions {
  /** The server's secret. */
  secret: string;
  /** Public origin of the product; over https the cookie has the `__Host-` prefix. */
  appUrl: string;
}

/** Longest life of a session; what holds the token in the browser lasts as long. */
export const sessionLifetimeMs = 12 * 60 * 60_000;

const tokenBytes = 32;
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;
const openedMax = 5_000;

/** 256 random bits as the browser holds them; the database keeps only their hash. */
export function newSessionToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

/** Who makes this request by their cookie, or null. */
export async function readSession(
  headers: Headers,
  options: SessionCookieOptions & { store: SessionStore },
): Promise<Principal | null> {
  const token = await readSessionToken(headers, options);
  return token === null ? null : await options.store.find(token);
}

/** The session token that the cookie carries, authentic but possibly of a session that is over. */
export async function readSessionToken(headers: Headers, options: SessionCookieOptions): Promise<string | null> {
  const sealed = readCookie(headers, sessionCookieName(options.appUrl));
  return sealed === null ? null : await openCookie(sealed, options.secret);
}

/** The `Set-Cookie` line that hands a browser the token of its session, in the form next-auth reads too. */
export async function sessionCookie(token: string, options: SessionCookieOptions): Promise<string> {
  const maxAge = sessionLifetimeMs / 1_000;
  const value = await encode({ token: { token }, secret: authSecret(options.secret), maxAge });
  return cookieLine(sessionCookieName(options.appUrl), { value, maxAgeSeconds: maxAge, appUrl: options.appUrl });
}

/** The `Set-Cookie` line that takes the token away from a browser. */
export function endedSessionCookie(appUrl: string): string {
  return cookieLine(sessionCookieName(appUrl), { value: '', maxAgeSeconds: 0, appUrl });
}

export function sessionCookieName(appUrl: string): string {
  return hostCookieName('cascade-session', appUrl);
}

/** A name under which only our own host, over https, can have set the cookie; without https, the plain name. */
export function hostCookieName(name: string, appUrl: string): string {
  return isSecure(appUrl) ? `__Host-${name}` : name;
}

/** A `Set-Cookie` line for a cookie that no script can read and no other site's form can send. */
export function cookieLine(name: string, cookie: { value: string; maxAgeSeconds: number; appUrl: string }): string {
  const secure = isSecure(cookie.appUrl) ? '; Secure' : '';
  const age = `; Max-Age=${String(cookie.maxAgeSeconds)}`;
  return `${name}=${cookie.value}; Path=/; HttpOnly; SameSite=Lax${age}${secure}`;
}

export function isSecure(appUrl: string): boolean {
  return appUrl.startsWith('https://');
}

/** What next-auth seals its cookies with: a key of its own, so that it never holds the server's secret. */
export function authSecret(secret: string): string {
  return Buffer.from(deriveKey(secret, 'next-auth')).toString('hex');
}

/** Of two cookies of one name the first counts: browsers send the one with the longest path first. */
export function readCookie(headers: Headers, name: string): string | null {
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/**
 * The token inside a sealed cookie. Opening one costs as much as a small query, and a browser sends the same one for
 * hours, so that what was opened is remembered, until it expires. A cookie that was not sealed by us is as good as none.
 */
async function openCookie(sealed: string, secret: string): Promise<string | null> {
  const opened = once('opened-session-cookies', () => new Map<string, { token: string; expiresAt: number }>());
  const key = `${secret}\n${sealed}`;
  const known = opened.get(key);
  if (known !== undefined && known.expiresAt > Date.now()) return known.token;
  opened.delete(key);
  const claims = await decodeOrNull(sealed, authSecret(secret));
  const token = claims?.['token'];
  if (typeof token !== 'string' || !tokenPattern.test(token)) return null;
  const expiresAt = typeof claims?.['exp'] === 'number' ? claims['exp'] * 1_000 : 0;
  if (opened.size >= openedMax) opened.delete(opened.keys().next().value ?? key);
  opened.set(key, { token, expiresAt });
  return token;
}

async function decodeOrNull(token: string, secret: string): Promise<Record<string, unknown> | null> {
  try {
    return await decode({ token, secret });
  } catch {
    return null;
  }
}
