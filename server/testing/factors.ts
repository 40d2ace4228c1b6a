import { randomUUID } from 'node:crypto';
import { generateSync } from 'otplib';
import { securityRouter } from '#server/citizens/security-router.ts';
import { rememberCitizen } from '#server/citizens/service.ts';
import { openSession, sessionStore } from '#server/citizens/sessions.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { newSessionToken, readSessionToken } from '#server/platform/session.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import type { MovableClock } from './clock.ts';
import { testContext } from './context.ts';
import type { TestDatabase } from './database.ts';

const makeCaller = createCallerFactory(router({ security: securityRouter }));

/** A citizen in a browser: it keeps its session's token and its own cookie, as the doors hand them out. */
export interface TestBrowser {
  citizenId: string;
  token: string;
  browserId: string;
  /** Procedures with the rights the session has at this moment. */
  ask<Answer>(call: (security: ReturnType<typeof makeCaller>['security']) => Promise<Answer>): Promise<Answer>;
}

export async function testBrowser(
  world: { database: TestDatabase; clock: MovableClock },
  known: { citizenId?: string } = {},
): Promise<TestBrowser> {
  const { database, clock } = world;
  const tools = { clock, ids: systemIds };
  const username = `c_${randomUUID()}`;
  const citizenId =
    known.citizenId ??
    (await database.inTransaction(async (tx) => {
      const profile = { username, displayName: username, socialClass: null, isAi: false };
      return (await rememberCitizen(tx, { profile, ...tools })).id;
    }));
  const session = { citizenId, role: 'citizen', method: 'venice', isSecondFactor: false } as const;
  const client = { device: '', place: '' };
  const { token } = await database.inTransaction((tx) => openSession(tx, { ...session, client, ...tools }));
  const browser: TestBrowser = {
    citizenId,
    token,
    browserId: newSessionToken(),
    ask: async (call) => {
      const principal = await sessionStore(database, clock).find(browser.token);
      const context = testContext(world, principal);
      context.client.browserId = browser.browserId;
      const answer = await call(makeCaller(context).security);
      for (const line of context.cookies) {
        const cookie = line.slice(0, line.indexOf(';'));
        browser.token = (await readSessionToken(new Headers({ cookie }), context)) ?? browser.token;
      }
      return answer;
    },
  };
  return browser;
}

/** The code of an app for a moment. */
export function codeAt(secret: string, time: Date): string {
  return generateSync({ secret, epoch: Math.floor(time.getTime() / 1_000) });
}

/** An authenticator app set up in a browser; answers its secret. The clock moves on, so that the next code is new. */
export async function enrolTotp(browser: TestBrowser, clock: MovableClock): Promise<string> {
  const { secret } = await browser.ask((security) => security.startTotp());
  await browser.ask((security) => security.confirmTotp({ code: codeAt(secret, clock.now()) }));
  clock.advance(30_000);
  return secret;
}

/** `done`, the code of the refusal, or what else was thrown. */
export function codeOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'done',
    (error: unknown) => (error instanceof Error && isDomainError(error.cause) ? error.cause.code : error),
  );
}
