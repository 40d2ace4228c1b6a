import { describe, expect, test } from 'vitest';
import { fulfil } from '#server/payments/flows.ts';
import { stripeWebhook } from '#server/payments/stripe/webhook.ts';
import { cards, eventBody, signed, testBridge, webhookSecret } from '#server/testing/payments.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const realClock = { now: () => new Date() };

const storedEvents = () => database.client.inboxEvent.count();

function post(body: string, signature: string, overrides: { webhookSecret?: string; mode?: 'sandbox' | 'live' } = {}) {
  const request = new Request('http://127.0.0.1/api/webhooks/stripe', {
    method: 'POST',
    headers: { 'stripe-signature': signature },
    body,
  });
  return stripeWebhook(request, { ...deps, clock: realClock, webhookSecret, mode: 'sandbox', ...overrides });
}

async function expectRefused(response: Response, code: string): Promise<void> {
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({ code });
}

describe('an event is refused with 400 and nothing is stored', () => {
  const body = eventBody('checkout.session.completed', { id: 'cs_test_x' });

  test('when the signature is of another secret', async () => {
    const before = await storedEvents();
    await expectRefused(await post(body, signed(body, { secret: 'whsec_of_another_endpoint' })), 'signature_invalid');
    expect(await storedEvents()).toBe(before);
  });

  test.each(['', 'nonsense', 't=1,v1=', 't=,v1=abc', `v1=${'0'.repeat(64)}`])(
    'when the signature header is "%s"',
    async (header) => {
      const before = await storedEvents();
      await expectRefused(await post(body, header), 'signature_invalid');
      expect(await storedEvents()).toBe(before);
    },
  );

  test('when the signature is older than 300 seconds', async () => {
    const before = await storedEvents();
    const old = new Date(Date.now() - 302_000);
    await expectRefused(await post(body, signed(body, { at: old })), 'signature_invalid');
    expect(await storedEvents()).toBe(before);
  });

  test('when the body was parsed and serialised again on the way', async () => {
    const before = await storedEvents();
    const reserialised = JSON.stringify(JSON.parse(body));
    expect(reserialised).not.toBe(body);
    await expectRefused(await post(reserialised, signed(body)), 'signature_invalid');
    expect(await storedEvents()).toBe(before);
  });

  test.each(['not json', '{}', '[]', 'null', '{"id":"evt_1","object":"event"}'])(
    'when the signed body is %s',
    async (text) => {
      const before = await storedEvents();
      await expectRefused(await post(text, signed(text)), 'event_malformed');
      expect(await storedEvents()).toBe(before);
    },
  );

  test('when play money knocks at a live door, and the other way round', async () => {
    const before = await storedEvents();
    await expectRefused(await post(body, signed(body), { mode: 'live' }), 'livemode_mismatch');
    const live = eventBody('checkout.session.completed', { id: 'cs_live_x' }, { livemode: true });
    await expectRefused(await post(live, signed(live)), 'livemode_mismatch');
    expect(await storedEvents()).toBe(before);
  });
});

test('without a webhook secret there is no such door', async () => {
  const body = eventBody('ping', { id: 'x' });
  expect((await post(body, signed(body, { secret: '' }), { webhookSecret: '' })).status).toBe(404);
});

test('each of several endpoints signs with its own secret', async () => {
  const [own, connected] = ['whsec_own', 'whsec_connected'];
  const answer = (secret: string, configured: string) => {
    const body = eventBody('mandate.updated', { id: 'mandate_2' });
    return post(body, signed(body, { secret }), { webhookSecret: configured });
  };
  for (const secret of [own, connected]) expect((await answer(secret, `${own}, ${connected},`)).status).toBe(200);
  for (const secret of ['', 'whsec', `${own}, ${connected},`, `${own},`])
    await expectRefused(await answer(secret, `${own}, ${connected},`), 'signature_invalid');
  await expectRefused(await answer('', ','), 'signature_invalid');
});

test('a body over one megabyte is refused with 413', async () => {
  const body = eventBody('ping', { id: 'x', text: 'x'.repeat(1_100_000) });
  expect((await post(body, signed(body))).status).toBe(413);
});

test('an event of an unknown type is answered 200, stored and ignored', async () => {
  const body = eventBody('mandate.updated', { id: 'mandate_1' });
  const response = await post(body, signed(body));
  expect(response.status).toBe(200);
  await bridge.drain();
  const { id } = JSON.parse(body) as { id: string };
  const stored = await database.client.inboxEvent.findFirstOrThrow({ where: { eventId: id } });
  expect(stored).toMatchObject({ state: 'ignored', type: 'mandate.updated', payload: body });
});

test('an event about an object without an id is answered 200, stored and ignored', async () => {
  const body = eventBody('balance.available', { object: 'balance', available: [] });
  expect((await post(body, signed(body))).status).toBe(200);
  await bridge.drain();
  const { id } = JSON.parse(body) as { id: string };
  const stored = await database.client.inboxEvent.findFirstOrThrow({ where: { eventId: id } });
  expect(stored).toMatchObject({ state: 'ignored', objectId: null });
});

test('the same event five times is stored once and credits once', async () => {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  await bridge.delivered('checkout.session.completed', topUp.sessionId);
  const stored = await database.client.inboxEvent.findFirstOrThrow({
    where: { type: 'checkout.session.completed', payload: { contains: topUp.sessionId } },
  });
  const answers = await Promise.all(Array.from({ length: 5 }, () => post(stored.payload, signed(stored.payload))));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  await bridge.drain();
  expect(await database.client.inboxEvent.count({ where: { eventId: stored.eventId } })).toBe(1);
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  await bridge.assertBooksInOrder();
});

test('two different events about one paid session credit once', async () => {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  for (const type of ['checkout.session.async_payment_succeeded', 'checkout.session.completed']) {
    const body = eventBody(type, { id: topUp.sessionId });
    expect((await post(body, signed(body))).status).toBe(200);
  }
  await bridge.drain();
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
});

test('an event that says paid about a session that is not paid credits nothing', async () => {
  const topUp = await bridge.start();
  const body = eventBody('checkout.session.completed', { id: topUp.sessionId, payment_status: 'paid' });
  expect((await post(body, signed(body))).status).toBe(200);
  await bridge.drain();
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(0n);
});

test('events about objects that are none of ours are ignored', async () => {
  const body = eventBody('checkout.session.completed', { id: 'cs_test_ofanothershop' });
  expect((await post(body, signed(body))).status).toBe(200);
  expect((await bridge.drain()).failed).toBe(0);
});

test('while Stripe is away events wait, and are handled when it is back', async () => {
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId, cards.success);
  const body = eventBody('checkout.session.completed', { id: topUp.sessionId });
  expect((await post(body, signed(body))).status).toBe(200);
  bridge.sandbox.control({ action: 'fail_next', mode: 'before', count: 1_000 });
  const report = await bridge.drain();
  expect(report.failed).toBeGreaterThan(0);
  const { id } = JSON.parse(body) as { id: string };
  bridge.sandbox.control({ action: 'fail_next', mode: 'before', count: 0 });
  bridge.clock.advance(3_600_000);
  await bridge.drain();
  expect(await database.client.inboxEvent.findFirstOrThrow({ where: { eventId: id } })).toMatchObject({
    state: 'handled',
  });
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
});

test('a late webhook after days changes nothing that the success page has done', async () => {
  bridge.sandbox.control({ action: 'hold' });
  const topUp = await bridge.start();
  bridge.pay(topUp.sessionId);
  await fulfil(deps, { sessionId: topUp.sessionId, citizenId: topUp.citizenId });
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  bridge.sandbox.control({ action: 'release', order: 'reversed' });
  await bridge.delivered('checkout.session.completed', topUp.sessionId);
  await bridge.drain();
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
});
