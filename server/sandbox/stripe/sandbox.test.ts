import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { clientOf, play, receiver, sessionParameters, webhookSecret } from '#server/sandbox/stripe/testing.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});
const directory = mkdtempSync(join(tmpdir(), 'stripe-sandbox-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function started(options: Parameters<typeof play>[0] = {}) {
  const playing = await play({ balanceDelayMs: 0, ...options });
  open.push(playing.close);
  return playing;
}

async function listening(statuses: number[] = []) {
  const endpoint = await receiver(statuses);
  open.push(endpoint.close);
  return endpoint;
}

const parameters = () => ({
  ...sessionParameters(),
  line_items: [{ quantity: 2, price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Ducats' } } }],
});

describe('the API', () => {
  test('a paid session has the objects Stripe documents, expanded on request', async () => {
    const { sandbox, stripe } = await started();
    const session = await stripe.checkout.sessions.create(parameters());
    expect(session).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      amount_total: 1_000,
      payment_intent: null,
    });
    expect(session.url).toBe(`${sandbox.url}/c/pay/${session.id}`);
    sandbox.control({ action: 'pay', session: session.id, card: '4242424242424242' });
    const paid = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['payment_intent.latest_charge', 'line_items'],
    });
    expect(paid).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      payment_intent: {
        status: 'succeeded',
        latest_charge: { paid: true, amount: 1_000, outcome: { risk_level: 'normal' }, metadata: { top_up_id: 'one' } },
      },
    });
    expect(paid.line_items?.data).toMatchObject([{ quantity: 2, amount_total: 1_000, price: { unit_amount: 500 } }]);
  });

  test('the balance transaction comes later than the charge, with 2.9 % and 30 cents, and becomes available after two days', async () => {
    const { sandbox, stripe } = await started({ balanceDelayMs: 3_600_000 });
    const session = await stripe.checkout.sessions.create(parameters());
    sandbox.control({ action: 'pay', session: session.id, card: '4242424242424242' });
    const [charge] = (await stripe.charges.list()).data;
    expect(charge?.balance_transaction).toBeNull();
    sandbox.control({ action: 'advance_clock', seconds: 3_601 });
    await expect
      .poll(async () => (await stripe.balanceTransactions.list()).data)
      .toMatchObject([{ amount: 1_000, fee: 59, net: 941, status: 'pending', source: charge?.id }]);
    expect(sandbox.events().at(-1)?.event.type).toBe('charge.updated');
    expect(await stripe.balance.retrieve()).toMatchObject({
      available: [{ amount: 0 }],
      pending: [{ amount: 941 }],
      livemode: false,
    });
    sandbox.control({ action: 'advance_clock', seconds: 2 * 86_400 });
    expect(await stripe.balance.retrieve()).toMatchObject({ available: [{ amount: 941 }], pending: [{ amount: 0 }] });
  });

  test('the same idempotency key and parameters give the same answer, other parameters the documented error', async () => {
    const { stripe } = await started();
    const first = await stripe.checkout.sessions.create(parameters(), { idempotencyKey: 'key-1' });
    const again = await stripe.checkout.sessions.create(parameters(), { idempotencyKey: 'key-1' });
    expect(again.id).toBe(first.id);
    const other = stripe.checkout.sessions.create(
      { ...parameters(), metadata: { top_up_id: 'two' } },
      { idempotencyKey: 'key-1' },
    );
    await expect(other).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });

  test.each([
    ['an unknown parameter', { surprise: 'x' }, { code: 'parameter_unknown', param: 'surprise' }],
    ['no line item', { line_items: [] }, { code: 'parameter_missing', param: 'line_items' }],
    ['a success address that is none', { success_url: 'here' }, { code: 'url_invalid', param: 'success_url' }],
    ['a mode it does not play', { mode: 'setup' }, { code: 'sandbox_unsupported', param: 'mode' }],
    [
      'a parameter it does not play',
      { allow_promotion_codes: true },
      { code: 'sandbox_unsupported', param: 'allow_promotion_codes' },
    ],
    ['an expiry in five minutes', { expires_at: Math.floor(Date.now() / 1_000) + 300 }, { param: 'expires_at' }],
    [
      'a total under fifty cents',
      { line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 49, product_data: { name: 'x' } } }] },
      { code: 'amount_too_small' },
    ],
    [
      'a nested unknown parameter',
      {
        line_items: [
          { quantity: 1, price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'x', size: 'l' } } },
        ],
      },
      { code: 'parameter_unknown', param: 'line_items[0][price_data][product_data][size]' },
    ],
  ])('a session with %s is refused as Stripe refuses it', async (_what, change, error) => {
    const { stripe } = await started();
    const refused = stripe.checkout.sessions.create({ ...parameters(), ...change });
    await expect(refused).rejects.toMatchObject({ type: 'StripeInvalidRequestError', ...error });
    expect((await stripe.checkout.sessions.list()).data).toEqual([]);
  });

  test('unknown objects are 404, unknown addresses 404, and a live key is refused', async () => {
    const { sandbox, stripe } = await started();
    await expect(stripe.charges.retrieve('ch_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    await expect(stripe.coupons.list()).rejects.toMatchObject({ statusCode: 404 });
    await expect(clientOf(sandbox.url, 'sk_live_x').balance.retrieve()).rejects.toMatchObject({
      type: 'StripeAuthenticationError',
    });
  });

  test('lists page with cursors, newest first, and the SDK walks them to the end', async () => {
    const { stripe } = await started();
    const made: string[] = [];
    for (let number = 0; number < 5; number += 1)
      made.push((await stripe.customers.create({ email: `c${String(number)}@example.com` })).id);
    const all = await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map((customer) => customer.id)).toEqual([...made].reverse());
    expect((await stripe.customers.list({ limit: 2, ending_before: made[0] ?? '' })).data.map(({ id }) => id)).toEqual([
      made[2],
      made[1],
    ]);
  });

  test.each([
    ['4000000000000002', 'generic_decline'],
    ['4000000000009995', 'insufficient_funds'],
    ['4111111111111111', 'test_mode_live_card'],
  ])('the card %s is declined as %s and the session stays open', async (card, declineCode) => {
    const { sandbox, stripe } = await started();
    const session = await stripe.checkout.sessions.create(parameters());
    expect(sandbox.control({ action: 'pay', session: session.id, card }).outcome).toBe('declined');
    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] });
    expect(after).toMatchObject({
      status: 'open',
      payment_intent: {
        status: 'requires_payment_method',
        last_payment_error: { decline_code: declineCode },
        latest_charge: { status: 'failed', paid: false },
      },
    });
  });

  test.each([
    ['complete', 'paid'],
    ['fail', 'declined'],
  ] as const)('3-D Secure that the payer answers with %s ends %s', async (authenticate, outcome) => {
    const { sandbox, stripe } = await started();
    const session = await stripe.checkout.sessions.create(parameters());
    const answer = sandbox.control({ action: 'pay', session: session.id, card: '4000002500003155', authenticate });
    expect(answer.outcome).toBe(outcome);
  });

  test('a session that nobody pays expires by itself', async () => {
    const { sandbox, stripe } = await started();
    const session = await stripe.checkout.sessions.create(parameters());
    sandbox.control({ action: 'advance_clock', seconds: 86_401 });
    await expect.poll(async () => (await stripe.checkout.sessions.retrieve(session.id)).status).toBe('expired');
    expect(() => sandbox.control({ action: 'pay', session: session.id, card: '4242424242424242' })).toThrow('not open');
  });
});

describe('webhooks', () => {
  async function paidWith(endpoint: Awaited<ReturnType<typeof listening>>) {
    const { sandbox, stripe } = await started({ webhookUrl: endpoint.url });
    const session = await stripe.checkout.sessions.create(parameters());
    const pay = () => sandbox.control({ action: 'pay', session: session.id, card: '4242424242424242' });
    return { sandbox, stripe, session, pay };
  }

  test('are signed so that the SDK accepts the raw body', async () => {
    const endpoint = await listening();
    const { stripe, pay } = await paidWith(endpoint);
    pay();
    await endpoint.atLeast(5);
    for (const { body, signature } of endpoint.received) {
      const event = stripe.webhooks.constructEvent(body, signature, webhookSecret);
      expect(await stripe.events.retrieve(event.id)).toMatchObject({ id: event.id, type: event.type });
    }
    expect(endpoint.types().sort()).toEqual([
      'charge.succeeded',
      'charge.updated',
      'checkout.session.completed',
      'payment_intent.created',
      'payment_intent.succeeded',
    ]);
  });

  test('are sent again until they are answered with 2xx', async () => {
    const endpoint = await listening([500, 503, 200]);
    const { sandbox, stripe } = await started({ webhookUrl: endpoint.url });
    await stripe.customers.create({ email: 'a@example.com' });
    await endpoint.atLeast(3);
    await expect.poll(() => sandbox.events()[0]?.delivery?.state).toBe('delivered');
    expect(sandbox.events()[0]?.delivery?.attempts.map((attempt) => attempt.status)).toEqual([500, 503, 200]);
  });

  test('can be held, released in reverse, dropped and sent again', async () => {
    const endpoint = await listening();
    const { sandbox, pay } = await paidWith(endpoint);
    sandbox.control({ action: 'hold' });
    pay();
    await expect.poll(() => sandbox.events().length).toBe(5);
    expect(endpoint.received).toEqual([]);
    expect(sandbox.control({ action: 'release', order: 'reversed' }).released).toBe(5);
    await endpoint.atLeast(5);
    sandbox.control({ action: 'resend', event: sandbox.events()[0]?.event.id ?? '', times: 3 });
    await endpoint.atLeast(8);
    expect(endpoint.types().filter((type) => type === 'payment_intent.created')).toHaveLength(4);
  });
});

test('the state survives a restart: objects, keys, plans and switches', async () => {
  const options = { stateDirectory: join(directory, 'state'), balanceDelayMs: 3_600_000 };
  const first = await started(options);
  const session = await first.stripe.checkout.sessions.create(parameters(), { idempotencyKey: 'k' });
  first.sandbox.control({ action: 'hold' });
  first.sandbox.control({ action: 'pay', session: session.id, card: '4242424242424242' });
  await first.close();
  const second = await started(options);
  expect((await second.stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe('paid');
  expect((await second.stripe.checkout.sessions.create(parameters(), { idempotencyKey: 'k' })).id).toBe(session.id);
  expect(second.sandbox.control({ action: 'status' }).held).toBe(true);
  second.sandbox.control({ action: 'advance_clock', seconds: 3_601 });
  await expect.poll(async () => (await second.stripe.balanceTransactions.list()).data.length).toBe(1);
});

describe('faults', () => {
  test('before: the call fails with 500 and nothing happened', async () => {
    const { sandbox, stripe } = await started();
    sandbox.control({ action: 'fail_next', mode: 'before', count: 1 });
    await expect(stripe.checkout.sessions.create(parameters())).rejects.toMatchObject({ type: 'StripeAPIError' });
    expect((await stripe.checkout.sessions.list()).data).toEqual([]);
  });

  test('after: it happened, but the reply is lost', async () => {
    const { sandbox, stripe } = await started();
    // The SDK repeats a call by itself once when a kept connection breaks.
    sandbox.control({ action: 'fail_next', mode: 'after', count: 2 });
    const lost = stripe.checkout.sessions.create(parameters(), { idempotencyKey: 'k' });
    await expect(lost).rejects.toMatchObject({ type: 'StripeConnectionError' });
    expect((await stripe.checkout.sessions.list()).data).toHaveLength(1);
  });
});
