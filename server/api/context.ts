import type Stripe from 'stripe';
import { takeApiCall } from '#server/citizens/api-usage.ts';
import { sessionStore } from '#server/citizens/sessions.ts';
import { createStripe } from '#server/payments/stripe/stripe-client.ts';
import { readBrowserId } from '#server/platform/browser-cookie.ts';
import { systemClock } from '#server/platform/clock.ts';
import { database } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { authenticateHeader } from '#server/platform/http.ts';
import { systemIds } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { log } from '#server/platform/log.ts';
import { once } from '#server/platform/once.ts';
import { createLimits, type Limits } from '#server/platform/rate-limit.ts';
import { classesTimes } from '#server/platform/rate-limit-classes.ts';
import { requestLimits, type RequestLimits } from '#server/platform/rate-limit-request.ts';
import type { OnSharing } from '#server/platform/rate-limit-watch.ts';
import { createSealing, sealingKeys, type Sealing } from '#server/platform/sealing.ts';
import { readSession, type Principal, type SessionStore } from '#server/platform/session.ts';
import type { Context } from '#server/platform/trpc.ts';
import { readBearer } from './bearer.ts';

/** What all requests of this process share. */
export type ProcessContext = Omit<
  Context,
  'principal' | 'requestId' | 'callers' | 'client' | 'setCookie' | 'countCall'
>;

/** The shared parts, made on first use from the settings. */
export function processContext(): ProcessContext {
  return {
    database: database(),
    clock: systemClock,
    ids: systemIds,
    limits: limits(),
    sessions: sessions(),
    stripe: stripe(),
    mode: env().CASCADE_MODE,
    appUrl: env().APP_URL,
    secret: env().CASCADE_SECRET,
    sealing: sealing(),
  };
}

/** The rate limits of this process. */
export function limits(): Limits {
  return once('limits', () => {
    const { REDIS_URL: redisUrl, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env();
    const upstash = url === undefined || token === undefined ? undefined : { url, token };
    const classes = classesTimes(env().RATE_LIMIT_TIMES);
    return createLimits({ redisUrl, upstash, classes, clock: systemClock, onSharing: tellSharing });
  });
}

const tellSharing: OnSharing = ({ isShared, reason }) => {
  if (isShared) log().info({ reason }, 'rate limits are shared between processes again');
  else log().warn({ reason }, 'rate limits: without Redis this process counts for itself');
};

function sealing(): Sealing {
  return once('sealing', () => createSealing(sealingKeys(env().FIELD_KEYS, env().CASCADE_SECRET)));
}

function stripe(): Stripe {
  return once('stripe', () => createStripe(env()));
}

function sessions(): SessionStore {
  return once('session-store', () => sessionStore(database(), systemClock));
}

interface DoorOfContext {
  answer?: Headers;
  limits?: RequestLimits;
}

/**
 * The context of one request. The front has put the caller's address and the request's id into headers that no client
 * can set. A door gives the headers of its answer, where it can still write to them, and the limits it tells of.
 */
export async function createContext(headers: Headers, door: DoorOfContext = {}): Promise<Context> {
  const { appUrl } = processContext();
  const taken = door.limits ?? requestLimits(limits());
  const address = headers.get('x-cascade-address') ?? 'unknown';
  const { principal, credential } = await whoAsks(headers, { ...door, limits: taken, address });
  return {
    ...processContext(),
    limits: taken,
    countCall: () => countCall(principal, taken),
    principal,
    requestId: headers.get('x-cascade-request-id') ?? systemIds.uuid(),
    callers: { citizen: principal?.citizenId, credential, address },
    client: { address, userAgent: headers.get('user-agent') ?? '', browserId: readBrowserId(headers, appUrl) },
    setCookie: (line) => {
      invariant(door.answer !== undefined, 'a page that is being drawn sets no cookies');
      door.answer.append('set-cookie', line);
    },
  };
}

async function countCall(principal: Principal | null, taken: RequestLimits): Promise<void> {
  if (principal === null || principal.credentialRights === null) return;
  await taken.also(() => takeApiCall({ database: database(), clock: systemClock }, principal.citizenId));
}

interface Asked {
  principal: Principal | null;
  /** Names the token or the credential that the request was made with, without giving it away. */
  credential?: string;
}

/**
 * By the `Authorization` header where there is one, and then by nothing else; otherwise by the cookie. What is refused
 * here reaches no procedure that would count it, so it is counted by its address.
 */
async function whoAsks(headers: Headers, door: DoorOfContext & { limits: Limits; address: string }): Promise<Asked> {
  const { CASCADE_SECRET: secret, APP_URL: appUrl } = env();
  const authorization = headers.get('authorization');
  if (authorization === null) return { principal: await readSession(headers, { store: sessions(), secret, appUrl }) };
  try {
    return await readBearer(authorization);
  } catch (error) {
    await door.limits.take('read', { address: door.address });
    const challenge = authenticateHeader(asRefusal(error));
    if (challenge !== null) door.answer?.set('www-authenticate', challenge);
    throw error;
  }
}
