import { fork, spawn } from 'node:child_process';
import { once as happening } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { migrate } from '../../../prisma/migrate.ts';
import { buildForTests, buildPages } from '../../../scripts/up/build.mjs';
import { freePort } from '../cluster.ts';
import type { Cleanup } from '../prove/last-line.ts';
import type { BenchServer } from './server.ts';

/** The server's secret in benchmarks of whole processes. */
export const benchSecret = 'a secret that only this benchmark knows';

/** All that a process gets: a benchmark must not depend on what else the shell has set. */
export function settingsFor(databaseUrl: string, others: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'production',
    CASCADE_MODE: 'sandbox',
    APP_URL: 'http://127.0.0.1',
    DATABASE_URL: databaseUrl,
    CASCADE_SECRET: benchSecret,
    STRIPE_SECRET_KEY: 'sk_test_bench',
    STRIPE_API_URL: 'http://127.0.0.1:9',
    VENICE_ISSUER: 'http://127.0.0.1:9',
    VENICE_CLIENT_ID: 'cascade',
    VENICE_CLIENT_SECRET: 'secret',
    LOG_LEVEL: 'silent',
    ...others,
  };
}

/** A migrated, empty database on the server; its address. */
export async function migratedDatabase(server: BenchServer, name: string): Promise<string> {
  const admin = new Client(server.url('postgres'));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = server.url(name);
  await migrate({ url, mode: 'sandbox' });
  return url;
}

/** The worker as a process of its own, once it runs; it ends with the benchmark. */
export async function startWorker(env: NodeJS.ProcessEnv, cleanups: Cleanup[]): Promise<void> {
  const file = fileURLToPath(new URL('../../worker.ts', import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await happening(child, 'exit');
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error('the worker ended'));
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('the worker runs')) resolve();
    });
  });
}

/** Starts a file of this folder as a process that tells its port; it ends with the benchmark. Resolves with the port. */
export async function startProcess(file: string, env: NodeJS.ProcessEnv, cleanups: Cleanup[]): Promise<number> {
  return (await startMeasured(file, env, cleanups)).port;
}

export interface Measured {
  port: number;
  /** The number of the process, whose use of processors can be read. */
  pid: number;
}

/** The same, with the number of the process. The file may be followed by words for it. */
export async function startMeasured(command: string, env: NodeJS.ProcessEnv, cleanups: Cleanup[]): Promise<Measured> {
  const [file = '', ...words] = command.split(' ');
  const child = fork(new URL(file, import.meta.url), words, { env });
  cleanups.push(async () => {
    child.disconnect();
    await happening(child, 'exit');
  });
  const [{ port }] = (await happening(child, 'message')) as [{ port: number }];
  if (child.pid === undefined) throw new Error(`${file} did not start`);
  return { port, pid: child.pid };
}

/**
 * The web process with its pages, of a production build that is made where there is none, on a database that is there;
 * it ends with the benchmark.
 */
export async function startPages(databaseUrl: string, cleanups: Cleanup[]): Promise<Measured> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${String(port)}`;
  const build = buildForTests();
  const addresses = { PORT: String(port), APP_URL: origin, NEXTAUTH_URL: origin, CASCADE_BUILD_FOLDER: build };
  const env = settingsFor(databaseUrl, { ...addresses, RATE_LIMIT_TIMES: '1000' });
  await buildPages(env, build);
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../main.ts', import.meta.url))], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = happening(child, 'exit');
  cleanups.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await Promise.race([
    untilReady(`${origin}/readyz`),
    ended.then(() => Promise.reject(new Error('the web process ended'))),
  ]);
  if (child.pid === undefined) throw new Error('the web process did not start');
  return { port, pid: child.pid };
}

const readyMsMax = 90_000;
const readyPollMs = 200;

async function untilReady(address: string): Promise<void> {
  const deadline = Date.now() + readyMsMax;
  for (;;) {
    const isReady = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (Date.now() > deadline) throw new Error(`${address} was never ready`);
    await pause(readyPollMs);
  }
}
