/** The registered client. The sandbox knows exactly one. */
export interface Client {
  id: string;
  secret: string;
  redirectUris: readonly string[];
}

export interface AuthorizationRequest {
  redirectUri: string;
  state: string;
  nonce: string;
  codeChallenge: string;
  parameters: [string, string][];
}

/**
 * `refused`: nobody may be redirected, the person is told. `error`: the redirect target is trusted and is told.
 */
export type AuthorizationCheck =
  | { status: 'valid'; request: AuthorizationRequest }
  | { status: 'refused'; reason: string }
  | { status: 'error'; redirectUri: string; state: string | null; code: string; description: string };

const known = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
] as const;

const callbackPath = '/api/auth/callback/venice';
const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);
const lengthMax = 2_048;

export function checkAuthorization(parameters: URLSearchParams, client: Client): AuthorizationCheck {
  const repeated = known.find((name) => parameters.getAll(name).length > 1);
  if (repeated !== undefined) return { status: 'refused', reason: `The parameter ${repeated} is given twice.` };
  const clientId = parameters.get('client_id');
  if (clientId !== client.id) return { status: 'refused', reason: 'The application (client_id) is not registered.' };
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri === null || !isRegistered(redirectUri, client)) {
    return { status: 'refused', reason: 'The return address (redirect_uri) is not registered.' };
  }
  const state = parameters.get('state');
  const problem = problemOf(parameters);
  if (problem !== null) return { status: 'error', redirectUri, state, ...problem };
  return {
    status: 'valid',
    request: {
      redirectUri,
      state: state ?? '',
      nonce: parameters.get('nonce') ?? '',
      codeChallenge: parameters.get('code_challenge') ?? '',
      parameters: known.map((name) => [name, parameters.get(name) ?? '']),
    },
  };
}

/** Exact match of a registered address, or CASCADE's own callback on a loopback address with any port. */
function isRegistered(redirectUri: string, client: Client): boolean {
  if (client.redirectUris.includes(redirectUri)) return true;
  if (!URL.canParse(redirectUri)) return false;
  const url = new URL(redirectUri);
  const bare = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && bare && loopbackHosts.has(url.hostname) && url.pathname === callbackPath;
}

function problemOf(parameters: URLSearchParams): { code: string; description: string } | null {
  const invalid = (description: string) => ({ code: 'invalid_request', description });
  if (known.some((name) => (parameters.get(name)?.length ?? 0) > lengthMax)) return invalid('A parameter is too long.');
  if (parameters.has('request')) return { code: 'request_not_supported', description: 'Request objects are not.' };
  if (parameters.has('request_uri')) return { code: 'request_uri_not_supported', description: 'request_uri is not.' };
  if (parameters.get('response_type') !== 'code') {
    return { code: 'unsupported_response_type', description: 'Only response_type=code is supported.' };
  }
  if ((parameters.get('response_mode') ?? 'query') !== 'query')
    return invalid('Only response_mode=query is supported.');
  if (!(parameters.get('scope') ?? '').split(' ').includes('openid')) {
    return { code: 'invalid_scope', description: 'The scope openid is required.' };
  }
  if ((parameters.get('state') ?? '') === '') return invalid('state is required.');
  if ((parameters.get('nonce') ?? '') === '') return invalid('nonce is required.');
  if (parameters.get('code_challenge_method') !== 'S256') return invalid('PKCE with S256 is required.');
  if (!/^[A-Za-z0-9_-]{43}$/.test(parameters.get('code_challenge') ?? ''))
    return invalid('code_challenge is malformed.');
  if (parameters.get('prompt') === 'none') {
    return { code: 'login_required', description: 'The sandbox keeps nobody signed in.' };
  }
  return null;
}
