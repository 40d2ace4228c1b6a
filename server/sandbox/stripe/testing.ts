import { createServer } from 'node:http';
import Stripe from 'stripe';
import type { SandboxOptions } from '#server/sandbox/stripe/context.ts';
import { startStripeSandbox, type StripeSandbox } from '#server/sandbox/stripe/server.ts';

export const webhookSecret = 'whsec_sandbox_test';
export const soonSeconds = 60;

/** A sandbox in the test's own process, and the real SDK that talks to it. */
export interface Play {
  sandbox: StripeSandbox;
  stripe: Stripe;
  close: () => Promise<void>;
}

export function clientOf(url: string, key = 'sk_test_x'): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
}

/** What Stripe does soon after happens only when a test moves the clock, so that no test races with it. */
export async function play(options: SandboxOptions = {}): Promise<Play> {
  const quick = { webhookSecret, balanceDelayMs: soonSeconds * 1_000, bankDebitDelayMs: 3_600_000, retryBaseMs: 5 };
  const sandbox = await startStripeSandbox({ ...quick, ...options });
  let closing: Promise<void> | undefined;
  return { sandbox, stripe: clientOf(sandbox.url), close: () => (closing ??= sandbox.close()) };
}

export function sessionParameters(cents = 1_000): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'payment',
    success_url: 'http://127.0.0.1:9/done?session_id={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/cancelled',
    metadata: { top_up_id: 'one' },
    payment_intent_data: { metadata: { top_up_id: 'one' } },
    line_items: [
      { quantity: 1, price_data: { currency: 'usd', unit_amount: cents, product_data: { name: 'Ducats' } } },
    ],
  };
}

/** A charge paid with the card, and everything that follows at once done. */
export async function paidCharge(
  { sandbox, stripe }: Play,
  { card = '4242424242424242', cents = 1_000 } = {},
): Promise<Stripe.Charge> {
  const session = await stripe.checkout.sessions.create(sessionParameters(cents));
  sandbox.control({ action: 'pay', session: session.id, card });
  sandbox.control({ action: 'advance_clock', seconds: soonSeconds });
  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] });
  const intent = paid.payment_intent as Stripe.PaymentIntent;
  return intent.latest_charge as Stripe.Charge;
}

/** The types of the events since `count`, in the order in which they happened. */
export function typesSince({ sandbox }: Play, count = 0): string[] {
  return sandbox
    .events()
    .slice(count)
    .map(({ event }) => event.type);
}

/** Fails when the balance is not, to the cent, the sum of its transactions; answers that sum. */
export async function agreedBalance({ stripe }: Play, options: Stripe.RequestOptions = {}): Promise<number> {
  const transactions = await stripe.balanceTransactions
    .list({ limit: 100 }, options)
    .autoPagingToArray({ limit: 10_000 });
  const balance = await stripe.balance.retrieve({}, options);
  const sum = transactions.reduce((total, { net }) => total + net, 0);
  const available = transactions
    .filter(({ status }) => status === 'available')
    .reduce((total, { net }) => total + net, 0);
  const told = [balance.available[0]?.amount, balance.pending[0]?.amount];
  if (told[0] !== available || told[1] !== sum - available) {
    throw new Error(`the balance says ${told.join(' and ')}, its transactions ${available} and ${sum - available}`);
  }
  return sum;
}

export interface Received {
  body: string;
  signature: string;
}

/** A webhook endpoint that answers as it is told and can be waited for. */
export async function receiver(statuses: number[] = []) {
  const received: Received[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      received.push({
        body: Buffer.concat(chunks).toString(),
        signature: String(incoming.headers['stripe-signature']),
      });
      outgoing.writeHead(statuses.shift() ?? 200).end();
      for (const waiter of waiting) if (received.length >= waiter.count) waiter.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}/`,
    received,
    types: () => received.map(({ body }) => (JSON.parse(body) as { type: string }).type),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
    atLeast: (count: number) =>
      new Promise<void>((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}
