import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paidCharge, play, sessionParameters, type Play } from '#server/sandbox/stripe/testing.ts';
import { routes } from '#server/sandbox/stripe/wire/api.ts';
import { knownParametersOfSdk } from '#server/sandbox/stripe/wire/known-parameters-from-sdk.ts';

let playing: Play;
beforeAll(async () => {
  playing = await play();
});
afterAll(() => playing.close());

interface Answer {
  error?: { code?: string; param?: string };
}

async function send(method: string, path: string, text: string): Promise<Answer> {
  const query = method === 'POST' ? '' : `?${text}`;
  const response = await fetch(`${playing.sandbox.url}${path}${query}`, {
    method,
    headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'POST' ? { body: text } : {}),
  });
  return (await response.json()) as Answer;
}

test('the list of parameters that Stripe knows is the one of the SDK in use', () => {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const names = routes.map((route) => `${route.method} ${route.path}`);
  const kept = readFileSync(new URL('./known-parameters.txt', import.meta.url), 'utf8');
  expect(kept).toBe(knownParametersOfSdk(root, names));
}, 180_000);

describe('strictness', () => {
  test.each(routes.map((route) => [route.method, route.path]))(
    '%s %s never takes a parameter that Stripe does not know',
    async (method, path) => {
      const answer = await send(method, path.replaceAll(':id', 'none'), 'no_such_parameter=1');
      expect(answer.error, `${method} ${path} was accepted`).toBeDefined();
    },
  );

  test('one that Stripe does not know has the name of Stripe, one that is not played the name of the sandbox', async () => {
    expect(await send('GET', '/v1/refunds', 'colour=red')).toMatchObject({ error: { code: 'parameter_unknown' } });
    expect(await send('POST', '/v1/customers', 'balance=5')).toMatchObject({
      error: { code: 'sandbox_unsupported', param: 'balance' },
    });
    expect(await send('POST', '/v1/customers', 'name[first]=x')).toMatchObject({ error: { param: 'name' } });
  });

  test.each([
    ['limit=0', 'parameter_invalid_integer'],
    ['limit=101', 'parameter_invalid_integer'],
    ['limit=', 'parameter_invalid_empty'],
    ['starting_after=re_none', 'resource_missing'],
  ])('a list with %s is refused as %s', async (query, code) => {
    expect(await send('GET', '/v1/refunds', query)).toMatchObject({ error: { code } });
  });
});

describe('lists', () => {
  test('reach every object by either cursor, filtered and in one order', async () => {
    const { stripe } = playing;
    const charge = await paidCharge(playing);
    const made: string[] = [];
    for (let number = 0; number < 7; number += 1) {
      made.unshift((await stripe.refunds.create({ charge: charge.id, amount: 10 })).id);
    }
    const all = await stripe.refunds.list({ charge: charge.id, limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(made);
    const newer = await stripe.refunds.list({ charge: charge.id, limit: 3, ending_before: made[5] ?? '' });
    expect([newer.data.map(({ id }) => id), newer.has_more]).toEqual([made.slice(2, 5), true]);
    const types = await stripe.balanceTransactions.list({ type: 'refund', limit: 100 });
    expect(types.data.map(({ source }) => source)).toEqual(made);
    await expect(stripe.refunds.list({ starting_after: made[0] ?? '', ending_before: made[1] ?? '' })).rejects.toThrow(
      'only one',
    );
  });

  test('stop at the bounds of their time of creation', async () => {
    const { sandbox, stripe } = playing;
    await paidCharge(playing);
    sandbox.control({ action: 'advance_clock', seconds: 1_000 });
    const between = sandbox.control({ action: 'status' }).now;
    sandbox.control({ action: 'advance_clock', seconds: 1_000 });
    const late = await paidCharge(playing);
    const created = { gt: between };
    expect((await stripe.charges.list({ created })).data.map(({ id }) => id)).toEqual([late.id]);
    const early = await stripe.charges.list({ created: { lte: between }, limit: 100 });
    expect(early.data.map(({ id }) => id)).not.toContain(late.id);
    expect(early.data.length).toBeGreaterThan(0);
    expect((await stripe.charges.list({ created: late.created })).data.map(({ id }) => id)).toEqual([late.id]);
  });
});

describe('idempotency keys', () => {
  test('the same request has the same answer, marked as a replay; another one is refused', async () => {
    const { stripe } = playing;
    const first = await stripe.checkout.sessions.create(sessionParameters(), { idempotencyKey: 'same' });
    const again = await stripe.checkout.sessions.create(sessionParameters(), { idempotencyKey: 'same' });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    const other = stripe.checkout.sessions.create(sessionParameters(2_000), { idempotencyKey: 'same' });
    await expect(other).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });

  test('a key whose first answer is still on its way is in use', async () => {
    const { sandbox, stripe } = playing;
    const charge = await paidCharge(playing);
    sandbox.control({ action: 'fail_next', mode: 'slow', count: 1, route: 'POST /v1/refunds', delayMs: 300 });
    const call = () => stripe.refunds.create({ charge: charge.id, amount: 5 }, { idempotencyKey: 'both' });
    const [first, second] = await Promise.allSettled([call(), call()]);
    const ends = [first, second].map((end) =>
      end.status === 'fulfilled' ? 'done' : (end.reason as { code: string }).code,
    );
    expect(ends.sort()).toEqual(['done', 'idempotency_key_in_use']);
    expect((await stripe.refunds.list({ charge: charge.id })).data).toHaveLength(1);
  });
});
