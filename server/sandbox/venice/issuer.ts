import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '#server/platform/clock.ts';
import { accessToken, accessTokenSeconds } from './access-token.ts';
import { authorizePage, refusedPage } from './authorize-page.ts';
import { checkAuthorization } from './authorization.ts';
import type { AuthorizationRequest, Client } from './authorization.ts';
import { signingAlgorithm } from './keys.ts';
import type { SigningKeys } from './keys.ts';
import type { VeniceState } from './state.ts';

interface Grant {
  username: string;
  request: AuthorizationRequest;
  issuedAtMs: number;
  accessToken: string | null;
}

export interface IssuerOptions {
  url: string;
  client: Client;
  keys: SigningKeys;
  clock: Clock;
  state: VeniceState;
}

const codeLifetimeMs = 60_000;
const accessLifetimeMs = 60 * 60_000;
const grantsMax = 1_000;
const usernamePattern = /^[A-Za-z0-9_.-]{1,64}$/;

/** A small OpenID Connect issuer: code flow only, PKCE S256 only, one client, nothing remembered over a restart. */
export class Issuer {
  readonly #options: IssuerOptions;
  readonly #grants = new Map<string, Grant>();
  readonly #access = new Map<string, { username: string; expiresAtMs: number }>();

  constructor(options: IssuerOptions) {
    this.#options = options;
  }

  /** Answers the issuer's endpoints; `null` for every other path. */
  async handle(request: Request): Promise<Response | null> {
    const url = new URL(request.url);
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return Response.json(this.#discovery());
      case 'GET /jwks':
        return Response.json({ keys: this.#options.keys.published() });
      case 'GET /authorize':
        return this.#authorize(url.searchParams);
      case 'POST /authorize':
        return this.#decide(new URLSearchParams(await request.text()));
      case 'POST /token':
        return await this.#token(new URLSearchParams(await request.text()), request.headers.get('authorization'));
      case 'GET /userinfo':
      case 'POST /userinfo':
        return this.#userinfo(request.headers.get('authorization'));
      default:
        return null;
    }
  }

  #discovery() {
    const { url } = this.#options;
    return {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      userinfo_endpoint: `${url}/userinfo`,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'client_credentials'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [signingAlgorithm],
      scopes_supported: ['openid', 'profile'],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'preferred_username', 'name'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    };
  }

  #authorize(parameters: URLSearchParams): Response {
    const { client, state } = this.#options;
    const check = checkAuthorization(parameters, client);
    if (check.status === 'refused') return refusedPage(check.reason);
    if (check.status === 'error') return this.#redirect(check.redirectUri, errorAnswer(check));
    const { redirectUri, parameters: carried } = check.request;
    return authorizePage({ citizens: state.citizens(), clientId: client.id, redirectUri, parameters: carried });
  }

  #decide(form: URLSearchParams): Response {
    const check = checkAuthorization(form, this.#options.client);
    if (check.status === 'refused') return refusedPage(check.reason);
    if (check.status === 'error') return this.#redirect(check.redirectUri, errorAnswer(check));
    const { redirectUri, state } = check.request;
    const username = form.get('username') ?? '';
    if (form.get('decision') === 'deny' || !usernamePattern.test(username)) {
      return this.#redirect(redirectUri, { error: 'access_denied', state });
    }
    const code = randomBytes(32).toString('base64url');
    this.#forgetOldGrants();
    const issuedAtMs = this.#options.clock.now().getTime();
    this.#grants.set(digest(code), { username, request: check.request, issuedAtMs, accessToken: null });
    return this.#redirect(redirectUri, { code, state });
  }

  async #token(form: URLSearchParams, authorization: string | null): Promise<Response> {
    if (!this.#isClient(form, authorization)) {
      const headers = { 'www-authenticate': 'Basic realm="venice"' };
      return tokenError('invalid_client', { status: 401, headers });
    }
    if (form.get('grant_type') === 'client_credentials') return await this.#machineToken(form);
    if (form.get('grant_type') !== 'authorization_code') return tokenError('unsupported_grant_type');
    const grant = this.#grants.get(digest(form.get('code') ?? ''));
    if (grant === undefined) return tokenError('invalid_grant');
    if (grant.accessToken !== null) {
      this.#access.delete(digest(grant.accessToken)); // a code seen twice was stolen: what it gave ends too
      return tokenError('invalid_grant');
    }
    const nowMs = this.#options.clock.now().getTime();
    const accessToken = randomBytes(32).toString('base64url');
    grant.accessToken = accessToken; // used up by this attempt, whatever its outcome
    if (nowMs - grant.issuedAtMs > codeLifetimeMs) return tokenError('invalid_grant');
    if (form.get('redirect_uri') !== grant.request.redirectUri) return tokenError('invalid_grant');
    if (!verifierMatches(form.get('code_verifier') ?? '', grant.request.codeChallenge)) {
      return tokenError('invalid_grant');
    }
    this.#access.set(digest(accessToken), { username: grant.username, expiresAtMs: nowMs + accessLifetimeMs });
    const body = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: accessLifetimeMs / 1_000,
      scope: 'openid profile',
      id_token: await this.#idToken(grant, { nowMs, accessToken }),
    };
    return Response.json(body, { headers: { 'cache-control': 'no-store' } });
  }

  /** A token for an AI citizen or a machine: `citizen` names whom it speaks for, `amr` and `audience` are copied. */
  async #machineToken(form: URLSearchParams): Promise<Response> {
    const [username, audience] = [form.get('citizen') ?? '', form.get('audience') ?? ''];
    if (!usernamePattern.test(username) || audience === '') return tokenError('invalid_request');
    const amr = (form.get('amr') ?? '').split(' ').filter((method) => method !== '');
    const access_token = await this.tokenFor({ username, audience, amr });
    const body = { access_token, token_type: 'Bearer', expires_in: accessTokenSeconds };
    return Response.json(body, { headers: { 'cache-control': 'no-store' } });
  }

  tokenFor(input: { username: string; audience: string; amr: readonly string[] }): Promise<string> {
    const { url, keys, clock } = this.#options;
    return accessToken({ ...input, issuer: url, key: keys.current(), now: clock.now() });
  }

  #idToken(grant: Grant, at: { nowMs: number; accessToken: string }): Promise<string> {
    const { url, client, keys } = this.#options;
    const key = keys.current();
    const nowSeconds = Math.floor(at.nowMs / 1_000);
    const accessHash = createHash('sha256').update(at.accessToken).digest().subarray(0, 16).toString('base64url');
    return new SignJWT({ ...this.#claims(grant.username), nonce: grant.request.nonce, at_hash: accessHash })
      .setProtectedHeader({ alg: signingAlgorithm, kid: key.kid, typ: 'JWT' })
      .setIssuer(url)
      .setAudience(client.id)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + 300)
      .sign(key.privateKey);
  }

  #userinfo(authorization: string | null): Response {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    const access = this.#access.get(digest(token));
    if (access === undefined || access.expiresAtMs <= this.#options.clock.now().getTime()) {
      const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
      return Response.json({ error: 'invalid_token' }, { status: 401, headers });
    }
    return Response.json(this.#claims(access.username), { headers: { 'cache-control': 'no-store' } });
  }

  /** The subject is the exact, case-sensitive username: Venice itself knows citizens by nothing else. */
  #claims(username: string): Record<string, string> {
    const citizen = this.#options.state.find(username);
    const claims = { sub: username, preferred_username: username };
    return citizen === null ? claims : { ...claims, name: `${citizen.firstName} ${citizen.lastName}` };
  }

  #isClient(form: URLSearchParams, authorization: string | null): boolean {
    const { client } = this.#options;
    const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
    if (basic !== undefined && form.has('client_secret')) return false;
    if (basic === undefined) {
      return isSame(form.get('client_id') ?? '', client.id) && isSame(form.get('client_secret') ?? '', client.secret);
    }
    // Both halves of a basic header are form-encoded first (RFC 6749, section 2.3.1).
    const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':', 2).map(formDecoded);
    return isSame(id, client.id) && isSame(secret, client.secret);
  }

  #redirect(redirectUri: string, answer: Record<string, string>): Response {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
    url.searchParams.set('iss', this.#options.url);
    return new Response(null, { status: 303, headers: { location: url.href, 'cache-control': 'no-store' } });
  }

  #forgetOldGrants(): void {
    const nowMs = this.#options.clock.now().getTime();
    for (const [code, grant] of this.#grants) {
      const old = nowMs - grant.issuedAtMs > accessLifetimeMs;
      if (old || this.#grants.size >= grantsMax) this.#grants.delete(code);
    }
    for (const [token, access] of this.#access) if (access.expiresAtMs <= nowMs) this.#access.delete(token);
  }
}

function errorAnswer(check: { code: string; description: string; state: string | null }): Record<string, string> {
  const answer = { error: check.code, error_description: check.description };
  return check.state === null ? answer : { ...answer, state: check.state };
}

function tokenError(error: string, init?: { status: number; headers: Record<string, string> }): Response {
  return Response.json(
    { error },
    { status: init?.status ?? 400, headers: { ...init?.headers, 'cache-control': 'no-store' } },
  );
}

function verifierMatches(verifier: string, challenge: string): boolean {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  return isSame(createHash('sha256').update(verifier).digest('base64url'), challenge);
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(expected)));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text}`).get('value') ?? '';
}
