const pathStart = /^\/(?![/\\])/;
/** Leading back there would be a circle, or no page. */
const notAPage = /^\/(?:sign-in|api)(?:[/?#]|$)/;
const lengthMax = 1_000;

/**
 * Where to go after signing in: a page of this origin, else the first page. The parameter is written
 * by whoever made the link, so anything that a browser could read as another host is left out.
 */
export function returnPath(callbackUrl: string | undefined, origin: string): string {
  if (callbackUrl === undefined || callbackUrl.length > lengthMax || !URL.canParse(callbackUrl, origin)) return '/';
  const target = new URL(callbackUrl, origin);
  if (target.origin !== new URL(origin).origin) return '/';
  const path = `${target.pathname}${target.search}${target.hash}`;
  return pathStart.test(path) && !notAPage.test(path) ? path : '/';
}
