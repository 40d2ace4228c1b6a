import { decode } from 'next-auth/jwt';
import { deriveKey } from './crypto.ts';

/** What a citizen may use and pays in fees; from class or subscription. */
export type Tier = 'observer' | 'participant' | 'creator' | 'enterprise';

export type Role = 'citizen' | 'operator';

/** Who makes a request, as far as the session proves it. */
export interface Principal {
  citizenId: string;
  username: string;
  displayName: string;
  tier: Tier;
  role: Role;
  sessionId: string;
}

/** Where sessions are kept; declared here, given by the citizens domain. */
export interface SessionStore {
  /** The principal of a live session; null when it is unknown, expired, idle for too long or ended. */
  find(sessionId: string): Promise<Principal | null>;
  /** Ends a session at once, for every process. Ending it again changes nothing. */
  end(sessionId: string): Promise<void>;
}

export interface SessionCookieOptions {
  /** The server's secret. */
  secret: string;
  /** Public origin of the product; over https the cookie has the `__Secure-` prefix. */
  appUrl: string;
}

const cookieName = 'next-auth.session-token';
const chunksMax = 8;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Who makes this request, or null. The one way to learn it, for every door and page. */
export async function readSession(
  headers: Headers,
  options: SessionCookieOptions & { store: SessionStore },
): Promise<Principal | null> {
  const sessionId = await readSessionId(headers, options);
  return sessionId === null ? null : await options.store.find(sessionId);
}

/** The session id that the cookie carries, authentic but possibly of a session that is over. */
export async function readSessionId(headers: Headers, options: SessionCookieOptions): Promise<string | null> {
  const token = readChunkedCookie(headers, sessionCookieName(options.appUrl));
  if (token === null) return null;
  const claims = await decodeOrNull(token, authSecret(options.secret));
  const sessionId = claims?.['sessionId'];
  return typeof sessionId === 'string' && uuidPattern.test(sessionId) ? sessionId : null;
}

export function sessionCookieName(appUrl: string): string {
  return isSecure(appUrl) ? `__Secure-${cookieName}` : cookieName;
}

export function isSecure(appUrl: string): boolean {
  return appUrl.startsWith('https://');
}

/** What next-auth seals its cookies with: a key of its own, so that it never holds the server's secret. */
export function authSecret(secret: string): string {
  return Buffer.from(deriveKey(secret, 'next-auth')).toString('hex');
}

/** next-auth splits a large cookie into `name.0`, `name.1` and so on. */
function readChunkedCookie(headers: Headers, name: string): string | null {
  const cookies = parseCookies(headers.get('cookie') ?? '');
  const whole = cookies.get(name);
  if (whole !== undefined) return whole;
  const chunks: string[] = [];
  while (chunks.length < chunksMax) {
    const chunk = cookies.get(`${name}.${String(chunks.length)}`);
    if (chunk === undefined) break;
    chunks.push(chunk);
  }
  return chunks.length === 0 ? null : chunks.join('');
}

/** Of two cookies of one name the first counts: browsers send the one with the longest path first. */
function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}

/** A cookie that was not sealed by us, or has expired, is as good as none. */
async function decodeOrNull(token: string, secret: string): Promise<Record<string, unknown> | null> {
  try {
    return await decode({ token, secret });
  } catch {
    return null;
  }
}
