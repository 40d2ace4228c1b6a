import { newSessionToken, cookieLine, hostCookieName, readCookie } from './session.ts';

/** As long as a cart waits for its citizen to sign in; a browser that comes back later gets another one. */
const lifetimeSeconds = 30 * 24 * 60 * 60;
const browserIdPattern = /^[A-Za-z0-9_-]{43}$/;

/** The browser's own random cookie, to which proofs asked for before a sign-in and the cart are bound. Null when it has none. */
export function readBrowserId(headers: Headers, appUrl: string): string | null {
  const id = readCookie(headers, browserCookieName(appUrl));
  return id !== null && browserIdPattern.test(id) ? id : null;
}

/** The browser's id, made and handed out with the answer where it has none. */
export function ensureBrowserId(browser: {
  client: { browserId: string | null };
  appUrl: string;
  setCookie: (line: string) => void;
}): string {
  const { client, appUrl, setCookie } = browser;
  if (client.browserId !== null) return client.browserId;
  const value = newSessionToken();
  setCookie(cookieLine(browserCookieName(appUrl), { value, maxAgeSeconds: lifetimeSeconds, appUrl }));
  return value;
}

export function browserCookieName(appUrl: string): string {
  return hostCookieName('cascade-browser', appUrl);
}
