import { randomUUID } from 'node:crypto';
import { rememberCitizen } from '#server/citizens/service.ts';
import { startSubscription } from '#server/payments/subscriptions/subscription-flows.ts';
import { planOf } from '#server/payments/subscriptions/subscription-queries.ts';
import type { PlanView, SoldTier } from '#server/payments/subscriptions/subscription-schema.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { StripeSandbox } from '#server/sandbox/stripe/server.ts';
import { cards, type TestBridge } from './payments.ts';

export const failsLater = '4000000000000341';
export const daySeconds = 86_400;

/** Subscriptions over a test's own bridge: its books and its sandbox move through time together. */
export interface TestSubscriptions {
  /** A citizen of a class; `Facchini` gives the lowest tier. */
  citizen: (socialClass?: string, username?: string) => Promise<{ citizenId: string; username: string }>;
  start: (citizenId: string, tier?: SoldTier) => Promise<{ sessionId: string; subscriptionId: string }>;
  /** Subscribed, paid and everything heard of it. */
  subscribed: (tier?: SoldTier) => Promise<{ citizenId: string; sessionId: string; stripeId: string }>;
  plan: (citizenId: string) => Promise<PlanView>;
  /** Every event that is to be delivered has arrived and was handled. */
  settled: () => Promise<void>;
  /** Moves both clocks, then settles. */
  advance: (seconds: number) => Promise<void>;
  /** From now to an hour after the end of the present period, when its invoice is tried. */
  intoNextPeriod: (stripeId: string) => Promise<void>;
  stripeIdOf: (citizenId: string) => Promise<string>;
  /** Gives the subscriber another card by the portal. */
  useCard: (citizenId: string, card: string) => Promise<void>;
}

const looksMax = 5_000;

/** The ids of all events that are on their way or have arrived. */
function sentEvents(sandbox: StripeSandbox): string[] {
  const kept = ['held', 'dropped', 'given_up'];
  const sent = sandbox.events().filter(({ delivery }) => !kept.includes(delivery?.state ?? 'held'));
  return sent.map(({ event }) => event.id);
}

export function testSubscriptions(bridge: TestBridge): TestSubscriptions {
  const { deps, sandbox, clock, database } = bridge;
  const citizen = async (socialClass = 'Facchini', username = `c_${randomUUID()}`) => {
    const profile = { username, displayName: username, socialClass, isAi: false };
    const { id } = await database.inTransaction((tx) => rememberCitizen(tx, { profile, clock, ids: systemIds }));
    return { citizenId: id, username };
  };
  const start = async (citizenId: string, tier: SoldTier = 'creator') => {
    const started = await startSubscription(deps, { citizenId, tier, key: randomUUID() });
    const sessionId = new URL(started.checkoutUrl).pathname.split('/').at(-1) ?? '';
    return { sessionId, subscriptionId: started.subscriptionId };
  };
  const settled = async () => {
    // An event that happened again for the same object is told from the first one by its id alone.
    let missing = sentEvents(sandbox);
    for (let look = 0; missing.length > 0 && look < looksMax; look += 1) {
      const where = { eventId: { in: missing } };
      const arrived = await database.client.inboxEvent.findMany({ where, select: { eventId: true } });
      missing = missing.filter((id) => arrived.every(({ eventId }) => eventId !== id));
    }
    await bridge.drain();
    const failed = await database.client.inboxEvent.findFirst({ where: { state: 'failed' } });
    if (failed !== null) throw new Error(`${failed.type} could not be handled: ${failed.lastError ?? ''}`);
  };
  const advance = async (seconds: number) => {
    clock.advance(seconds * 1_000);
    sandbox.control({ action: 'advance_clock', seconds });
    await settled();
  };
  const stripeIdOf = async (citizenId: string) => {
    const row = await database.client.subscription.findFirstOrThrow({
      where: { citizenId, stripeSubscriptionId: { not: null } },
      orderBy: { id: 'desc' },
    });
    return row.stripeSubscriptionId ?? '';
  };
  return {
    citizen,
    start,
    settled,
    advance,
    stripeIdOf,
    plan: (citizenId) => planOf(database.client, { citizenId, now: clock.now() }),
    subscribed: async (tier = 'creator') => {
      const { citizenId } = await citizen();
      const { sessionId } = await start(citizenId, tier);
      bridge.pay(sessionId, cards.success);
      sandbox.control({ action: 'advance_clock', seconds: 0 });
      await settled();
      return { citizenId, sessionId, stripeId: await stripeIdOf(citizenId) };
    },
    intoNextPeriod: async (stripeId) => {
      const { items } = await deps.stripe.subscriptions.retrieve(stripeId);
      const { now } = sandbox.control({ action: 'status' });
      await advance((items.data[0]?.current_period_end ?? 0) - now + 3_700);
    },
    useCard: async (citizenId, card) => {
      const made = await database.client.stripeObject.findFirstOrThrow({ where: { citizenId } });
      const features = { payment_method_update: { enabled: true } };
      const { id } = await deps.stripe.billingPortal.configurations.create({ features });
      const session = await deps.stripe.billingPortal.sessions.create({
        customer: made.stripeId ?? '',
        configuration: id,
      });
      const body = new URLSearchParams({ do: 'card', cardNumber: card, cardExpiry: '12 / 60' });
      await fetch(session.url, { method: 'POST', body, redirect: 'manual' });
      await settled();
    },
  };
}
