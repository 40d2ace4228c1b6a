import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type Stripe from 'stripe';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  agreedBalance,
  clientOf,
  paidCharge,
  play,
  receiver,
  sessionParameters,
  type Play,
} from '#server/sandbox/stripe/testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'stripe-survival-'));
const children: ChildProcess[] = [];
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const close of open.splice(0)) await close();
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The sandbox as its own process, as `up` starts it. */
async function started(state: string) {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const arguments_ = [
    'server/sandbox/stripe/main.ts',
    '--state-dir',
    join(directory, state),
    '--balance-delay-ms',
    '0',
  ];
  const child = spawn(join(root, 'node_modules/.bin/node'), arguments_, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const url = (JSON.parse(line) as { listening: string }).listening;
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const control = (action: object) =>
    fetch(`${url}/_sandbox/control`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
  return { stripe: clientOf(url), control, kill };
}

describe('a killed process', () => {
  test('has kept everything it answered, and its keys, clock and plans', async () => {
    const first = await started('killed');
    const session = await first.stripe.checkout.sessions.create(sessionParameters(), { idempotencyKey: 'k' });
    await first.control({ action: 'pay', session: session.id, card: '4000000000000077' });
    await first.control({ action: 'advance_clock', seconds: 5 });
    const [charge] = (await first.stripe.charges.list()).data;
    const refund = await first.stripe.refunds.create({ charge: charge?.id ?? '', amount: 300 });
    const payout = await first.stripe.payouts.create({ amount: 100, currency: 'usd' });
    const events = await first.stripe.events.list({ limit: 100 });
    const balance = await first.stripe.balance.retrieve();
    // Held events plan nothing, so only the answer itself can have written this one down.
    await first.control({ action: 'hold' });
    const customer = await first.stripe.customers.create({ email: 'last@example.com' });
    await first.kill();
    const second = await started('killed');
    expect((await second.stripe.customers.retrieve(customer.id)).id).toBe(customer.id);
    expect((await second.stripe.refunds.retrieve(refund.id)).amount).toBe(300);
    const known = new Set((await second.stripe.events.list({ limit: 100 })).data.map(({ id }) => id));
    expect(events.data.filter(({ id }) => !known.has(id))).toEqual([]);
    expect(await second.stripe.balance.retrieve()).toMatchObject({ available: balance.available });
    expect((await second.stripe.checkout.sessions.create(sessionParameters(), { idempotencyKey: 'k' })).id).toBe(
      session.id,
    );
    await second.control({ action: 'advance_clock', seconds: 3 * 86_400 });
    expect((await second.stripe.payouts.retrieve(payout.id)).status).toBe('paid');
    await second.kill();
    const third = await started('killed');
    expect((await third.stripe.payouts.retrieve(payout.id)).status).toBe('paid');
  });
});

describe('chaos', () => {
  async function stormy(): Promise<{ playing: Play; endpoint: Awaited<ReturnType<typeof receiver>> }> {
    const endpoint = await receiver();
    const playing = await play({ webhookUrl: endpoint.url });
    open.push(playing.close, endpoint.close);
    return { playing, endpoint };
  }
  const idsOf = (bodies: { body: string }[]) => bodies.map(({ body }) => (JSON.parse(body) as Stripe.EventBase).id);

  test('every event is sent as often as the weather has it, and the dropped ones days later', async () => {
    const { playing, endpoint } = await stormy();
    const { sandbox } = playing;
    sandbox.control({ action: 'weather', times: 3, dropPerMille: 400, spreadMs: 20, seed: 7 });
    for (let number = 0; number < 10; number += 1) await paidCharge(playing);
    const all = sandbox.events();
    const dropped = all.filter(({ delivery }) => delivery?.state === 'dropped').map(({ event }) => event.id);
    expect(dropped.length).toBeGreaterThan(0);
    await endpoint.atLeast(3 * (all.length - dropped.length));
    const sent = idsOf(endpoint.received);
    expect(sent.filter((id) => dropped.includes(id))).toEqual([]);
    sandbox.control({ action: 'advance_clock', seconds: 3 * 86_400 });
    expect(sandbox.control({ action: 'replay', which: 'dropped' }).released).toBe(dropped.length);
    await endpoint.atLeast(sent.length + dropped.length);
    expect(new Set(idsOf(endpoint.received)).size).toBe(sandbox.events().length);
  });

  test('a fault strikes only the calls that it names', async () => {
    const { playing } = await stormy();
    const { sandbox, stripe } = playing;
    const charge = await paidCharge(playing);
    sandbox.control({ action: 'fail_next', mode: 'before', count: 1, route: 'POST /v1/refunds' });
    await stripe.charges.retrieve(charge.id);
    await expect(stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({ statusCode: 500 });
    expect((await stripe.refunds.list({ charge: charge.id })).data).toEqual([]);
    await stripe.refunds.create({ charge: charge.id });
  });

  test('the control page shows every kind of object with its buttons', async () => {
    const { playing } = await stormy();
    const { sandbox, stripe } = playing;
    const empty = await (await fetch(`${sandbox.url}/_sandbox`)).text();
    expect(empty).toContain('No dispute yet');
    const charge = await paidCharge(playing, { card: '4000000000000259' });
    const other = await paidCharge(playing);
    await stripe.refunds.create({ charge: other.id, amount: 5 });
    const page = await (await fetch(`${sandbox.url}/_sandbox`)).text();
    for (const text of [
      charge.id,
      'Warn of fraud',
      'value="decide_dispute"',
      'value="fail_refund"',
      'Balance transactions',
    ]) {
      expect(page).toContain(text);
    }
  });
});

test('the balance is the exact sum of hundreds of transactions, read page by page', async () => {
  const playing = await play();
  open.push(playing.close);
  const { stripe, sandbox } = playing;
  const charge = await paidCharge(playing, { cents: 99_000_000 });
  for (let part = 0; part < 300; part += 1) await stripe.refunds.create({ charge: charge.id, amount: 1 });
  expect(await agreedBalance(playing)).toBe(99_000_000 - 2_871_030 - 300);
  expect(sandbox.events().length).toBeGreaterThan(600);
});
