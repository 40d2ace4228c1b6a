import type Stripe from 'stripe';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { answerRefusal } from '#server/platform/http.ts';
import { storeEvent } from '#server/platform/inbox-store.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { readBodyText } from '#server/platform/node-http.ts';
import { objectOfEvent, stripeEvent, stripeSource, type StripeEvent } from './stripe-events.ts';

export interface WebhookDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
  stripe: Stripe;
  /**
   * Of the endpoint, or of several with commas between them: Stripe gives that for connected accounts a secret of its own,
   * and a new one beside the old while it is exchanged. Empty when there is no endpoint.
   */
  webhookSecret: string;
  mode: 'sandbox' | 'live';
}

const bodyBytesMax = 1_048_576;
const toleranceSeconds = 300;

/** What Stripe sends: the body as it came, byte by byte, and the header that signs it. */
export interface WebhookDelivery {
  payload: string;
  signature: string;
}

/** The door as a Web handler: 200, 405 for anything but POST, or what `takeDelivery` refuses as a problem document. */
export async function stripeWebhook(request: Request, deps: WebhookDeps): Promise<Response> {
  try {
    if (deps.webhookSecret === '') throw noSuchDoor();
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    const payload = await readBodyText(request, bodyBytesMax);
    return Response.json(
      await takeDelivery({ payload, signature: request.headers.get('stripe-signature') ?? '' }, deps),
    );
  } catch (error) {
    return answerRefusal(error);
  }
}

/**
 * Takes an event of Stripe: the signature is checked on the raw body, then the event is stored once; the worker does the
 * rest. Refuses, storing nothing: `signature_invalid`, `event_malformed`, `livemode_mismatch` (invalid), `overloaded`
 * (unavailable); without a secret there is no such door, `not_found`.
 */
export async function takeDelivery(
  { payload, signature }: WebhookDelivery,
  deps: WebhookDeps,
): Promise<{ received: true }> {
  if (deps.webhookSecret === '') throw noSuchDoor();
  verifySignature(payload, signature, deps);
  const event = readEvent(payload, deps.mode);
  const { id: eventId, type } = event;
  await storeEvent(deps, { source: stripeSource, eventId, type, objectId: objectOfEvent(event), payload });
  return { received: true };
}

function noSuchDoor(): Error {
  return refuse('not_found', 'not_found', 'There is nothing at this address.');
}

function verifySignature(payload: string, signature: string, deps: WebhookDeps): void {
  const nowMs = deps.clock.now().getTime();
  const { signature: verifier } = deps.stripe.webhooks;
  invariant(verifier !== null, 'the SDK can verify signatures');
  for (const secret of deps.webhookSecret.split(/\s*,\s*/).filter((each) => each !== '')) {
    try {
      verifier.verifyHeader(payload, signature, secret, toleranceSeconds, undefined, nowMs);
      return;
    } catch {
      // Of another endpoint, perhaps. A malformed header makes the SDK throw other errors too; none means that it is signed.
    }
  }
  throw refuse('invalid', 'signature_invalid', 'The signature does not belong to this body, or is too old.');
}

function readEvent(payload: string, mode: 'sandbox' | 'live'): StripeEvent {
  const event = stripeEvent.safeParse(jsonOf(payload));
  if (!event.success) throw refuse('invalid', 'event_malformed', 'The body is not an event of Stripe.');
  if (event.data.livemode === (mode === 'live')) return event.data;
  throw refuse(
    'invalid',
    'livemode_mismatch',
    'Play money and real money never meet: this event is of the other mode.',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
