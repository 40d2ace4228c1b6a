import { type Agent, request as httpRequest } from 'node:http';

export interface Delivery {
  eventId: string;
  body: string;
  signature: string;
}

export interface DeliveryTarget {
  port: number;
  agent: Agent;
  /** So many are under way all the time. */
  atOnce: number;
}

/** Delivers all, so many at once, and says how long it took and when each was sent. Rejects when one is not taken. */
export async function deliver(
  target: DeliveryTarget,
  deliveries: readonly Delivery[],
): Promise<{ seconds: number; sentAt: Map<string, number> }> {
  const waiting = [...deliveries];
  const sentAt = new Map<string, number>();
  const startedAt = performance.now();
  const sender = async () => {
    for (let delivery = waiting.pop(); delivery !== undefined; delivery = waiting.pop()) {
      sentAt.set(delivery.eventId, Date.now());
      await post(target, delivery);
    }
  };
  await Promise.all(Array.from({ length: target.atOnce }, sender));
  return { seconds: (performance.now() - startedAt) / 1_000, sentAt };
}

function post({ port, agent }: DeliveryTarget, { body, signature }: Delivery): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'stripe-signature': signature,
    };
    const path = '/api/webhooks/stripe';
    const sent = httpRequest({ port, agent, headers, path, host: '127.0.0.1', method: 'POST' }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`a delivery was answered with ${String(response.statusCode)}`));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
