import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '#server/platform/clock.ts';
import { createDatabase } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import { startTopUp } from '#server/payments/flows.ts';
import { createStripe } from '#server/payments/stripe/stripe-client.ts';
import { startStripeSandbox } from '#server/sandbox/stripe/server.ts';
import type { Cleanup } from '../prove/last-line.ts';
import { benchSecret } from './processes.ts';
import { plainCitizen } from '../trust.ts';

interface PaidSessions {
  /** Where the sandbox answers that knows the sessions. */
  stripeUrl: string;
  /** The `checkout.session.completed` of each, byte by byte as Stripe sends it. */
  bodies: string[];
}

/** So many citizens who each paid for a package, of which the product has not heard yet. */
export async function paidSessions(
  databaseUrl: string,
  options: { count: number; webhookSecret: string; cleanups: Cleanup[] },
): Promise<PaidSessions> {
  const { count, webhookSecret, cleanups } = options;
  const bodies: string[] = [];
  let told: () => void;
  const allTold = new Promise<void>((resolve) => (told = resolve));
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      if (/"type": ?"checkout\.session\.completed"/.test(body)) bodies.push(body);
      if (bodies.length === count) told();
      response.end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const webhookUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const sandbox = await startStripeSandbox({ webhookUrl, webhookSecret, balanceDelayMs: 0 });
  cleanups.push(() => sandbox.close());
  const database = createDatabase(databaseUrl, { connectionsMax: 4 });
  const stripe = createStripe({ STRIPE_SECRET_KEY: 'sk_test_bench', STRIPE_API_URL: sandbox.url });
  const deps = {
    database,
    stripe,
    clock: systemClock,
    ids: systemIds,
    appUrl: 'http://127.0.0.1',
    secret: benchSecret,
  };
  for (let index = 0; index < count; index += 1) {
    const citizenId = await database.inTransaction((tx) => plainCitizen(tx, { clock: systemClock, level: 3 }));
    const choice = { kind: 'package', packageId: 'starter' } as const;
    const { checkoutUrl } = await startTopUp(deps, { citizenId, choice, key: systemIds.uuid() });
    const session = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
    sandbox.control({ action: 'pay', session, card: '4242424242424242' });
  }
  await allTold;
  await database.close();
  sandbox.control({ action: 'webhook_url', url: null });
  listener.close();
  return { stripeUrl: sandbox.url, bodies };
}
