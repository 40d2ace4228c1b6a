import type { AuthOptions, LoggerInstance } from 'next-auth';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { signIn } from '#server/citizens/flows.ts';
import type { SignInDeps } from '#server/citizens/flows.ts';
import { sessionLifetimeMs } from '#server/citizens/rules.ts';
import { sessionStore } from '#server/citizens/sessions.ts';
import { createVeniceClient } from '#server/citizens/venice-client.ts';
import type { VeniceClient } from '#server/citizens/venice-client.ts';
import { systemClock } from '#server/platform/clock.ts';
import { database } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';
import { once } from '#server/platform/once.ts';
import { authSecret, isSecure, readSessionId } from '#server/platform/session.ts';
import type { SessionStore } from '#server/platform/session.ts';

declare module 'next-auth' {
  interface User {
    sessionId?: string;
  }
}

interface VeniceClaims {
  sub: string;
  name?: string;
}

export interface AuthSettings {
  appUrl: string;
  secret: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
}

export interface AuthDeps {
  settings: AuthSettings;
  signIn: SignInDeps;
  sessions: SessionStore;
  /** Authentic session id of the browser that asks, over or not; its session ends when it signs in anew. */
  previousSessionId: string | null;
  /** Told of what went wrong; `code` is next-auth's or ours. */
  report: (code: string, error: unknown) => void;
}

/** The options of this process for one request to `/api/auth/*`. */
export async function authOptionsFor(headers: Headers): Promise<AuthOptions> {
  const settings = authSettings();
  const books = database();
  return authOptions({
    settings,
    signIn: {
      inTransaction: (work) => books.inTransaction(work),
      venice: venice(),
      clock: systemClock,
      ids: systemIds,
      operatorUsernames: env().OPERATOR_USERNAMES,
    },
    sessions: sessionStore(books, systemClock),
    previousSessionId: await readSessionId(headers, settings),
    report: (code, error) => {
      log().warn({ code, err: error }, 'sign-in');
    },
  });
}

function authSettings(): AuthSettings {
  const settings = env();
  return {
    appUrl: settings.APP_URL,
    secret: settings.CASCADE_SECRET,
    issuer: settings.VENICE_ISSUER,
    clientId: settings.VENICE_CLIENT_ID,
    clientSecret: settings.VENICE_CLIENT_SECRET,
  };
}

function venice(): VeniceClient {
  return once('venice-client', () =>
    createVeniceClient({
      apiUrl: env().VENICE_API_URL,
      onOutage: (reason) => {
        log().warn({ reason }, 'Venice is away');
      },
    }),
  );
}

/** next-auth proves who someone is; who may come in, and for how long, is decided by our own rows. */
export function authOptions(deps: AuthDeps): AuthOptions {
  const { settings } = deps;
  return {
    providers: [veniceProvider(settings)],
    secret: authSecret(settings.secret),
    useSecureCookies: isSecure(settings.appUrl),
    session: { strategy: 'jwt', maxAge: sessionLifetimeMs / 1_000 },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    callbacks: callbacks(deps),
    events: {
      signOut: async ({ token }) => {
        if (typeof token.sessionId === 'string') await deps.sessions.end(token.sessionId);
      },
    },
    logger: logger(deps.report),
  };
}

function callbacks(deps: AuthDeps): NonNullable<AuthOptions['callbacks']> {
  const { appUrl } = deps.settings;
  return {
    // Runs after the issuer's answer was verified. The id of the new session travels on the user object to `jwt`.
    signIn: async ({ user, profile }) => {
      try {
        const input = { username: profile?.sub ?? '', previousSessionId: deps.previousSessionId };
        user.sessionId = (await signIn(deps.signIn, input)).sessionId;
        return true;
      } catch (error) {
        // A thrown message would end up in the address bar: only the code of a refusal may.
        const refusal = asRefusal(error);
        deps.report(refusal?.code ?? 'internal', error);
        return `${appUrl}/sign-in?error=${refusal?.code ?? 'internal'}`;
      }
    },
    // The token holds the session's id and nothing else; a session that is over makes next-auth drop its cookie.
    jwt: async ({ token, user, trigger }) => {
      if (trigger === 'signIn') return { sessionId: user.sessionId };
      if (typeof token.sessionId !== 'string') throw new Error('the token holds no session');
      if ((await deps.sessions.find(token.sessionId)) === null) throw new Error('the session is over');
      return { sessionId: token.sessionId };
    },
    session: ({ session }) => ({ expires: session.expires }),
    redirect: ({ url }) => returnUrl(url, appUrl),
  };
}

function veniceProvider(settings: AuthSettings): OAuthConfig<VeniceClaims> {
  return {
    id: 'venice',
    name: 'Venice identity',
    type: 'oauth',
    wellKnown: `${settings.issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`,
    authorization: { params: { scope: 'openid profile' } },
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    httpOptions: { timeout: 10_000 },
    profile: (claims) => ({ id: claims.sub, name: claims.name ?? claims.sub }),
  };
}

/** Where to go afterwards: an address of our own, or the first page. */
export function returnUrl(url: string, appUrl: string): string {
  if (!URL.canParse(url, appUrl)) return appUrl;
  const target = new URL(url, appUrl);
  return target.origin === appUrl ? target.href : appUrl;
}

/** next-auth's metadata can hold tokens and addresses: only the error itself is passed on. */
function logger(report: AuthDeps['report']): Partial<LoggerInstance> {
  return {
    error: (code, metadata) => {
      report(code, metadata instanceof Error ? metadata : metadata.error);
    },
    warn: (code) => {
      report(code, undefined);
    },
    debug: () => undefined,
  };
}
