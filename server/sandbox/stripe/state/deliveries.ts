import { createHmac } from 'node:crypto';

import { changeChaos, chaosOf, nowMs, nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import type { DeliveryAttempt, DeliveryRecord, EventRecord } from '#server/sandbox/stripe/state/events.ts';
import { noSuch } from '#server/sandbox/stripe/wire/errors.ts';

const deliveryTimeoutMs = 10_000;
const failuresMax = 16;
const pauseMsMax = 3_600_000;
const attemptsKept = 20;

/** Stripe sends indented JSON; a receiver that re-serialises it cannot verify the signature. */
export function eventBody(event: EventRecord): string {
  return JSON.stringify(event, null, 2);
}

/** Stripe's signature scheme: HMAC-SHA256 over `timestamp.body`, in whole seconds of real time. */
export function signatureHeader(body: string, secret: string, timestampSeconds: number): string {
  const signature = createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex');
  return `t=${timestampSeconds},v1=${signature}`;
}

/** Sends one event once, keeps the attempt, and plans the next one when the answer is not 2xx. */
export async function deliverEvent(sandbox: Sandbox, eventId: string): Promise<void> {
  const { store } = sandbox;
  const event = store.get('event', eventId);
  const url = chaosOf(store).webhookUrl;
  if (event === undefined || url === null) return;
  const attempt = await send(sandbox, url, eventBody(event));
  const delivery = store.get('delivery', eventId);
  if (delivery === undefined) return;
  const isDelivered = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
  if (isDelivered && event.pending_webhooks > 0) store.put('event', eventId, { ...event, pending_webhooks: 0 });
  store.put('delivery', eventId, afterAttempt(delivery, attempt, isDelivered));
  const failures = delivery.failures + 1;
  if (!isDelivered && delivery.state !== 'delivered' && failures < failuresMax) {
    const pauseMs = Math.min(sandbox.options.retryBaseMs * 2 ** delivery.failures, pauseMsMax);
    sandbox.scheduler.plan('deliver_event', eventId, pauseMs);
  }
  store.commit();
}

function afterAttempt(delivery: DeliveryRecord, attempt: DeliveryAttempt, isDelivered: boolean): DeliveryRecord {
  const attempts = [...delivery.attempts, attempt].slice(-attemptsKept);
  if (isDelivered || delivery.state === 'delivered') return { ...delivery, state: 'delivered', attempts };
  const failures = delivery.failures + 1;
  return { ...delivery, failures, state: failures >= failuresMax ? 'given_up' : 'waiting', attempts };
}

async function send(sandbox: Sandbox, url: string, body: string): Promise<DeliveryAttempt> {
  const at = nowSeconds(sandbox);
  const signature = signatureHeader(body, sandbox.options.webhookSecret, Math.floor(Date.now() / 1_000));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signature,
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(deliveryTimeoutMs),
    });
    await response.arrayBuffer();
    return { at, status: response.status, error: null };
  } catch (error) {
    return { at, status: null, error: error instanceof Error ? error.message : 'unknown failure' };
  }
}

/** Plans `times` further deliveries of an event that exists, whatever became of it. */
export function resendEvent(sandbox: Sandbox, eventId: string, times: number): void {
  const { store, scheduler } = sandbox;
  const delivery = store.get('delivery', eventId);
  if (delivery === undefined) throw noSuch('event', eventId);
  if (delivery.state !== 'delivered') store.put('delivery', eventId, { ...delivery, state: 'waiting', failures: 0 });
  for (let time = 0; time < times; time += 1) scheduler.plan('deliver_event', eventId, 0);
}

/** Lets held events go, in the order they happened or in the reverse order. */
export function releaseEvents(sandbox: Sandbox, order: 'as_happened' | 'reversed'): number {
  const { store, scheduler } = sandbox;
  changeChaos(store, { held: false });
  const held = store.all('delivery').filter((delivery) => delivery.state === 'held');
  if (order === 'reversed') held.reverse();
  held.forEach((delivery, index) => {
    store.put('delivery', delivery.eventId, { ...delivery, state: 'waiting' });
    scheduler.plan('deliver_event', delivery.eventId, index);
  });
  return held.length;
}

/** Sends every event that was dropped, or all there are; answers how many. */
export function replayEvents(sandbox: Sandbox, which: 'dropped' | 'all'): number {
  const { store, scheduler } = sandbox;
  const replayed = store.all('delivery').filter(({ state }) => which === 'all' || state === 'dropped');
  for (const delivery of replayed) {
    if (delivery.state === 'dropped') store.put('delivery', delivery.eventId, { ...delivery, state: 'waiting' });
    scheduler.plan('deliver_event', delivery.eventId, 0);
  }
  return replayed.length;
}

/** Moves the sandbox's clock forward; whatever falls due happens at once. */
export function advanceClock(sandbox: Sandbox, seconds: number): number {
  const { store, scheduler } = sandbox;
  changeChaos(store, { clockOffsetMs: chaosOf(store).clockOffsetMs + seconds * 1_000 });
  scheduler.runDue();
  return nowMs(sandbox);
}
