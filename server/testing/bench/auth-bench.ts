import { Agent, request as httpRequest } from 'node:http';
import { createSealing, sealingKeys } from '#server/platform/sealing.ts';
import { createDatabase } from '#server/platform/db.ts';
import { plantSeed } from '../../../prisma/seed/plant.ts';
import { endWithJson, type Cleanup } from '../prove/last-line.ts';
import { signedInCitizen } from '../sessions.ts';
import { benchSecret, migratedDatabase, settingsFor, startProcess } from './processes.ts';
import { median } from './rounds.ts';
import { startBenchServer } from './server.ts';

/**
 * What being signed in costs: the same tRPC call with and without a session, in interleaved slices from a process of
 * its own. The ratio of a round is that of the two median times; the figure is the median of the rounds.
 */
const ratioMax = 1.35;
const rounds = 25;
const callsPerSlice = 200;
const callsAtOnce = 4;

const calls = {
  search: `listings.search?input=${encodeURIComponent(JSON.stringify({ json: {} }))}`,
  categories: 'listings.categories',
  session: 'session.current',
} as const;

/** `session.current` is shown as the bare cost: without a session it does nothing at all, so that it is no same call. */
const judged = ['search', 'categories'] as const;

type CallName = keyof typeof calls;
interface Figures {
  ratio: number;
  lowest: number;
  highest: number;
  plainMs: number;
  signedInMs: number;
}

const figures: Partial<Record<CallName, Figures>> = {};

await endWithJson(run, () => ({ figures }));

async function run(cleanups: Cleanup[]): Promise<void> {
  const target = await startTarget(cleanups);
  for (const name of Object.keys(calls) as CallName[]) {
    figures[name] = await compare(target, calls[name]);
    const { ratio, lowest, highest, plainMs, signedInMs } = figures[name];
    const range = `${ratio.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})`;
    process.stdout.write(
      `${calls[name].split('?', 1)[0] ?? ''}: ${range}, ${plainMs.toFixed(2)} → ${signedInMs.toFixed(2)} ms\n`,
    );
  }
  const ok = judged.every((name) => (figures[name]?.ratio ?? Infinity) <= ratioMax);
  process.stdout.write(`${JSON.stringify({ ok, ratioMax, figures })}\n`);
  if (!ok) process.exitCode = 1;
}

interface Target {
  port: number;
  cookie: string;
  agent: Agent;
}

/** The product's front in a process of its own on a durable PostgreSQL with the demo market in it. */
async function startTarget(cleanups: Cleanup[]): Promise<Target> {
  const server = await startBenchServer(false);
  cleanups.push(() => server.remove());
  const url = await migratedDatabase(server, 'market');
  const database = createDatabase(url, { connectionsMax: 2 });
  const sealing = createSealing(sealingKeys(undefined, benchSecret));
  await plantSeed({ database, now: new Date(), secret: benchSecret, sealing });
  const { cookie } = await signedInCitizen(database, { username: 'Marin', secret: benchSecret });
  await database.close();
  const port = await startProcess('front.ts fresh', settingsFor(url), cleanups);
  return { port, cookie, agent: new Agent({ keepAlive: true, maxSockets: callsAtOnce }) };
}

async function compare(target: Target, call: string): Promise<Figures> {
  const slices = { plain: [] as number[], signedIn: [] as number[] };
  const ratios: number[] = [];
  await slice(target, { call, cookie: '' });
  await slice(target, { call, cookie: target.cookie });
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['plain', 'signedIn'] as const) : (['signedIn', 'plain'] as const);
    const times = { plain: 0, signedIn: 0 };
    for (const kind of order)
      times[kind] = await slice(target, { call, cookie: kind === 'plain' ? '' : target.cookie });
    slices.plain.push(times.plain);
    slices.signedIn.push(times.signedIn);
    ratios.push(times.signedIn / times.plain);
  }
  return {
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    plainMs: median(slices.plain),
    signedInMs: median(slices.signedIn),
  };
}

/** The median time of a call in milliseconds, over a slice of calls of which some run at once. */
async function slice(target: Target, what: { call: string; cookie: string }): Promise<number> {
  const times: number[] = [];
  const caller = async () => {
    while (times.length < callsPerSlice) {
      const started = performance.now();
      await ask(target, what);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, caller));
  return median(times);
}

function ask({ port, agent }: Target, { call, cookie }: { call: string; cookie: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = cookie === '' ? {} : { cookie };
    const asked = httpRequest({ port, agent, headers, host: '127.0.0.1', path: `/api/trpc/${call}` }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${call} answered ${String(response.statusCode)}`));
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}
