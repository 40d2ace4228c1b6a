import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { refreshCitizen } from '#server/citizens/service.ts';
import { notificationsOf } from '#server/citizens/notifications.ts';
import { systemIds } from '#server/platform/ids.ts';
import { storeEvent } from '#server/platform/inbox-store.ts';
import { failsLater, daySeconds, testSubscriptions } from '#server/testing/subscriptions.ts';
import { cards, testBridge } from '#server/testing/payments.ts';
import {
  reread,
  endGracePeriods,
  rereadSubscriptions,
  settleOpenSubscriptions,
  tellOutgrownSubscribers,
} from './subscription-jobs.ts';
import { prepareInvoiceRefund } from './invoice-flows.ts';
import { applySubscription, nextReading } from './subscriptions.ts';
import { fulfilSubscription, openPortal, prepareSubscription, startSubscription } from './subscription-flows.ts';

const bridge = await testBridge();
const { deps, database, sandbox } = bridge;
const subscriptions = testSubscriptions(bridge);
// Subscribers live here for more months than the books are made ahead.
await database.client.$queryRaw`SELECT ledger.ensure_partitions(24)`;
const { plan, settled, advance, subscribed } = subscriptions;

const told = async (citizenId: string) =>
  (await notificationsOf(database.client, { citizenId, limit: 50 })).items.map(({ kind }) => kind);
const text = (value: unknown) => (typeof value === 'string' ? value : '');
const income = () => bridge.house('subscription_income', 'USD');
const booked = (citizenId: string) =>
  database.client.subscriptionInvoice.findMany({
    where: { subscription: { citizenId }, state: 'paid' },
    // Stripe's times are whole seconds; ids are in the order in which we heard of them.
    orderBy: [{ issuedAt: 'asc' }, { id: 'asc' }],
    select: { amountMinor: true, stripeChargeId: true },
  });

/** Our balance at Stripe with its sign turned is the sum of everything that Stripe says moved it. */
async function agreeWithStripe(): Promise<void> {
  const listed = await deps.stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 5_000 });
  const atStripe = listed.reduce((sum, { net }) => sum + BigInt(net), 0n);
  expect(-(await bridge.house('stripe_balance', 'USD'))).toBe(atStripe);
  expect(await bridge.house('bridge', 'USD')).toBe(0n);
  await bridge.assertBooksInOrder();
}

describe('subscribing', () => {
  test('raises the tier when it is paid, and the money of the invoice is in the books to the cent', async () => {
    const before = await income();
    const { citizenId } = await subscribed('creator');
    expect(await plan(citizenId)).toMatchObject({
      tier: 'creator',
      classTier: 'observer',
      subscribedTier: 'creator',
      subscription: { standing: 'active', priceMinor: 49_900n, endsAt: null },
      invoices: [{ state: 'paid', amountMinor: 49_900n, taxMinor: 0n }],
    });
    expect((await income()) - before).toBe(49_900n);
    await agreeWithStripe();
  });

  test('nothing is given before it is paid, and an open page that is left changes nothing', async () => {
    const { citizenId } = await subscriptions.citizen();
    const { sessionId } = await subscriptions.start(citizenId);
    bridge.pay(sessionId, cards.decline);
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'observer', subscription: null, invoices: [] });
    expect(await fulfilSubscription(deps, { sessionId, citizenId })).toMatchObject({ standing: 'opened' });
    sandbox.control({ action: 'expire', session: sessionId });
    await settled();
    expect(await fulfilSubscription(deps, { sessionId, citizenId })).toMatchObject({ standing: 'expired' });
  });

  test('a tier that the class gives is not sold, nor one below it, nor a second subscription', async () => {
    const { citizenId } = await subscriptions.citizen('Cittadini');
    const refused = (tier: 'participant' | 'creator') =>
      expect(startSubscription(deps, { citizenId, tier, key: randomUUID() })).rejects.toMatchObject({
        code: 'tier_given_by_class',
      });
    await refused('participant');
    await refused('creator');
    const { citizenId: other } = await subscribed('participant');
    const again = startSubscription(deps, { citizenId: other, tier: 'creator', key: randomUUID() });
    await expect(again).rejects.toMatchObject({ code: 'already_subscribed' });
  });

  test('the same key is one page, also at once; with another tier it is refused', async () => {
    const { citizenId } = await subscriptions.citizen();
    const input = { citizenId, tier: 'creator', key: randomUUID() } as const;
    const pages = await Promise.all(Array.from({ length: 4 }, () => startSubscription(deps, input)));
    expect(new Set(pages.map(({ checkoutUrl }) => checkoutUrl)).size).toBe(1);
    const other = startSubscription(deps, { ...input, tier: 'participant' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('a new page closes the one before, so that only one subscription can be paid', async () => {
    const { citizenId } = await subscriptions.citizen();
    const first = await subscriptions.start(citizenId, 'participant');
    const second = await subscriptions.start(citizenId, 'creator');
    expect((await deps.stripe.checkout.sessions.retrieve(first.sessionId)).status).toBe('expired');
    bridge.pay(second.sessionId);
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'creator' });
  });

  test('a page that was paid on while another one was asked for counts, and no second one is opened', async () => {
    const { citizenId } = await subscriptions.citizen();
    const { sessionId } = await subscriptions.start(citizenId, 'participant');
    sandbox.control({ action: 'hold' });
    bridge.pay(sessionId);
    const second = startSubscription(deps, { citizenId, tier: 'creator', key: randomUUID() });
    await expect(second).rejects.toMatchObject({ code: 'already_subscribed' });
    expect(await plan(citizenId)).toMatchObject({ tier: 'participant' });
    sandbox.control({ action: 'release' });
    await settled();
    expect(await booked(citizenId)).toHaveLength(1);
  });
});

describe('crash points', () => {
  test.each([
    ['between the row and the customer', 'POST /v1/customers'],
    ['between the row and the page', 'POST /v1/checkout/sessions'],
  ])('%s: the same key goes on', async (_gap, route) => {
    for (const mode of ['before', 'after'] as const) {
      const { citizenId } = await subscriptions.citizen();
      const input = { citizenId, tier: 'creator', key: randomUUID() } as const;
      // The SDK tries again by itself; more faults than its tries are a dead process to us.
      sandbox.control({ action: 'fail_next', mode, count: 3, route });
      await expect(startSubscription(deps, input)).rejects.toMatchObject({ code: 'stripe_unavailable' });
      const { checkoutUrl } = await startSubscription(deps, input);
      const sessions = await deps.stripe.checkout.sessions.list({ limit: 100 });
      expect(sessions.data.filter(({ url }) => url === checkoutUrl)).toHaveLength(1);
      const customers = await deps.stripe.customers.list({ limit: 100 });
      expect(customers.data.filter(({ metadata }) => metadata['citizen_id'] === citizenId)).toHaveLength(1);
    }
  });

  test('between the page and its record: the event finds the row by its mark', async () => {
    const { citizenId } = await subscriptions.citizen();
    const { sessionId, subscriptionId } = await subscriptions.start(citizenId);
    await database.client.subscription.update({
      where: { id: subscriptionId },
      data: { state: 'started', stripeSessionId: null, checkoutUrl: null },
    });
    bridge.pay(sessionId);
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'creator', invoices: [{ state: 'paid' }] });
  });

  test('every event lost: the page after payment and the sweepers find everything', async () => {
    const { citizenId } = await subscriptions.citizen();
    const { sessionId } = await subscriptions.start(citizenId);
    sandbox.control({ action: 'drop_next', count: 50 });
    bridge.pay(sessionId);
    sandbox.control({ action: 'advance_clock', seconds: 1 });
    expect(await plan(citizenId)).toMatchObject({ tier: 'observer' });
    bridge.clock.advance(31 * 60_000);
    await settleOpenSubscriptions(deps);
    expect(await plan(citizenId)).toMatchObject({ tier: 'creator', invoices: [{ state: 'paid' }] });
    const stripeId = await subscriptions.stripeIdOf(citizenId);
    await deps.stripe.subscriptions.cancel(stripeId);
    bridge.clock.advance(25 * 3_600_000);
    await rereadSubscriptions(deps);
    expect(await plan(citizenId)).toMatchObject({ tier: 'observer', subscription: { standing: 'ended' } });
    sandbox.control({ action: 'drop_next', count: 0 });
    sandbox.control({ action: 'replay' });
    await settled();
    expect(await booked(citizenId)).toHaveLength(1);
    await agreeWithStripe();
  });
});

describe('races', () => {
  test('the webhook and the page after payment at once book one invoice and give one tier', async () => {
    const before = await income();
    const { citizenId } = await subscriptions.citizen();
    const { sessionId } = await subscriptions.start(citizenId);
    bridge.pay(sessionId);
    const work = [
      settled(),
      bridge.drain(),
      bridge.drain(),
      ...Array.from({ length: 4 }, () => fulfilSubscription(deps, { sessionId, citizenId })),
    ];
    await Promise.all(work);
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'creator', invoices: [{ state: 'paid' }] });
    expect((await income()) - before).toBe(49_900n);
    expect((await told(citizenId)).filter((kind) => kind === 'tier_changed')).toHaveLength(1);
  });

  test('events three times and in reverse order end where Stripe is', async () => {
    const { citizenId } = await subscriptions.citizen();
    const { sessionId } = await subscriptions.start(citizenId);
    sandbox.control({ action: 'hold' });
    bridge.pay(sessionId);
    sandbox.control({ action: 'advance_clock', seconds: 1 });
    const held = sandbox.events().filter(({ delivery }) => delivery?.state === 'held');
    sandbox.control({ action: 'release', order: 'reversed' });
    for (const { event } of held) sandbox.control({ action: 'resend', event: event.id, times: 2 });
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'creator', invoices: [{ state: 'paid' }] });
    expect(await booked(citizenId)).toHaveLength(1);
    await agreeWithStripe();
  });

  test('a reading that began earlier does not write over a later one', async () => {
    const { citizenId, stripeId } = await subscribed('creator');
    const early = await prepareSubscription(deps, stripeId);
    await deps.stripe.subscriptions.update(stripeId, { cancel_at_period_end: true });
    await settled();
    expect((await plan(citizenId)).subscription?.endsAt).not.toBeNull();
    if (early !== null) await database.inTransaction(early);
    expect((await plan(citizenId)).subscription?.endsAt).not.toBeNull();
  });
});

describe('the end', () => {
  test('update after deletion: whatever is heard late of a deleted subscription does not revive it', async () => {
    const { citizenId, stripeId } = await subscribed('creator');
    // Read while it was alive, written long after it was gone.
    const stale = await prepareSubscription(deps, stripeId);
    const updates = sandbox.events().filter(({ event }) => event.type.startsWith('customer.subscription.'));
    await deps.stripe.subscriptions.cancel(stripeId);
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'observer', subscription: { standing: 'ended' } });
    if (stale !== null) await database.inTransaction(stale);
    await database.client.subscription.updateMany({ where: { citizenId }, data: { reading: 0n } });
    if (stale !== null) await database.inTransaction(stale);
    for (const { event } of updates) {
      await database.client.inboxEvent.updateMany({
        where: { eventId: event.id },
        data: { state: 'received', attempts: 0, nextAttemptAt: bridge.clock.now() },
      });
    }
    await settled();
    await reread(deps, stripeId);
    expect(await plan(citizenId)).toMatchObject({ tier: 'observer', subscription: { standing: 'ended' } });
    expect((await told(citizenId)).filter((kind) => kind === 'subscription_ended')).toHaveLength(1);
  });

  test('at the end of the period the tier stays until then, and a new subscription can follow', async () => {
    const { citizenId, stripeId } = await subscribed('creator');
    await deps.stripe.subscriptions.update(stripeId, { cancel_at_period_end: true });
    await settled();
    const { subscription, tier } = await plan(citizenId);
    expect(tier).toBe('creator');
    expect(subscription?.endsAt).toEqual(subscription?.periodEnd);
    await subscriptions.intoNextPeriod(stripeId);
    expect(await plan(citizenId)).toMatchObject({
      tier: 'observer',
      subscription: { standing: 'ended', endsAt: null },
    });
    const { sessionId } = await subscriptions.start(citizenId, 'participant');
    bridge.pay(sessionId);
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'participant', subscription: { standing: 'active' } });
  });
});

describe('an invoice that fails', () => {
  test('leaves the tier for the grace period, takes it afterwards, and gives it back when it is paid', async () => {
    const { citizenId, stripeId } = await subscribed('creator');
    await subscriptions.useCard(citizenId, failsLater);
    await subscriptions.intoNextPeriod(stripeId);
    const late = await plan(citizenId);
    expect(late).toMatchObject({
      tier: 'creator',
      subscription: { standing: 'grace' },
      invoices: [{ state: 'open' }, {}],
    });
    expect(await told(citizenId)).toContain('subscription_failing');
    await advance(3 * daySeconds);
    expect((await plan(citizenId)).subscription?.graceUntil).toEqual(late.subscription?.graceUntil);
    await advance(4 * daySeconds);
    await endGracePeriods(deps);
    expect(await plan(citizenId)).toMatchObject({ tier: 'observer', subscription: { standing: 'lapsed' } });
    await subscriptions.useCard(citizenId, cards.success);
    await advance(8 * daySeconds);
    expect(await plan(citizenId)).toMatchObject({
      tier: 'creator',
      subscription: { standing: 'active', graceUntil: null },
    });
    expect(await booked(citizenId)).toHaveLength(2);
    expect((await told(citizenId)).filter((kind) => kind === 'subscription_failing')).toHaveLength(1);
  });

  test('for good ends the subscription, and nothing of it is in the books', async () => {
    const { citizenId, stripeId } = await subscribed('participant');
    await subscriptions.useCard(citizenId, failsLater);
    await subscriptions.intoNextPeriod(stripeId);
    await advance(16 * daySeconds);
    expect(await plan(citizenId)).toMatchObject({ tier: 'observer', subscription: { standing: 'ended' } });
    expect(await booked(citizenId)).toHaveLength(1);
    await agreeWithStripe();
  });
});

describe('a change', () => {
  test('of tier in the portal counts at once, and its proration is booked as it was charged', async () => {
    const { citizenId, stripeId } = await subscribed('participant');
    const { portalUrl } = await openPortal(deps, citizenId);
    const creator = await database.client.stripeObject.findFirst({ where: { purpose: 'price:creator:49900' } });
    const body = new URLSearchParams({ do: 'change', subscription: stripeId, price: creator?.stripeId ?? '' });
    await fetch(portalUrl, { method: 'POST', body, redirect: 'manual' });
    sandbox.control({ action: 'advance_clock', seconds: 1 });
    await settled();
    expect(await plan(citizenId)).toMatchObject({ tier: 'creator', subscription: { priceMinor: 49_900n } });
    expect((await booked(citizenId)).map(({ amountMinor }) => amountMinor)).toEqual([14_900n, 35_000n]);
    await subscriptions.intoNextPeriod(stripeId);
    expect((await booked(citizenId)).map(({ amountMinor }) => amountMinor)).toEqual([14_900n, 35_000n, 49_900n]);
    await agreeWithStripe();
  });

  test('to a higher tier gives it only once its difference is paid; until then the tier before it is in its grace', async () => {
    const { citizenId, stripeId } = await subscribed('participant');
    await subscriptions.useCard(citizenId, failsLater);
    const { portalUrl } = await openPortal(deps, citizenId);
    const dear = await database.client.stripeObject.findFirst({ where: { purpose: 'price:enterprise:249900' } });
    const body = new URLSearchParams({ do: 'change', subscription: stripeId, price: dear?.stripeId ?? '' });
    await fetch(portalUrl, { method: 'POST', body, redirect: 'manual' });
    await settled();
    expect(await plan(citizenId)).toMatchObject({
      tier: 'participant',
      subscription: { standing: 'grace', tier: 'participant', priceMinor: 14_900n },
      invoices: [{ state: 'open', amountMinor: 235_000n }, { state: 'paid' }],
    });
    await subscriptions.useCard(citizenId, cards.success);
    await advance(3 * daySeconds + 60);
    expect(await plan(citizenId)).toMatchObject({
      tier: 'enterprise',
      subscription: { standing: 'active', tier: 'enterprise', priceMinor: 249_900n },
    });
    await agreeWithStripe();
  });

  test('to a higher tier gives nothing while its difference is on its way from a bank, and is given by its invoice alone', async () => {
    const { citizenId, stripeId } = await subscribed('participant');
    const { portalUrl } = await openPortal(deps, citizenId);
    const dear = await database.client.stripeObject.findFirst({ where: { purpose: 'price:enterprise:249900' } });
    const body = new URLSearchParams({ do: 'change', subscription: stripeId, price: dear?.stripeId ?? '' });
    sandbox.control({ action: 'hold' });
    await fetch(portalUrl, { method: 'POST', body, redirect: 'manual' });
    // The sandbox's cards pay at once; a bank's debit leaves the subscription active and its invoice open for days.
    const row = await database.client.subscription.findFirstOrThrow({ where: { citizenId } });
    const facts = {
      ...{ stripeSubscriptionId: stripeId, tier: 'enterprise' as const, priceMinor: 249_900n },
      ...{ periodEnd: row.periodEnd ?? bridge.clock.now(), startedAt: row.startedAt ?? bridge.clock.now() },
      ...{ endsAt: null, endedAt: null, failingSince: bridge.clock.now() },
    };
    const hear = (status: string) =>
      database.inTransaction(async (tx) => {
        const reading = await nextReading(tx);
        await applySubscription(tx, deps, { subscriptionId: row.id, reading, facts: { ...facts, status } });
      });
    const before = { tier: 'participant', priceMinor: 14_900n };
    await hear('active');
    expect(await plan(citizenId)).toMatchObject({
      tier: 'participant',
      subscription: { standing: 'active', ...before },
    });
    await hear('past_due');
    expect(await plan(citizenId)).toMatchObject({
      tier: 'participant',
      subscription: { standing: 'grace', ...before },
    });
    const paid = sandbox.events().findLast(({ event }) => event.type === 'invoice.paid')?.event;
    const heard = { source: 'stripe', eventId: paid?.id ?? '', type: 'invoice.paid', payload: JSON.stringify(paid) };
    await storeEvent({ ...deps, clock: bridge.clock }, { ...heard, objectId: null });
    await bridge.drain();
    expect(await plan(citizenId)).toMatchObject({ tier: 'enterprise', subscription: { standing: 'active' } });
    sandbox.control({ action: 'release' });
    await settled();
    await agreeWithStripe();
  });

  test('of class while subscribed is told once, and the citizen may cancel', async () => {
    const { citizenId, username } = await subscriptions.citizen();
    const { sessionId } = await subscriptions.start(citizenId, 'participant');
    bridge.pay(sessionId);
    await settled();
    await tellOutgrownSubscribers(deps, { after: null });
    expect(await told(citizenId)).not.toContain('subscription_outgrown');
    const profile = { username, displayName: username, socialClass: 'Popolani', isAi: false };
    await database.inTransaction((tx) => refreshCitizen(tx, { profile, clock: bridge.clock, ids: systemIds }));
    await tellOutgrownSubscribers(deps, { after: null });
    await tellOutgrownSubscribers(deps, { after: null });
    expect((await told(citizenId)).filter((kind) => kind === 'subscription_outgrown')).toHaveLength(1);
    expect(await plan(citizenId)).toMatchObject({ tier: 'participant', classTier: 'participant' });
    await expect(openPortal(deps, citizenId)).resolves.toHaveProperty('portalUrl');
  });
});

describe('a refund of an invoice', () => {
  test('is booked once, in parts and whole, and comes back when its bank refuses it', async () => {
    const { citizenId } = await subscribed('participant');
    const before = await income();
    const [invoice] = await booked(citizenId);
    const charge = invoice?.stripeChargeId ?? '';
    await deps.stripe.refunds.create({ charge, amount: 4_900 });
    await settled();
    expect((await income()) - before).toBe(-4_900n);
    const { id } = await deps.stripe.refunds.create({ charge });
    await settled();
    expect((await income()) - before).toBe(-14_900n);
    sandbox.control({ action: 'fail_refund', refund: id });
    await settled();
    expect((await income()) - before).toBe(-4_900n);
    expect((await plan(citizenId)).invoices).toMatchObject([{ refundedMinor: 4_900n }]);
    await agreeWithStripe();
  });

  test('of which we hear before we hear of the invoice books the invoice first', async () => {
    const { citizenId } = await subscriptions.citizen();
    const { sessionId } = await subscriptions.start(citizenId, 'participant');
    sandbox.control({ action: 'hold' });
    bridge.pay(sessionId);
    const { invoice: invoiceId } = await deps.stripe.checkout.sessions.retrieve(sessionId);
    const payments = await deps.stripe.invoicePayments.list({ invoice: text(invoiceId) });
    const intent = text(payments.data[0]?.payment.payment_intent);
    const { id } = await deps.stripe.refunds.create({ payment_intent: intent, amount: 4_900 });
    const effect = await prepareInvoiceRefund(deps, id);
    expect(effect).not.toBeNull();
    if (effect !== null) await database.inTransaction(effect);
    expect((await plan(citizenId)).invoices).toMatchObject([{ amountMinor: 14_900n, refundedMinor: 4_900n }]);
    sandbox.control({ action: 'release', order: 'reversed' });
    await settled();
    expect((await plan(citizenId)).invoices).toMatchObject([{ amountMinor: 14_900n, refundedMinor: 4_900n }]);
    await agreeWithStripe();
  });
});

test('somebody else’s session is not found, and a portal needs a subscriber', async () => {
  const { sessionId } = await subscribed('participant');
  const { citizenId } = await subscriptions.citizen();
  const foreign = fulfilSubscription(deps, { sessionId, citizenId });
  await expect(foreign).rejects.toMatchObject({ kind: 'not_found', code: 'subscription_not_found' });
  await expect(openPortal(deps, citizenId)).rejects.toMatchObject({ code: 'subscription_not_found' });
});
