import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { env } from '#server/platform/env.ts';
import { testFront } from '#server/testing/front.ts';
import { eventBody } from '#server/testing/payments.ts';
import { signed } from '#server/testing/stripe-signature.ts';

const { base, proxy, pagesSeen, direct } = await testFront();

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const own = { 'content-type': 'application/json', origin: base };
  return fetch(`${base}${path}`, { method: 'POST', body, headers: { ...own, ...headers } });
}

/** An answer's status together with the stable code it carries, wherever the door puts it. */
async function outcome(response: Response): Promise<{ status: number; code: unknown }> {
  const body = (await response.json()) as {
    code?: unknown;
    error?: { json?: { data?: { refusal?: { code?: unknown } } } };
  };
  return { status: response.status, code: body.code ?? body.error?.json?.data?.refusal?.code };
}

describe('bad input at the doors', () => {
  it('answers JSON that is not JSON with 4xx: 400 where anyone may ask, 401 where one must sign in first', async () => {
    expect((await fetch(`${base}/api/trpc/listings.search?input=%7Bnope`)).status).toBe(400);
    expect((await post('/api/trpc/orders.place', '{"json": ')).status).toBe(401);
  });

  it('answers a body over the limit with 413, whether its length was announced or not', async () => {
    const large = 'x'.repeat(300 * 1_024);
    expect(await outcome(await post('/api/trpc/orders.place', large))).toEqual({ status: 413, code: 'body_too_large' });
    const streamed = await fetch(`${base}/api/trpc/orders.place`, {
      method: 'POST',
      body: new Blob([large]).stream(),
      headers: { 'content-type': 'application/json', origin: base },
      duplex: 'half',
    } as RequestInit);
    expect(streamed.status).toBe(413);
  });

  it('answers an unknown procedure, an unknown address and a method that has no door with 4xx', async () => {
    expect((await fetch(`${base}/api/trpc/no.such`)).status).toBe(404);
    expect((await fetch(`${base}/api/nothing`)).status).toBe(404);
    expect((await fetch(`${base}/api/webhooks/stripe`)).status).toBe(405);
    expect((await fetch(`${base}/wallet`, { method: 'POST' })).status).toBe(405);
  });

  it('takes an event of Stripe once, and refuses what is not signed or too large without storing it', async () => {
    const stored = () => direct.client.inboxEvent.count();
    const secret = env().STRIPE_WEBHOOK_SECRET;
    const body = eventBody('mandate.updated', { id: 'mandate_1' });
    const send = (text: string, signedAs: string) =>
      post('/api/webhooks/stripe', text, { 'stripe-signature': signed(signedAs, { secret }) });
    const taken = await Promise.all([send(body, body), send(body, body)]);
    expect(taken.map(({ status }) => status)).toEqual([200, 200]);
    expect(await taken[0]?.json()).toEqual({ received: true });
    expect(await stored()).toBe(1);
    const tampered = await send(body.replace('mandate_1', 'mandate_2'), body);
    const elsewhere = await fetch(`${base}/api/nothing`);
    const protective = ({ headers }: Response) => [...headers].filter(([name]) => /security|policy|^x-c/.test(name));
    expect(protective(elsewhere).length).toBeGreaterThan(4);
    for (const answer of [...taken, tampered]) expect(protective(answer)).toEqual(protective(elsewhere));
    expect(new Set([...taken, tampered].map(({ headers }) => headers.get('x-request-id'))).size).toBe(3);
    expect(tampered.headers.get('content-type')).toBe('application/problem+json');
    expect(await outcome(tampered)).toEqual({ status: 400, code: 'signature_invalid' });
    const large = eventBody('mandate.updated', { id: 'mandate_1', text: 'x'.repeat(1_100_000) });
    expect((await send(large, large)).status).toBe(413);
    expect(await stored()).toBe(1);
  });

  it('answers a body that is not JSON by its type with 415', async () => {
    expect(
      (await post('/api/trpc/orders.place', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(415);
  });

  it('refuses a batch of more than ten calls', async () => {
    const names = Array.from({ length: 11 }, () => 'session.current').join(',');
    expect((await fetch(`${base}/api/trpc/${names}?batch=1&input={}`)).status).toBeGreaterThanOrEqual(400);
    const ten = names.split(',').slice(1).join(',');
    expect((await fetch(`${base}/api/trpc/${ten}?batch=1&input={}`)).status).toBe(200);
  });

  it('answers a malformed id with 400 and a stable code', async () => {
    const input = encodeURIComponent(JSON.stringify({ json: { listingId: `1' OR '1'='1` } }));
    expect(await outcome(await fetch(`${base}/api/trpc/listings.byId?input=${input}`))).toEqual({
      status: 400,
      code: 'invalid_input',
    });
  });

  it('answers a write by someone not signed in with 401', async () => {
    const order = {
      json: {
        listingId: '01890000-0000-7000-8000-000000000001',
        listingVersion: 1,
        quantity: 1,
        key: '01890000-0000-7000-8000-000000000002',
      },
    };
    expect(await outcome(await post('/api/trpc/orders.place', JSON.stringify(order)))).toEqual({
      status: 401,
      code: 'sign_in_required',
    });
  });

  it('refuses a write that another site started', async () => {
    const response = await post('/api/trpc/orders.place', '{}', { origin: 'https://evil.example' });
    expect(await outcome(response)).toEqual({ status: 403, code: 'foreign_origin' });
  });
});

describe('what reaches a page', () => {
  it('is without forged headers, with the policy that the answer carries', async () => {
    const response = await new Promise<Record<string, string | string[] | undefined>>((resolve, reject) => {
      const headers = {
        'x-middleware-subrequest': 'middleware',
        'x-forwarded-host': 'evil.example',
        'x-cascade-address': '1.2.3.4',
      };
      httpRequest(`${base}/it/market`, { headers }, (answered) => {
        answered.resume();
        resolve(answered.headers);
      })
        .on('error', reject)
        .end();
    });
    const seen = pagesSeen.at(-1);
    expect(seen).not.toHaveProperty('x-middleware-subrequest');
    expect(seen).not.toHaveProperty('x-forwarded-host');
    expect(seen).toMatchObject({
      'x-cascade-address': '127.0.0.1',
      'x-cascade-locale': 'it',
      'x-cascade-path': '/it/market',
    });
    expect(seen?.['content-security-policy']).toBe(response['content-security-policy']);
    expect(response).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    });
  });
});

describe('PostgreSQL gone in the middle', () => {
  it('fails requests with 503 and a sentence, says not ready, stays alive, and recovers by itself', async () => {
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    await proxy.cut();
    const api = await fetch(`${base}/api/trpc/listings.search?input=${encodeURIComponent('{"json":{}}')}`);
    expect(await outcome(api)).toEqual({ status: 503, code: 'database_unavailable' });
    const page = await fetch(`${base}/it/market`);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('Nulla è andato perso');
    const event = eventBody('mandate.updated', { id: 'mandate_3' });
    const signature = signed(event, { secret: env().STRIPE_WEBHOOK_SECRET });
    const webhook = await post('/api/webhooks/stripe', event, { 'stripe-signature': signature });
    expect(await outcome(webhook)).toEqual({ status: 503, code: 'database_unavailable' });
    expect((await fetch(`${base}/readyz`)).status).toBe(503);
    expect((await fetch(`${base}/livez`)).status).toBe(200);
    await proxy.mend();
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    expect((await fetch(`${base}/api/trpc/listings.search?input=${encodeURIComponent('{"json":{}}')}`)).status).toBe(
      200,
    );
    expect(await (await fetch(`${base}/it/market`)).text()).toBe('a page');
  });
});
