import { spawn } from 'node:child_process';
import {
  chownSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Halt } from './halt.mjs';
import { requireInstalled } from './paths.mjs';
import { endLeftoverPostgres, postgresHome } from './postgres-home.mjs';
import { pause, waitForExit } from './process-table.mjs';
import { run, tail } from './run.mjs';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
const superuser = 'postgres';
const environment = { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C', TZ: 'UTC' };

/**
 * Starts the embedded PostgreSQL of a data folder, making its cluster on first use.
 * Options: `folder`, `port`, `password` (the superuser's), `log` (path), `isThrowaway` (no durability, for tests),
 * `settings` (PostgreSQL's own, by name; they outrank the ones given here).
 * Resolves with `{ pid, port, cluster, superuserUrl(database), onExit(listener), stop(), kill() }`.
 */
export async function startPostgres(options) {
  const { folder, port, password } = options;
  const home = postgresHome(folder);
  await makeCluster(home, password);
  await endLeftoverPostgres(home.cluster);
  const server = launch(home, options);
  const superuserUrl = (database) => `postgresql://${superuser}:${password}@127.0.0.1:${String(port)}/${database}`;
  await untilReady(server, { port, superuserUrl, cluster: home.cluster });
  return {
    pid: server.child.pid,
    port,
    cluster: home.cluster,
    superuserUrl,
    onExit: (listener) => server.child.once('exit', listener),
    stop: () => stop(server.child),
    kill: () => void server.child.kill('SIGQUIT'),
  };
}

/** Makes the cluster beside its place and renames it, so that a half-written one is never taken for whole. */
async function makeCluster(home, password) {
  if (existsSync(join(home.cluster, 'PG_VERSION'))) {
    checkVersion(home);
    return;
  }
  if (existsSync(home.cluster)) {
    throw new Halt(
      `${home.cluster} is not a whole PostgreSQL data folder (PG_VERSION is missing). Move it away, or start over with: npm run up -- --fresh`,
    );
  }
  const half = `${home.cluster}.half`;
  rmSync(half, { recursive: true, force: true });
  await initialise({ ...home, cluster: half }, password);
  renameSync(half, home.cluster);
}

function checkVersion(home) {
  const found = readFileSync(join(home.cluster, 'PG_VERSION'), 'utf8').trim();
  if (found === '18') return;
  throw new Halt(
    `${home.cluster} was written by PostgreSQL ${found}, and this is PostgreSQL 18. Move it away, or start over with: npm run up -- --fresh`,
  );
}

async function initialise(home, password) {
  const passwordFile = join(home.parent, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (home.identity.uid !== undefined) chownSync(passwordFile, home.identity.uid, home.identity.gid);
  const args = ['--pgdata', home.cluster, '--username', superuser, '--pwfile', passwordFile];
  args.push('--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-instructions', '--no-sync');
  args.push('--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8');
  const { code, output } = await run(home.initdb, args, { ...home.identity, cwd: '/', env: environment });
  unlinkSync(passwordFile);
  if (code !== 0) throw new Halt(`PostgreSQL could not make its data folder ${home.cluster}:\n${tail(output, 8)}`);
}

function launch(home, { port, log, isThrowaway = false, settings = {} }) {
  const inForce = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '80',
    shared_buffers: '48MB',
    max_wal_size: '512MB',
    log_min_messages: 'warning',
    log_line_prefix: '%m ',
    timezone: 'UTC',
    ...(isThrowaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    ...settings,
  };
  const flags = Object.entries(inForce).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(home.postgres, ['-D', home.cluster, '-p', String(port), ...flags], {
    ...home.identity,
    cwd: '/',
    env: environment,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log);
  const server = { child, lastLines: '' };
  child.stderr.on('data', (chunk) => {
    file.write(chunk);
    server.lastLines = (server.lastLines + chunk.toString('utf8')).slice(-4_000);
  });
  child.on('error', (error) => {
    server.lastLines = error.message;
  });
  return server;
}

async function untilReady(server, { port, superuserUrl, cluster }) {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    if (server.child.exitCode !== null || server.child.pid === undefined) throw new Halt(startFailure(server, port));
    const refusal = await ownershipProblem(superuserUrl('postgres'), cluster);
    if (refusal === null) return;
    const isHopeless = refusal instanceof Halt || Date.now() > deadline;
    if (isHopeless) {
      await stop(server.child);
      throw refusal instanceof Halt ? refusal : new Halt(`PostgreSQL does not answer: ${refusal.message}`);
    }
    await pause(100);
  }
}

/** null when the server at this address is the one that serves `cluster`; otherwise why it is not. */
async function ownershipProblem(url, cluster) {
  const { Client } = requireInstalled('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query("SELECT current_setting('data_directory') AS place");
    if (rows[0].place === cluster) return null;
    return new Halt(
      `Another PostgreSQL answers on port ${String(client.port)}: its data lies in ${rows[0].place}, not in ${cluster}.`,
    );
  } catch (error) {
    if (error.code !== '28P01') return error;
    return new Halt(
      `The password in .cascade/secrets.json does not open the database in ${cluster}. Put the right file back, or start over with: npm run up -- --fresh`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

function startFailure(server, port) {
  const lines = server.lastLines.trim().split('\n');
  const line = lines.find((text) => /FATAL|PANIC|ERROR/.test(text)) ?? lines.at(-1) ?? '';
  if (/Address already in use/.test(server.lastLines)) {
    return `Port ${String(port)} was taken while PostgreSQL was starting. Try again.`;
  }
  return `PostgreSQL did not start: ${line.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '')}`;
}

async function stop(child) {
  if (child.pid === undefined || child.exitCode !== null) return;
  child.kill('SIGINT');
  if (await waitForExit(child.pid, stopTimeoutMs)) return;
  child.kill('SIGQUIT');
  await waitForExit(child.pid, stopTimeoutMs);
}
