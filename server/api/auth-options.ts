import type { AuthOptions, LoggerInstance } from 'next-auth';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { signIn } from '#server/citizens/flows.ts';
import type { SignInDeps } from '#server/citizens/flows.ts';
import { sessionClientOf } from '#server/citizens/device.ts';
import { endSessionOfToken, sessionStore } from '#server/citizens/sessions.ts';
import type { SessionClient } from '#server/citizens/sessions.ts';
import { systemClock } from '#server/platform/clock.ts';
import { database } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';
import {
  authSecret,
  isSecure,
  readSessionToken,
  sessionCookieName,
  sessionLifetimeMs,
} from '#server/platform/session.ts';
import type { SessionStore } from '#server/platform/session.ts';
import { venice } from './venice.ts';

declare module 'next-auth' {
  interface User {
    sessionToken?: string;
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
  /** Ends the session that a token belongs to. */
  endSession: (token: string) => Promise<void>;
  client: SessionClient;
  /** Authentic token of the browser that asks, its session over or not; it ends when the browser signs in anew. */
  previousToken: string | null;
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
      secret: settings.secret,
    },
    sessions: sessionStore(books, systemClock),
    endSession: (token) => endSessionOfToken(books.client, { token, now: systemClock.now() }),
    client: sessionClientOf({
      userAgent: headers.get('user-agent') ?? '',
      address: headers.get('x-cascade-address') ?? '',
    }),
    previousToken: await readSessionToken(headers, settings),
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

/** next-auth proves who someone is; who may come in, and for how long, is decided by our own rows. */
export function authOptions(deps: AuthDeps): AuthOptions {
  const { settings } = deps;
  return {
    providers: [veniceProvider(settings)],
    secret: authSecret(settings.secret),
    useSecureCookies: isSecure(settings.appUrl),
    session: { strategy: 'jwt', maxAge: sessionLifetimeMs / 1_000 },
    cookies: { sessionToken: sessionCookieOf(settings.appUrl) },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    callbacks: callbacks(deps),
    events: {
      signOut: async ({ token }) => {
        if (typeof token['token'] === 'string') await deps.endSession(token['token']);
      },
    },
    logger: logger(deps.report),
  };
}

function sessionCookieOf(appUrl: string) {
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure(appUrl) } as const;
  return { name: sessionCookieName(appUrl), options };
}

function callbacks(deps: AuthDeps): NonNullable<AuthOptions['callbacks']> {
  const { appUrl } = deps.settings;
  return {
    // Runs after the issuer's answer was verified. The new session's token travels on the user object to `jwt`.
    signIn: async ({ user, profile }) => {
      try {
        const { client, previousToken } = deps;
        const input = { username: profile?.sub ?? '', method: 'venice', client, previousToken } as const;
        user.sessionToken = (await signIn(deps.signIn, input)).token;
        return true;
      } catch (error) {
        // A thrown message would end up in the address bar: only the code of a refusal may.
        const refusal = asRefusal(error);
        deps.report(refusal?.code ?? 'internal', error);
        return `${appUrl}/sign-in?error=${refusal?.code ?? 'internal'}`;
      }
    },
    // What is sealed holds our own token and nothing else; a session that is over makes next-auth drop its cookie.
    jwt: async ({ token, user, trigger }) => {
      if (trigger === 'signIn') return { token: user.sessionToken };
      if (typeof token['token'] !== 'string') throw new Error('the cookie holds no session');
      if ((await deps.sessions.find(token['token'])) === null) throw new Error('the session is over');
      return { token: token['token'] };
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
