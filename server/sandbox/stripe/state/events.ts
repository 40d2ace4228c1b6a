import type Stripe from 'stripe';

import {
  apiVersion,
  changeChaos,
  chaosOf,
  nowSeconds,
  ownDoing,
  type Cause,
  type Sandbox,
} from '#server/sandbox/stripe/context.ts';
import { drawn } from '#server/sandbox/stripe/state/chaos.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { platformAccount } from '#server/sandbox/stripe/state/store.ts';

/** Stripe's event, its object a snapshot of that moment. */
export type EventRecord = Stripe.EventBase;
export type EventType = Stripe.Event['type'];

export interface DeliveryAttempt {
  at: number;
  status: number | null;
  error: string | null;
}

export type DeliveryState = 'held' | 'waiting' | 'delivered' | 'dropped' | 'given_up';

export interface DeliveryRecord {
  eventId: string;
  state: DeliveryState;
  failures: number;
  attempts: DeliveryAttempt[];
}

export interface Happening {
  type: EventType;
  object: object;
  previous?: object;
  cause?: Cause;
  /** The connected account it happened on. */
  account?: string;
}

/** Records an event and plans its delivery, unless the control page holds or drops it. */
export function emitEvent(sandbox: Sandbox, happening: Happening): void {
  const { store } = sandbox;
  const account = happening.account ?? platformAccount;
  const cause = happening.cause ?? ownDoing;
  const event: EventRecord = {
    id: newIdentifier('event'),
    object: 'event',
    ...(account === platformAccount ? {} : { account }),
    api_version: apiVersion,
    created: nowSeconds(sandbox),
    data: {
      object: happening.object,
      ...(happening.previous === undefined ? {} : { previous_attributes: happening.previous }),
    },
    livemode: false,
    pending_webhooks: chaosOf(store).webhookUrl === null ? 0 : 1,
    request: { id: cause.requestId, idempotency_key: cause.idempotencyKey },
    type: happening.type,
  };
  store.putIn(account, 'event', { id: event.id, value: event });
  planDelivery(sandbox, event.id);
}

function planDelivery(sandbox: Sandbox, eventId: string): void {
  const { store } = sandbox;
  const delivery: DeliveryRecord = { eventId, state: 'waiting', failures: 0, attempts: [] };
  if (isDropped(sandbox)) delivery.state = 'dropped';
  else if (chaosOf(store).held) delivery.state = 'held';
  store.put('delivery', eventId, delivery);
  if (delivery.state === 'waiting') sendOut(sandbox, eventId);
}

function isDropped(sandbox: Sandbox): boolean {
  const { store } = sandbox;
  const { dropNext, weather } = chaosOf(store);
  if (dropNext > 0) {
    changeChaos(store, { dropNext: dropNext - 1 });
    return true;
  }
  return weather.dropPerMille > 0 && draw(sandbox, 1_000) < weather.dropPerMille;
}

/** Plans the sendings of an event as the weather has it: several, and each at its own moment. */
export function sendOut(sandbox: Sandbox, eventId: string): void {
  const { delayMs, weather } = chaosOf(sandbox.store);
  for (let time = 0; time < weather.times; time += 1) {
    const putOffMs = weather.spreadMs === 0 ? 0 : draw(sandbox, weather.spreadMs + 1);
    sandbox.scheduler.plan('deliver_event', eventId, delayMs + putOffMs);
  }
}

function draw(sandbox: Sandbox, below: number): number {
  const { weather } = chaosOf(sandbox.store);
  changeChaos(sandbox.store, { weather: { ...weather, draws: weather.draws + 1 } });
  return drawn(weather.seed, weather.draws, below);
}
