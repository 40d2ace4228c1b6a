import { asRefusal } from '#server/platform/errors.ts';
import { problem } from '#server/platform/http.ts';
import { refusalHeaders } from '#server/platform/rate-limit-headers.ts';
import type { RequestLimits } from '#server/platform/rate-limit-request.ts';

/** The steps of a sign-in: each asks Venice something, or tries a proof. Signing out is never refused. */
const steps = new Set(['POST signin', 'POST callback', 'GET callback']);
const signInPage = '/sign-in?error=rate_limited';

export interface AuthRequest {
  method: string;
  path: string;
  /** As the front knows it. */
  address: string;
  accept: string;
}

/**
 * Counts a step of a sign-in before next-auth sees it. Null when it may pass, else the answer: to a browser that
 * left its page for it a page that leads on to the sign-in page, to everyone else a problem document, both with 429.
 */
export async function authRefusal(request: AuthRequest, limits: RequestLimits): Promise<Response | null> {
  if (!steps.has(`${request.method} ${request.path.split('/')[3] ?? ''}`)) return null;
  try {
    await limits.take('sign_in', { address: request.address });
    return null;
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal === null) throw error;
    if (!request.accept.includes('text/html')) return problem(error);
    // Browsers follow `Refresh` with any status; a redirect could not be a 429.
    const headers = { ...refusalHeaders(refusal), refresh: `0; url=${signInPage}` };
    return new Response(`<!doctype html><title>429</title><a href="${signInPage}">/sign-in</a>`, {
      status: 429,
      headers: { ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    });
  }
}
