import type Stripe from 'stripe';
import { sessionStore } from '#server/citizens/sessions.ts';
import { createStripe } from '#server/payments/stripe-client.ts';
import { systemClock } from '#server/platform/clock.ts';
import { database } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { systemIds } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { once } from '#server/platform/once.ts';
import { createLimits, type Limits } from '#server/platform/rate-limit.ts';
import { hostCookieName, readCookie, readSession, type SessionStore } from '#server/platform/session.ts';
import type { Context } from '#server/platform/trpc.ts';

/** What all requests of this process share. */
export type ProcessContext = Omit<Context, 'principal' | 'requestId' | 'caller' | 'client' | 'setCookie'>;

/** The shared parts, made on first use from the settings. */
export function processContext(): ProcessContext {
  return {
    database: database(),
    clock: systemClock,
    ids: systemIds,
    limits: limits(),
    sessions: sessions(),
    stripe: stripe(),
    appUrl: env().APP_URL,
    secret: env().CASCADE_SECRET,
  };
}

/** The rate limits of this process. */
export function limits(): Limits {
  return once('limits', () => createLimits({ redisUrl: env().REDIS_URL, clock: systemClock }));
}

function stripe(): Stripe {
  return once('stripe', () => createStripe(env()));
}

function sessions(): SessionStore {
  return once('session-store', () => sessionStore(database(), systemClock));
}

/** The browser's own random cookie, to which proofs asked for before a sign-in are bound. */
export const browserCookie = 'cascade-browser';

/**
 * The context of one request. The front has put the caller's address and the request's id into headers that no client
 * can set. `answer` are the headers of the answer, where there is a door that can still write to them.
 */
export async function createContext(headers: Headers, answer?: Headers): Promise<Context> {
  const { CASCADE_SECRET: secret, APP_URL: appUrl } = env();
  const principal = await readSession(headers, { store: sessions(), secret, appUrl });
  const address = headers.get('x-cascade-address') ?? 'unknown';
  const browserId = readCookie(headers, hostCookieName(browserCookie, appUrl));
  return {
    ...processContext(),
    principal,
    requestId: headers.get('x-cascade-request-id') ?? systemIds.uuid(),
    caller: principal?.citizenId ?? address,
    client: { address, userAgent: headers.get('user-agent') ?? '', browserId },
    setCookie: (line) => {
      invariant(answer !== undefined, 'a page that is being drawn sets no cookies');
      answer.append('set-cookie', line);
    },
  };
}
