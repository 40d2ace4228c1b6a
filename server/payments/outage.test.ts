import { afterAll, expect, test } from 'vitest';
import { fulfil } from '#server/payments/flows.ts';
import { handleStripeEvent } from '#server/payments/stripe/stripe-events.ts';
import { stripeWebhook } from '#server/payments/stripe/webhook.ts';
import { createDatabase } from '#server/platform/db.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import { drainInbox } from '#server/platform/inbox.ts';
import { eventBody, signed, testBridge, webhookSecret } from '#server/testing/payments.ts';
import { tcpProxy } from '#server/testing/tcp-proxy.ts';

const bridge = await testBridge();
const address = new URL(bridge.database.adminUrl);
const proxy = await tcpProxy({ host: address.hostname, port: Number.parseInt(address.port, 10) });
address.port = String(proxy.port);
const database = createDatabase(address.href);
/** The same bridge, its way to PostgreSQL one that can be cut. */
const deps = { ...bridge.deps, database, clock: { now: () => new Date() } };
afterAll(async () => {
  await database.close();
  await proxy.close();
});

function deliver(body: string): Promise<Response> {
  const headers = { 'stripe-signature': signed(body) };
  const request = new Request('http://127.0.0.1/api/webhooks/stripe', { method: 'POST', headers, body });
  return stripeWebhook(request, { ...deps, webhookSecret, mode: 'sandbox' });
}

const drain = () =>
  drainInbox(deps, { source: 'stripe', handler: (event) => handleStripeEvent(deps, event), limit: 10 });

test('while PostgreSQL is away the door answers 503, so that Stripe sends again, and then 200', async () => {
  const body = eventBody('mandate.updated', { id: 'mandate_1' });
  await proxy.cut();
  const refused = await deliver(body);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'database_unavailable' });
  await proxy.mend();
  expect((await deliver(body)).status).toBe(200);
});

test('PostgreSQL gone between the call to Stripe and the booking loses no event and credits once', async () => {
  const topUp = await bridge.start();
  bridge.sandbox.control({ action: 'hold' });
  bridge.pay(topUp.sessionId);
  expect((await deliver(eventBody('checkout.session.completed', { id: topUp.sessionId }))).status).toBe(200);
  const cutting = drainInbox(deps, {
    source: 'stripe',
    limit: 10,
    handler: async (event) => {
      const outcome = await handleStripeEvent(deps, event);
      await proxy.cut();
      return outcome;
    },
  });
  await expect(cutting).rejects.toSatisfy(isDatabaseUnavailable);
  await expect(drain()).rejects.toSatisfy(isDatabaseUnavailable);
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(0n);
  await proxy.mend();
  const later = { ...deps, clock: { now: () => new Date(Date.now() + 120_000) } };
  const report = await drainInbox(later, {
    source: 'stripe',
    handler: (event) => handleStripeEvent(later, event),
    limit: 10,
  });
  expect(report.handled).toBe(1);
  await fulfil(deps, { sessionId: topUp.sessionId });
  expect(await bridge.balance(topUp.citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
});
