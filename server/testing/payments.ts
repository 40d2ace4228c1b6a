import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type Stripe from 'stripe';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import type { TrustLevel, TrustStanding } from '#server/citizens/trust-rules.ts';
import { findAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import type { AccountKind } from '#server/ledger/kinds.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import type { DisputeDeps } from '#server/payments/disputes/dispute-flows.ts';
import { startTopUp, type StartDeps } from '#server/payments/flows.ts';
import type { TopUpChoice } from '#server/payments/schema.ts';
import { createStripe } from '#server/payments/stripe/stripe-client.ts';
import { handleStripeEvent } from '#server/payments/stripe/stripe-events.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';
import { stripeWebhook } from '#server/payments/stripe/webhook.ts';
import type { Asset } from '#server/money/money.ts';
import { disputedOrders } from '#server/market/orders/disputed-orders.ts';
import { systemIds } from '#server/platform/ids.ts';
import { drainInbox, type DrainReport } from '#server/platform/inbox.ts';
import { sendWebResponse, toWebRequest } from '#server/platform/node-http.ts';
import { once } from '#server/platform/once.ts';
import { startStripeSandbox, type StripeSandbox } from '#server/sandbox/stripe/server.ts';
import { movableClock, type MovableClock } from './clock.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { webhookSecret } from './stripe-signature.ts';
import { plainCitizen } from './trust.ts';

export { signed, webhookSecret } from './stripe-signature.ts';

/** A card bridge of its own for one test file: real database, the real SDK, a real sandbox over HTTP. */
export interface TestBridge {
  readonly database: TestDatabase;
  readonly sandbox: StripeSandbox;
  readonly clock: MovableClock;
  readonly deps: StartDeps & DisputeDeps;
  /** Posts to the webhook door over HTTP. */
  readonly webhookUrl: string;
  /** A citizen who may buy; an operator set their trust level, 3 by default. Null: they stand where the facts put them. */
  citizen(level?: Exclude<TrustLevel, 4> | null): Promise<string>;
  /** Makes the books obey where the citizen stands now, as the worker does. */
  refreshTrust(citizenId: string): Promise<TrustStanding | null>;
  start(choice?: TopUpChoice, citizenId?: string): Promise<OpenTopUp>;
  /** Pays at the sandbox; the card decides how it ends. */
  pay(sessionId: string, card?: string): void;
  /** Resolves when the door has answered an event of this type about this object, also in the past. */
  delivered(type: string, objectId: string): Promise<void>;
  /** What the worker does, until nothing is due. */
  drain(): Promise<DrainReport>;
  balance(owner: string, kind: AccountKind, asset: Asset): Promise<bigint>;
  house(kind: AccountKind, asset: Asset): Promise<bigint>;
  assertBooksInOrder(): Promise<void>;
}

export interface OpenTopUp {
  citizenId: string;
  topUpId: string;
  sessionId: string;
  checkoutUrl: string;
  key: string;
}

export const starter: TopUpChoice = { kind: 'package', packageId: 'starter' };
export const cards = { success: '4242424242424242', decline: '4000000000000002' } as const;

export interface BridgeOptions {
  balanceDelayMs?: number;
  /** What Stripe's dashboard has switched on; cards where it is not said. */
  paymentMethods?: readonly ('card' | 'us_bank_account')[];
}

export async function testBridge(options: BridgeOptions = {}): Promise<TestBridge> {
  once('log', () => pino({ level: 'silent' }));
  const database = await testDatabase({ connectionsMax: 20 });
  const clock = movableClock(new Date());
  const sandbox = await startStripeSandbox({
    webhookSecret,
    balanceDelayMs: 0,
    ...options,
    retryBaseMs: 20,
  });
  const stripe = createStripe({ STRIPE_SECRET_KEY: 'sk_test_bridge', STRIPE_API_URL: sandbox.url });
  const deps: StartDeps & DisputeDeps = {
    disputedOrders,
    database,
    stripe,
    clock,
    ids: systemIds,
    appUrl: 'http://127.0.0.1:3000',
    secret: 'a secret of at least thirty-two characters',
  };
  const citizen = (level: Exclude<TrustLevel, 4> | null = 3) =>
    database.inTransaction((tx) => plainCitizen(tx, { clock, ...(level === null ? {} : { level }) }));
  const door = await webhookDoor(deps);
  sandbox.control({ action: 'webhook_url', url: door.url });
  afterAll(async () => {
    await sandbox.close();
    await door.close();
  });
  return {
    database,
    sandbox,
    clock,
    deps,
    webhookUrl: door.url,
    citizen,
    refreshTrust: (citizenId) => refreshTrustOf(deps, { citizenId, enforce: enforceStanding }),
    start: async (choice = starter, citizenId) => start(deps, choice, citizenId ?? (await citizen())),
    pay: (sessionId, card = cards.success) => {
      sandbox.control({ action: 'pay', session: sessionId, card });
    },
    delivered: door.delivered,
    drain: () => {
      // The door stamps events with real time; the worker must not live before them.
      if (clock.now() < new Date()) clock.set(new Date());
      return drainAll(deps);
    },
    balance: (owner, kind, asset) => balance(database, { owner, kind, asset }),
    house: async (kind, asset) => (await accountBalance(database.client, systemAccountId(kind, asset))).balanceMinor,
    assertBooksInOrder: async () => {
      const report = await checkLedger(database.client);
      if (!report.ok) throw new Error(`the books are not in order: ${JSON.stringify(report.findings, bigintText)}`);
    },
  };
}

function bigintText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

async function start(deps: StartDeps, choice: TopUpChoice, citizenId: string): Promise<OpenTopUp> {
  const key = randomUUID();
  const { checkoutUrl, topUpId } = await startTopUp(deps, { citizenId, choice, key });
  const sessionId = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
  return { citizenId, topUpId, sessionId, checkoutUrl, key };
}

async function balance(
  database: TestDatabase,
  key: { owner: string; kind: AccountKind; asset: Asset },
): Promise<bigint> {
  const accountId = await findAccount(database.client, key);
  return accountId === null ? 0n : (await accountBalance(database.client, accountId)).balanceMinor;
}

async function drainAll(deps: DisputeDeps): Promise<DrainReport> {
  const total: DrainReport = { claimed: 0, handled: 0, ignored: 0, failed: 0 };
  for (;;) {
    const handler = (event: Parameters<typeof handleStripeEvent>[1]) => handleStripeEvent(deps, event);
    const report = await drainInbox(deps, { source: 'stripe', handler, limit: 50 });
    if (report.claimed === 0) return total;
    total.claimed += report.claimed;
    total.handled += report.handled;
    total.ignored += report.ignored;
    total.failed += report.failed;
  }
}

interface Door {
  url: string;
  delivered: (type: string, objectId: string) => Promise<void>;
  close(): Promise<void>;
}

/** The webhook door behind a real HTTP server. */
async function webhookDoor(deps: StartDeps): Promise<Door> {
  const seen = new Set<string>();
  const waiting = new Map<string, () => void>();
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await toWebRequest(incoming, 'http://127.0.0.1', 1_048_576);
      const body = await request.clone().text();
      // A webhook's signature is of real time, whatever the test's clock says.
      const clock = { now: () => new Date() };
      const response = await stripeWebhook(request, { ...deps, clock, webhookSecret, mode: 'sandbox' });
      await sendWebResponse(outgoing, response);
      if (response.status === 200) note(body);
    })();
  });
  const note = (body: string) => {
    const event = JSON.parse(body) as Stripe.EventBase & { data: { object: { id: string } } };
    const name = `${event.type} ${event.data.object.id}`;
    seen.add(name);
    waiting.get(name)?.();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}/api/webhooks/stripe`,
    delivered: (type, objectId) =>
      new Promise((resolve) => {
        const name = `${type} ${objectId}`;
        if (seen.has(name)) resolve();
        else waiting.set(name, resolve);
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The body of an event as Stripe sends it. */
export function eventBody(type: string, object: object, overrides: object = {}): string {
  const event = {
    id: `evt_${randomUUID().replaceAll('-', '')}`,
    object: 'event',
    type,
    livemode: false,
    data: { object },
  };
  return JSON.stringify({ ...event, ...overrides }, null, 2);
}
