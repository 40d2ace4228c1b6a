import { randomUUID } from 'node:crypto';
import { availableParallelism, loadavg } from 'node:os';
import { Client } from 'pg';
import { endWithJson, type Cleanup } from '../prove/last-line.ts';
import { signed } from '../stripe-signature.ts';
import { paidSessions } from './paid-sessions.ts';
import { migratedDatabase, settingsFor, startProcess, startWorker } from './processes.ts';
import { createReport, isMet, rounded, type Report } from './report.ts';
import { median, quantile, race } from './rounds.ts';
import { startBenchServer } from './server.ts';
import { deliver, type Delivery } from './webhook-load.ts';

/**
 * The webhook door of the web process beside a bare handler that only verifies and answers 200, each in a process of its
 * own, at 50 deliveries at once, in turns. Then 50 buyers at once: how long it takes from Stripe's delivery until the
 * ducats are in the books, with the worker in a process of its own.
 */
const atOnce = 50;
const rounds = 9;
const deliveriesPerSlice = 4_000;
const sessions = 500;
const ratioMin = 0.5;
const webhookSecret = 'whsec_of_the_benchmark';
const bookedMsMax = 120_000;

async function main(report: Report, cleanups: Cleanup[]): Promise<void> {
  const server = await startBenchServer(false);
  cleanups.push(() => server.remove());
  const url = await migratedDatabase(server, 'bridge');
  report.line(`${availableParallelism()} processors, load ${loadavg().map(rounded).join(' ')}`);
  const paid = await paidSessions(url, { count: sessions, webhookSecret, cleanups });
  const env = settingsFor(url, { STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_API_URL: paid.stripeUrl });
  const target = async (file: string) => ({ atOnce, port: await startProcess(file, env, cleanups) });
  const [door, bare] = [await target('front.ts'), await target('bare-webhook.ts')];
  const admin = new Client(url);
  await admin.connect();
  cleanups.push(() => admin.end());

  const [sample = ''] = paid.bodies;
  const racer = (name: string, at: typeof door) => ({
    name,
    run: async () => {
      const deliveries = Array.from({ length: deliveriesPerSlice }, () => signedDelivery(renamed(sample)));
      const { seconds } = await deliver(at, deliveries);
      return deliveriesPerSlice / seconds;
    },
  });
  report.line(`Webhooks accepted, ${atOnce} at once, ${rounds} rounds of ${deliveriesPerSlice}`);
  const [ours, theirs] = await race([racer('webhook door', door), racer('bare handler', bare)], rounds);
  if (ours === undefined || theirs === undefined) throw new Error('nothing was measured');
  report.rates([ours, theirs], 'webhooks/s');
  report.ratio('webhook door / bare handler', [ours, theirs], { atLeast: ratioMin });
  await expectStored(admin, (rounds + 1) * deliveriesPerSlice);
  await admin.query('TRUNCATE inbox_event');
  await measureBooking(report, { admin, env, cleanups, bodies: paid.bodies, door });
  const missed = report.figures().filter((figure) => !isMet(figure));
  report.line(JSON.stringify({ ok: missed.length === 0, missed: missed.map(({ name }) => name), ...known() }));
  process.exitCode = missed.length === 0 ? 0 : 1;
}

interface Booking {
  admin: Client;
  env: NodeJS.ProcessEnv;
  cleanups: Cleanup[];
  bodies: readonly string[];
  door: Parameters<typeof deliver>[0];
}

/** Delivers every paid session once, while the worker works, and waits until all are booked. */
async function measureBooking(report: Report, { admin, env, cleanups, bodies, door }: Booking): Promise<void> {
  await startWorker(env, cleanups);
  const { seconds, sentAt } = await deliver(door, bodies.map(signedDelivery));
  const handled = await untilHandled(admin, bodies.length);
  const waits = bodies.map((body) => {
    const id = eventIdOf(body);
    return (handled.get(id)?.getTime() ?? NaN) - (sentAt.get(id) ?? NaN);
  });
  const last = Math.max(...[...handled.values()].map((at) => at.getTime()));
  const first = Math.min(...sentAt.values());
  report.line(
    `Booked: ${bodies.length} buyers, delivered ${atOnce} at once, in milliseconds from delivery to the books`,
  );
  report.figure('webhooks accepted a second beside the worker', bodies.length / seconds);
  report.figure('booked a second', (bodies.length * 1_000) / (last - first));
  report.figure('from delivery to booked, median', median(waits));
  report.figure('from delivery to booked, p99', quantile(waits, 0.99));
  const { rows } = await admin.query<{ count: string }>("SELECT count(*) FROM top_up WHERE state = 'credited'");
  report.figure('top-ups credited', Number(rows[0]?.count), { atLeast: bodies.length });
}

/** When each event was handled, once all are: the mark is of the transaction that booked it. */
async function untilHandled(admin: Client, count: number): Promise<Map<string, Date>> {
  const deadline = Date.now() + bookedMsMax;
  for (;;) {
    const { rows } = await admin.query<{ eventId: string; handledAt: Date }>(
      `SELECT event_id AS "eventId", handled_at AS "handledAt" FROM inbox_event WHERE state = 'handled'`,
    );
    if (rows.length === count) return new Map(rows.map(({ eventId, handledAt }) => [eventId, handledAt]));
    if (Date.now() > deadline) throw new Error(`${rows.length} of ${count} events were handled in time`);
    await admin.query('SELECT pg_sleep(0.2)');
  }
}

async function expectStored(admin: Client, count: number): Promise<void> {
  const { rows } = await admin.query<{ count: string }>('SELECT count(*) FROM inbox_event');
  if (rows[0]?.count !== String(count)) throw new Error(`${rows[0]?.count} of ${count} accepted events were stored`);
}

function signedDelivery(body: string): Delivery {
  return { eventId: eventIdOf(body), body, signature: signed(body, { secret: webhookSecret }) };
}

/** The same event under another id and about another session. */
function renamed(body: string): string {
  const text = randomUUID().replaceAll('-', '');
  return body.replace(/"evt_\w+"/, `"evt_${text}"`).replaceAll(/"cs_test_\w+"/g, `"cs_test_${text}"`);
}

function eventIdOf(body: string): string {
  return /"(evt_\w+)"/.exec(body)?.[1] ?? '';
}

const report = createReport((line) => process.stdout.write(`${line}\n`));
const known = () => ({ figures: report.figures() });
await endWithJson((cleanups) => main(report, cleanups), known);
