import { refuse } from '#server/platform/errors.ts';
import { problem } from '#server/platform/http.ts';

/** What of next-auth is open. Its log endpoint and its own HTML pages are not. */
const actions = new Set(['GET csrf', 'GET session', 'GET signin', 'GET callback', 'GET error', 'GET signout']);
const postActions = new Set(['POST signin', 'POST callback', 'POST signout', 'POST session']);

/**
 * Decides what happens to a request to `/api/auth/*` before next-auth sees it: null when it may pass,
 * else the answer. Covers what next-auth would answer with a 500 or with a message for nobody.
 */
export function authDetour(request: { method: string; url: string }): Response | null {
  const { pathname, searchParams } = new URL(request.url);
  const action = `${request.method} ${pathname.split('/')[3] ?? ''}`;
  if (!actions.has(action) && !postActions.has(action)) {
    return problem(refuse('not_found', 'not_found', 'There is nothing at this address.'));
  }
  const callbackUrl = searchParams.get('callbackUrl');
  if (callbackUrl !== null && !isWebUrl(callbackUrl)) {
    return problem(refuse('invalid', 'invalid_callback_url', 'The address to return to is not valid.'));
  }
  if (action.endsWith(' callback') && searchParams.get('error') === 'access_denied') {
    return new Response(null, { status: 303, headers: { location: '/sign-in?error=sign_in_cancelled' } });
  }
  return null;
}

function isWebUrl(text: string): boolean {
  if (text.startsWith('/')) return URL.canParse(text, 'http://localhost');
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/**
 * The code under which the sign-in page looks up its text: our own codes as they are, next-auth's words
 * translated, null when there is nothing to say.
 */
export function signInErrorCode(error: string | undefined): string | null {
  if (error === undefined || error === '') return null;
  if (error === 'OAuthSignin') return 'venice_unavailable';
  return /^[a-z][a-z_]{1,40}$/.test(error) ? error : 'sign_in_failed';
}
