/**
 * Asks next-auth to begin a sign-in or to sign out, and answers where to go next.
 * A plain form would do, were it not that a page's policy also governs where a form is redirected to.
 */
export async function askAuth(action: 'signin/venice' | 'signout', returnTo: string): Promise<string> {
  const csrfToken = textOf(await readJson(await fetch('/api/auth/csrf', { cache: 'no-store' })), 'csrfToken');
  const body = new URLSearchParams({ csrfToken, callbackUrl: returnTo, json: 'true' });
  const answer = await fetch(`/api/auth/${action}`, { method: 'POST', body });
  if (answer.status === 429) return '/sign-in?error=rate_limited';
  return textOf(await readJson(answer), 'url');
}

async function readJson(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`the server answered ${String(response.status)}`);
  return await response.json();
}

function textOf(answer: unknown, name: string): string {
  const fields = new Map(Object.entries(typeof answer === 'object' && answer !== null ? answer : {}));
  const text: unknown = fields.get(name);
  if (typeof text !== 'string') throw new Error(`the answer holds no ${name}`);
  return text;
}
