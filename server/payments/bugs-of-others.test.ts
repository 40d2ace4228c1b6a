import type Stripe from 'stripe';
import { expect, test } from 'vitest';
import { cancelOrder, openDispute, resolveDispute } from '#server/market/orders/order-steps.ts';
import { claimDue, drainInbox } from '#server/platform/inbox.ts';
import { replayEvent } from '#server/platform/inbox-reading.ts';
import { dyingAt, testCashOuts } from '#server/testing/cash-out.ts';
import { ordersOf } from '#server/testing/dollars/dollar-world.ts';
import { eventBody, signed, webhookSecret, type OpenTopUp } from '#server/testing/payments.ts';
import { testRefunds } from '#server/testing/refunds.ts';
import { testSubscriptions } from '#server/testing/subscriptions.ts';
import { advanceCashOut } from '#server/payments/cash-outs/cash-out-flows.ts';
import { workOnCashOuts } from '#server/payments/cash-outs/cash-out-jobs.ts';
import { approveCashOut } from '#server/payments/cash-outs/cash-outs.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { fulfil } from './flows.ts';
import { refundTopUp } from '#server/payments/refunds/refund-flows.ts';
import { handleStripeEvent } from '#server/payments/stripe/stripe-events.ts';
import { prepareSubscription } from '#server/payments/subscriptions/subscription-flows.ts';

/** What other shops got wrong with their card bridges, one test for each: knocked at from outside, on real books. */

const world = await testCashOuts();
const { bridge, deps } = world;
const { database, clock, sandbox } = bridge;
const { client } = database;
const orders = ordersOf(world);
const refunds = testRefunds(bridge);
const subscriptions = testSubscriptions(bridge);
const starterMinor = 100_00n;
const minuteMs = 60_000;
await world.fillHouse();

/** Knocks at the webhook's door as Stripe does; answers with the status and the refusal's code. */
async function knock(body: string, header = signed(body)): Promise<{ status: number; code: string | undefined }> {
  const headers = { 'stripe-signature': header, 'content-type': 'application/json; charset=utf-8' };
  const response = await fetch(bridge.webhookUrl, { method: 'POST', headers, body });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

const accepted = { status: 200, code: undefined };
const storedEvents = () => client.inboxEvent.count();
const idOf = (body: string) => (JSON.parse(body) as { id: string }).id;
const eventOf = (body: string) => client.inboxEvent.findFirst({ where: { eventId: idOf(body) } });

/** A top-up that is paid at Stripe, and of which no event arrives but those that the test sends. */
async function paidUnheard(): Promise<OpenTopUp & { body: string }> {
  sandbox.control({ action: 'hold' });
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  return { ...topUp, body: eventBody('checkout.session.completed', { id: topUp.sessionId }) };
}

/** The ducats are there once, and so are the fact, the word to others and the dollars. */
async function assertCreditedOnce({ citizenId, topUpId }: OpenTopUp): Promise<void> {
  expect(await bridge.balance(citizenId, 'wallet', 'DUCAT')).toBe(starterMinor);
  const { state, stripeChargeId } = await client.topUp.findUniqueOrThrow({ where: { id: topUpId } });
  expect(state).toBe('credited');
  expect(await client.outboxEvent.count({ where: { type: 'top_up.credited', subject: topUpId } })).toBe(1);
  expect(await client.stripeFact.count({ where: { sourceId: stripeChargeId ?? '' } })).toBe(1);
  expect(await client.trustEvent.count({ where: { citizenId, kind: 'purchase' } })).toBe(1);
  await bridge.assertBooksInOrder();
}

async function drained(): Promise<void> {
  expect((await bridge.drain()).failed).toBe(0);
}

test('retry credits twice: an event that Stripe repeats, and that an operator replays, credits once', async () => {
  const topUp = await paidUnheard();
  expect(await knock(topUp.body)).toEqual(accepted);
  await drained();
  const retries = await Promise.all([1, 2, 3].map(() => knock(topUp.body)));
  expect(retries).toEqual([accepted, accepted, accepted]);
  expect(await client.inboxEvent.count({ where: { objectId: topUp.sessionId } })).toBe(1);
  const event = await eventOf(topUp.body);
  await database.inTransaction((tx) => replayEvent(tx, deps, event?.id ?? ''));
  expect(await bridge.drain()).toMatchObject({ handled: 1, failed: 0 });
  await assertCreditedOnce(topUp);
});

test('two handlers for one fact: every event that tells of one payment together credits it once', async () => {
  const topUp = await paidUnheard();
  const session = await deps.stripe.checkout.sessions.retrieve(topUp.sessionId, { expand: ['payment_intent'] });
  const intent = session.payment_intent as Stripe.PaymentIntent & { latest_charge: string };
  const told: [type: string, id: string][] = [
    ['checkout.session.completed', topUp.sessionId],
    ['checkout.session.async_payment_succeeded', topUp.sessionId],
    ['payment_intent.succeeded', intent.id],
    ['charge.succeeded', intent.latest_charge],
    ['charge.updated', intent.latest_charge],
    ['checkout.session.completed', topUp.sessionId],
  ];
  const bodies = told.map(([type, id]) => eventBody(type, { id }));
  for (const body of bodies) expect(await knock(body)).toEqual(accepted);
  await Promise.all([drained(), drained(), drained()]);
  const { length } = bodies;
  const ids = bodies.map(idOf);
  expect(
    await client.inboxEvent.count({ where: { eventId: { in: ids }, state: { in: ['handled', 'ignored'] } } }),
  ).toBe(length);
  await assertCreditedOnce(topUp);
});

test('event-id stored before the effect: a worker that dies in between leaves an event that is still due', async () => {
  const handler = (event: Parameters<typeof handleStripeEvent>[1]) => handleStripeEvent(bridge.deps, event);
  const deaths: Record<string, () => Promise<unknown>> = {
    'after it was claimed': () =>
      database.inTransaction((tx) => claimDue(tx, { source: 'stripe', limit: 50, now: clock.now() })),
    'before its effect': () =>
      drainInbox({ ...deps, database: dyingAt(database, 2) }, { source: 'stripe', handler, limit: 50 }),
    'in its effect': () => {
      const dies: typeof handler = async (event) => {
        const outcome = await handler(event);
        if (outcome.state === 'ignored') return outcome;
        const effect: typeof outcome.effect = async (tx) => {
          await outcome.effect?.(tx);
          throw new Error('killed');
        };
        return { ...outcome, effect };
      };
      return drainInbox(deps, { source: 'stripe', handler: dies, limit: 50 });
    },
  };
  for (const [when, die] of Object.entries(deaths)) {
    const topUp = await paidUnheard();
    expect(await knock(topUp.body), when).toEqual(accepted);
    if (clock.now() < new Date()) clock.set(new Date());
    await die();
    expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT'), when).toBe(0n);
    expect((await eventOf(topUp.body))?.handledAt, when).toBeNull();
    expect(await knock(topUp.body), 'Stripe tries again').toEqual(accepted);
    clock.advance(60 * minuteMs);
    await drained();
    await assertCreditedOnce(topUp);
  }
});

test('400 to unknown types: types that mean nothing here are taken, kept and ignored, whatever they carry', async () => {
  const bodies = [
    eventBody('mandate.updated', { id: 'mandate_1' }),
    eventBody('balance.available', { object: 'balance', available: [] }),
    eventBody('a.type.of.the.year.2031', { id: 'new_1', nested: { deep: [1, null, 'ü'] } }),
    eventBody('checkout.session.of_another_kind', { id: 'cs_test_1' }),
  ];
  for (const body of bodies) expect(await knock(body)).toEqual(accepted);
  await drained();
  for (const body of bodies) expect(await eventOf(body)).toMatchObject({ state: 'ignored', payload: body });
});

test('body parsed before verification: the signature is of the bytes, and nothing unsigned is even read', async () => {
  const topUp = await paidUnheard();
  const before = await storedEvents();
  const { id } = JSON.parse(topUp.body) as { id: string };
  const odd = `{"object" : "event",\r\n\t"livemode":false, "id":"${id}","type":"checkout.session.completed","x":1.0,
    "data":{"object":{"name":"Caf\\u00e9 \\/ Caffè","id":"${topUp.sessionId}"}}}\n`;
  const reserialised = JSON.stringify(JSON.parse(odd));
  const refused = { status: 400, code: 'signature_invalid' };
  expect(await knock(reserialised, signed(odd))).toEqual(refused);
  expect(await knock('this is {no} JSON', signed(odd))).toEqual(refused);
  expect(await knock('{"object":"event"}', signed(odd))).toEqual(refused);
  expect(await storedEvents()).toBe(before);
  expect(await knock(odd, signed(odd))).toEqual(accepted);
  expect(await eventOf(odd)).toMatchObject({ payload: odd });
  await drained();
  await assertCreditedOnce(topUp);
});

test('secret of the wrong endpoint: what another endpoint’s secret signed stores and credits nothing', async () => {
  const topUp = await paidUnheard();
  const before = await storedEvents();
  for (const secret of ['whsec_of_the_other_endpoint', '', `${webhookSecret} `, webhookSecret.slice(0, -1)]) {
    const answer = await knock(topUp.body, signed(topUp.body, { secret }));
    expect(answer, secret).toEqual({ status: 400, code: 'signature_invalid' });
  }
  await drained();
  expect([await storedEvents(), await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')]).toEqual([before, 0n]);
  // While a secret is exchanged, Stripe signs with the old one and the new one.
  const both = `${signed(topUp.body, { secret: 'whsec_old' })},${signed(topUp.body).split(',')[1] ?? ''}`;
  expect(await knock(topUp.body, both)).toEqual(accepted);
  await drained();
  await assertCreditedOnce(topUp);
});

test('update after deletion: a deleted subscription stays deleted, whatever is heard of it later', async () => {
  sandbox.control({ action: 'release' });
  const { citizenId, stripeId } = await subscriptions.subscribed('creator');
  // A worker has read it while it was alive, and is slow to write.
  const stale = await prepareSubscription(deps, stripeId);
  expect(stale).not.toBeNull();
  sandbox.control({ action: 'hold' });
  await deps.stripe.subscriptions.update(stripeId, { cancel_at_period_end: true });
  await deps.stripe.subscriptions.cancel(stripeId);
  sandbox.control({ action: 'release', order: 'reversed' });
  await subscriptions.settled();
  const ended = { tier: 'observer', subscription: { standing: 'ended' } };
  expect(await subscriptions.plan(citizenId)).toMatchObject(ended);
  if (stale !== null) await database.inTransaction(stale);
  expect(await subscriptions.plan(citizenId)).toMatchObject(ended);
  // Also where nobody knows any more which of two readings was the later one.
  await client.subscription.updateMany({ where: { citizenId }, data: { reading: 0n } });
  if (stale !== null) await database.inTransaction(stale);
  expect(await subscriptions.plan(citizenId)).toMatchObject(ended);
  for (const type of ['updated', 'resumed', 'created']) {
    const body = eventBody(`customer.subscription.${type}`, { id: stripeId, status: 'active' });
    expect(await knock(body)).toEqual(accepted);
  }
  await drained();
  expect(await subscriptions.plan(citizenId)).toMatchObject(ended);
});

test('success page races webhook: whoever comes first, and at once, the payment is credited once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const topUp = await paidUnheard();
    const { sessionId, citizenId } = topUp;
    expect(await knock(topUp.body)).toEqual(accepted);
    const page = () => fulfil(deps, { sessionId, citizenId });
    const [first, second, third] = await Promise.all([page(), page(), page(), drained(), drained()]);
    expect([first.state, second.state, third.state]).toEqual(['credited', 'credited', 'credited']);
    await assertCreditedOnce(topUp);
  }
});

const rowOf = (id: string) => client.cashOut.findUniqueOrThrow({ where: { id } });

async function approved(ducatsMinor: bigint) {
  const seller = await world.seller();
  const id = await world.request(seller, ducatsMinor);
  const operatorId = await world.operator();
  await database.inTransaction((tx) => approveCashOut(tx, deps, { cashOutId: id, operatorId }));
  return { seller, id };
}

async function payoutsOf(id: string): Promise<number[]> {
  const { stripeAccountId } = await rowOf(id);
  const { data } = await deps.stripe.payouts.list({ limit: 100 }, { stripeAccount: stripeAccountId });
  return data.map(({ amount }) => amount);
}

async function assertSentOnce(id: string): Promise<void> {
  expect((await world.transfersOf(id)).map(({ amount }) => amount)).toEqual([58_50]);
  expect(await payoutsOf(id)).toEqual([58_50]);
  expect(await bridge.house('payout_in_transit', 'USD')).toBe(0n);
  await bridge.assertBooksInOrder();
}

test('payout swept twice: workers that sweep at once and again send each cash-out once', async () => {
  sandbox.control({ action: 'release' });
  const { seller, id } = await approved(600_00n);
  await Promise.all([1, 2, 3, 4].map(() => workOnCashOuts(deps)));
  clock.advance(3 * minuteMs);
  await Promise.all([1, 2, 3, 4].map(() => workOnCashOuts(deps)));
  await assertSentOnce(id);
  const history = await client.cashOutEvent.findMany({ where: { cashOutId: id }, orderBy: { number: 'asc' } });
  const kinds = history.map(({ kind }) => kind);
  expect(kinds).toEqual(['requested', 'approved', 'sending', 'accepted', 'sending', 'sent']);
  await world.bankAnswers(id);
  await Promise.all([1, 2].map(() => workOnCashOuts(deps)));
  await assertSentOnce(id);
  expect([await world.state(id), await world.wallet(seller)]).toEqual(['paid', 400_00n]);
});

async function houseBooks(): Promise<Record<string, bigint>> {
  return {
    // Stripe's fees become known at any time, and move between these two.
    atStripe: (await bridge.house('stripe_balance', 'USD')) + (await bridge.house('stripe_fees', 'USD')),
    float: await bridge.house('ducat_float', 'USD'),
    fees: await bridge.house('fee_income', 'USD'),
    inTransit: await bridge.house('payout_in_transit', 'USD'),
    treasury: await bridge.house('treasury', 'DUCAT'),
  };
}

test('payout larger than the balance: nobody is paid more than they earned, nor the house more than it has', async () => {
  const seller = await world.seller({ ducatsMinor: 600_00n });
  await refunds.paid({ kind: 'package', packageId: 'noble' }, undefined, seller);
  const [before, wallet] = [await houseBooks(), await world.wallet(seller)];
  for (const ducatsMinor of [600_10n, wallet, wallet + 10n, 10n ** 14n]) {
    await expect(world.request(seller, ducatsMinor)).rejects.toMatchObject({ code: 'cash_out_not_cleared' });
  }
  expect([await houseBooks(), await world.wallet(seller)]).toEqual([before, wallet]);
  expect(await client.cashOut.count({ where: { citizenId: seller } })).toBe(0);
  const asked = await Promise.allSettled([1, 2, 3].map(() => world.request(seller, 600_00n)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await world.wallet(seller)).toBe(wallet - 600_00n);

  const { id } = await approved(600_00n);
  const { available } = await deps.stripe.balance.retrieve();
  const emptied = await deps.stripe.payouts.create({ amount: available[0]?.amount ?? 0, currency: 'usd' });
  const empty = await houseBooks();
  await advanceCashOut(deps, id);
  expect(await rowOf(id)).toMatchObject({ state: 'processing', lastError: 'balance_insufficient', acceptedAt: null });
  expect(await houseBooks()).toEqual(empty);
  expect(await bridge.balance(id, 'escrow', 'DUCAT')).toBe(600_00n);
  sandbox.control({ action: 'fail_payout', payout: emptied.id });
  await world.fillHouse();
  clock.advance(16 * minuteMs);
  await workOnCashOuts(deps);
  await assertSentOnce(id);
});

test('returned payout ignored: what the bank sends back after it was paid is the citizen’s again', async () => {
  const before = await houseBooks();
  const { seller, id } = await approved(600_00n);
  await workOnCashOuts(deps);
  await world.bankAnswers(id);
  expect([await world.state(id), await world.wallet(seller)]).toEqual(['paid', 400_00n]);
  const payout = (await rowOf(id)).stripePayoutId ?? '';
  sandbox.control({ action: 'fail_payout', payout });
  await bridge.delivered('payout.failed', payout);
  await drained();
  await Promise.all([workOnCashOuts(deps), workOnCashOuts(deps)]);
  expect([await world.state(id), await world.wallet(seller)]).toEqual(['returned', 1_000_00n]);
  expect(await houseBooks()).toEqual(before);
  const { stripeReversalId } = await rowOf(id);
  const facts = await client.stripeFact.findMany({ where: { sourceId: stripeReversalId ?? '' } });
  expect(facts).toMatchObject([{ type: 'transfer_refund', amountMinor: 58_50n }]);
  await bridge.assertBooksInOrder();
});

/** Somebody's ducats, bought by card, spent at a seller's whose sale is over: 97.50 after the fee. */
async function sold() {
  const topUp = await refunds.paid();
  const sellerId = await bridge.citizen();
  const orderId = await orders.order({ buyerId: topUp.citizenId, sellerId, priceMinor: starterMinor });
  return { ...topUp, sellerId, orderId };
}

test('refund not lowering the seller’s balance: what is taken back from the buyer is not left with the seller', async () => {
  const sale = await sold();
  const { citizenId: buyerId, sellerId, topUpId, orderId } = sale;
  await orders.complete(orderId);
  expect([await world.wallet(buyerId), await world.wallet(sellerId)]).toEqual([0n, 97_50n]);
  const operator = { citizenId: await world.operator(), role: 'operator' as const };
  const seller = { citizenId: sellerId, role: 'citizen' as const };
  const note = 'The buyer wants it back.';
  const refund = { ...deps, orderId, visitor: operator, note, outcome: 'refund' as const };
  const unavailable = { code: 'order_step_unavailable' };
  await expect(database.inTransaction((tx) => resolveDispute(tx, refund))).rejects.toMatchObject(unavailable);
  const cancel = database.inTransaction((tx) => cancelOrder(tx, { ...deps, orderId, visitor: seller }));
  await expect(cancel).rejects.toMatchObject(unavailable);
  const spent = { code: 'refund_ducats_spent' };
  await expect(refundTopUp(deps, refunds.request(topUpId))).rejects.toMatchObject(spent);
  expect([await world.wallet(buyerId), await world.wallet(sellerId)]).toEqual([0n, 97_50n]);

  const { id: dispute = '' } = sandbox.control({ action: 'dispute', charge: sale.chargeId });
  await bridge.delivered('charge.dispute.funds_withdrawn', dispute);
  await drained();
  expect([await world.wallet(buyerId), await world.wallet(sellerId)]).toEqual([0n, 0n]);
  // 9.75 to the seller, 0.25 of the fee and Stripe's 15 dollars to the house.
  expect(await openDebt(client, buyerId)).toBe(25_00n);
  await bridge.assertBooksInOrder();

  const open = await sold();
  const buyer = { citizenId: open.citizenId, role: 'citizen' as const };
  const step = { ...deps, orderId: open.orderId, note };
  await database.inTransaction((tx) => openDispute(tx, { ...step, visitor: buyer }));
  await database.inTransaction((tx) => resolveDispute(tx, { ...step, visitor: operator, outcome: 'refund' }));
  expect([await world.wallet(open.citizenId), await world.wallet(open.sellerId)]).toEqual([starterMinor, 0n]);
  expect(await bridge.balance(open.orderId, 'escrow', 'DUCAT')).toBe(0n);
  await bridge.assertBooksInOrder();
});
