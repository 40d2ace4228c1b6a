import Stripe from 'stripe';
import { afterAll, describe, expect, test } from 'vitest';
import { parseForm } from '#server/sandbox/stripe/wire/form-encoding.ts';
import { startStripeSandbox } from '#server/sandbox/stripe/server.ts';

const sandbox = await startStripeSandbox({ balanceDelayMs: 0 });
afterAll(() => sandbox.close());
const { hostname, port } = new URL(sandbox.url);
const stripe = new Stripe('sk_test_x', { host: hostname, port, protocol: 'http', telemetry: false });

async function newSession(): Promise<string> {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1:9/done?session_id={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/cancelled',
    line_items: [
      { quantity: 1, price_data: { currency: 'usd', unit_amount: 123_456, product_data: { name: '<b>Ducats</b>' } } },
    ],
  });
  return session.id;
}

const good = {
  email: 'a@example.com',
  cardNumber: '4242 4242 4242 4242',
  cardExpiry: '12 / 34',
  cardCvc: '123',
  billingName: 'A',
};

async function submit(id: string, change: Partial<typeof good> = {}): Promise<string> {
  const response = await fetch(`${sandbox.url}/c/pay/${id}`, {
    method: 'POST',
    body: new URLSearchParams({ ...good, ...change }),
    redirect: 'manual',
  });
  expect(response.status).toBe(303);
  return response.headers.get('location') ?? '';
}

const read = async (path: string) => (await fetch(`${sandbox.url}${path}`)).text();

describe('the hosted page', () => {
  test('shows what is bought, escaped, and the way back', async () => {
    const page = await read(`/c/pay/${await newSession()}`);
    expect(page).toContain('$1,234.56');
    expect(page).toContain('&lt;b&gt;Ducats&lt;/b&gt;');
    expect(page).toContain('href="http://127.0.0.1:9/cancelled"');
  });

  test('leads back to the shop with the session in the address, and does so again on a second submit', async () => {
    const id = await newSession();
    const back = `http://127.0.0.1:9/done?session_id=${id}`;
    expect(await submit(id)).toBe(back);
    expect(await submit(id)).toBe(back);
    expect((await stripe.charges.list({ limit: 100 })).data.filter((charge) => charge.paid)).toHaveLength(1);
  });

  test.each([
    [{ email: 'nobody' }, 'Your email is incomplete.'],
    [{ cardNumber: '4242' }, 'Your card number is incomplete.'],
    [{ cardNumber: '4242424242424241' }, 'Your card number is invalid.'],
    [{ cardExpiry: '01 / 20' }, 'Your card&#39;s expiration year is in the past.'],
    [{ cardExpiry: '13 / 30' }, 'Your card&#39;s expiration date is incomplete.'],
    [{ cardCvc: '1' }, 'Your card&#39;s security code is incomplete.'],
    [{ billingName: '' }, 'The name on the card is missing.'],
    [{ cardNumber: '4000000000000002' }, 'Your card was declined.'],
    [{ cardNumber: '4111111111111111' }, 'For a list of valid test cards, visit'],
  ])('stays and says what is wrong with %j', async (change, sentence) => {
    const id = await newSession();
    const location = await submit(id, change);
    expect(location).toBe(`/c/pay/${id}?failed`);
    const page = await read(location);
    expect(page).toContain(sentence);
    expect(page).toContain('role="alert"');
    expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('open');
  });

  test('sends a card that needs authentication to the challenge, and back', async () => {
    const id = await newSession();
    const challenge = await submit(id, { cardNumber: '4000002500003155' });
    expect(challenge).toBe(`/c/pay/${id}/authenticate`);
    expect(await read(challenge)).toContain('Complete authentication');
    const answer = await fetch(`${sandbox.url}${challenge}`, {
      method: 'POST',
      body: new URLSearchParams({ answer: 'complete' }),
      redirect: 'manual',
    });
    expect(answer.headers.get('location')).toBe(`http://127.0.0.1:9/done?session_id=${id}`);
  });
});

describe('the control API', () => {
  const control = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${sandbox.url}/_sandbox/control`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  test('does what the page does, over JSON', async () => {
    expect(await (await control({ action: 'hold' })).json()).toMatchObject({ held: true });
    expect(await (await control({ action: 'release' })).json()).toMatchObject({ held: false });
    expect(await read('/_sandbox')).toContain('payment_intent.succeeded');
  });

  test.each([
    [null],
    [{ action: 'explode' }],
    [{ action: 'delay', delayMs: -1 }],
    [{ action: 'resend', event: 'evt_none' }],
  ])('refuses %j', async (body) => {
    expect((await control(body)).status).toBeGreaterThanOrEqual(400);
  });

  test('refuses pages of other sites and other host names', async () => {
    expect((await control({ action: 'hold' }, { origin: 'https://example.com' })).status).toBe(403);
  });
});

test('brackets nest and number as in the Stripe API', () => {
  expect(JSON.parse(JSON.stringify(parseForm('a[b][0][c]=1&a[b][1][c]=2&d[]=x&d[]=y&e=')))).toEqual({
    a: { b: [{ c: '1' }, { c: '2' }] },
    d: ['x', 'y'],
    e: '',
  });
  for (const text of ['a[__proto__][x]=1', 'a[b=1', 'a=1&a[b]=2', `a${'[b]'.repeat(9)}=1`])
    expect(() => parseForm(text)).toThrow();
});
