import { randomUUID } from 'node:crypto';
import { sessionStore } from '#server/citizens/sessions.ts';
import { createStripe } from '#server/payments/stripe/stripe-client.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import { createLimits } from '#server/platform/rate-limit.ts';
import type { Principal } from '#server/platform/session.ts';
import type { Context } from '#server/platform/trpc.ts';
import { testSecret } from './market.ts';
import { testSealing } from './sealing.ts';

export interface TestContext extends Context {
  /** The `Set-Cookie` lines of the answer so far. */
  cookies: string[];
}

/** What a door would make of a request of this principal, on a test's own database. */
export function testContext(world: { database: Database; clock: Clock }, principal: Principal | null): TestContext {
  const cookies: string[] = [];
  return {
    ...world,
    ids: systemIds,
    principal,
    requestId: randomUUID(),
    callers: { citizen: randomUUID(), address: '127.0.0.1' },
    client: { address: '127.0.0.1', userAgent: '', browserId: null },
    sessions: sessionStore(world.database, world.clock),
    setCookie: (line) => cookies.push(line),
    limits: createLimits({ clock: world.clock }),
    countCall: () => Promise.resolve(),
    mode: 'sandbox',
    stripe: createStripe({ STRIPE_SECRET_KEY: 'sk_test_nobody' }),
    appUrl: 'http://127.0.0.1',
    secret: testSecret,
    sealing: testSealing,
    cookies,
  };
}
