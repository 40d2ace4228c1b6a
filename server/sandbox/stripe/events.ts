import type Stripe from 'stripe';

import { apiVersion, chaosOf, nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { newIdentifier } from '#server/sandbox/stripe/identifiers.ts';

/** Stripe's event, its object a snapshot of that moment. */
export type EventRecord = Stripe.EventBase;

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

export type EventType =
  | 'charge.failed'
  | 'charge.succeeded'
  | 'charge.updated'
  | 'checkout.session.completed'
  | 'checkout.session.expired'
  | 'customer.created'
  | 'customer.updated'
  | 'payment_intent.created'
  | 'payment_intent.payment_failed'
  | 'payment_intent.requires_action'
  | 'payment_intent.succeeded';

export interface Happening {
  type: EventType;
  object: object;
  previous?: object;
  cause: Cause;
}

/** Records an event and plans its delivery, unless the control page holds or drops it. */
export function emitEvent(sandbox: Sandbox, happening: Happening): void {
  const { store } = sandbox;
  const event: EventRecord = {
    id: newIdentifier('event'),
    object: 'event',
    api_version: apiVersion,
    created: nowSeconds(store),
    data: {
      object: structuredClone(happening.object),
      ...(happening.previous === undefined ? {} : { previous_attributes: structuredClone(happening.previous) }),
    },
    livemode: false,
    pending_webhooks: chaosOf(store).webhookUrl === null ? 0 : 1,
    request: { id: happening.cause.requestId, idempotency_key: happening.cause.idempotencyKey },
    type: happening.type,
  };
  store.put('event', event.id, event);
  planDelivery(sandbox, event.id);
}

function planDelivery(sandbox: Sandbox, eventId: string): void {
  const { store, scheduler } = sandbox;
  const chaos = chaosOf(store);
  const delivery: DeliveryRecord = { eventId, state: 'waiting', failures: 0, attempts: [] };
  if (chaos.dropNext > 0) {
    store.put('chaos', 'chaos', { ...chaos, dropNext: chaos.dropNext - 1 });
    delivery.state = 'dropped';
  } else if (chaos.held) {
    delivery.state = 'held';
  } else {
    scheduler.plan('deliver_event', eventId, chaos.delayMs);
  }
  store.put('delivery', eventId, delivery);
}
