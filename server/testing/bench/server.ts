import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { removePostgresData } from '../../../scripts/up/postgres-home.mjs';
import { startPostgres } from '../../../scripts/up/postgres.mjs';
import { freePort, withClient } from '../cluster.ts';

/** The PostgreSQL of one benchmark, in a folder of its own. */
export interface BenchServer {
  /** Address of a database as the superuser. */
  url(database: string): string;
  /** Stops the server and removes its data. */
  remove(): Promise<void>;
}

/**
 * What differs from the embedded server's own settings, for every contestant alike. Durability stays as it is.
 * Memory for all tables of a run, and no checkpoint that falls into one contestant's slice and not into the others'.
 */
const settings = {
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  min_wal_size: '2GB',
  checkpoint_timeout: '30min',
  maintenance_work_mem: '512MB',
  wal_buffers: '64MB',
  max_connections: '200',
} as const;

const fixed = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_min_messages: 'fatal',
} as const;

const memoryFolder = '/dev/shm';
const startMsMax = 60_000;
const stopMsMax = 60_000;
const password = 'postgres';

/** Starts a durable server on an empty data folder, under /dev/shm when `isInMemory`. */
export async function startBenchServer(isInMemory: boolean): Promise<BenchServer> {
  const folder = mkdtempSync(join(isInMemory ? memoryFolder : tmpdir(), 'cascade-bench-'));
  // The server's user must be able to enter it: otherwise its data would lie elsewhere, and not in memory.
  chmodSync(folder, 0o755);
  const removeFolder = async () => {
    await removePostgresData(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const url = (database: string) => `postgresql://postgres:${password}@127.0.0.1:${String(port)}/${database}`;
    const place = await makeCluster(folder, port);
    if (isInMemory && !place.cluster.startsWith(memoryFolder)) {
      throw new Error(`the server's user cannot reach ${folder}, so its data would not be in memory`);
    }
    const child = await launch(place, port, url('postgres'));
    const remove = async () => {
      await stop(child);
      await removeFolder();
    };
    return { url, remove };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

interface Place {
  program: string;
  cluster: string;
}

/** Lets `startPostgres` make the cluster, and says where it and its program are. */
async function makeCluster(folder: string, port: number): Promise<Place> {
  const made = await startPostgres({ folder, port, password, log: join(folder, 'postgres.log') });
  try {
    return await withClient(made.superuserUrl('postgres'), async (client) => {
      const { rows } = await client.query<{ bin: string; cluster: string }>(
        `SELECT setting AS bin, current_setting('data_directory') AS cluster FROM pg_config WHERE name = 'BINDIR'`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error('PostgreSQL does not say where it is installed');
      return { program: join(row.bin, 'postgres'), cluster: row.cluster };
    });
  } finally {
    await made.stop();
  }
}

/** `startPostgres` names memory and log size on the command line, which outranks every file: so it is started anew. */
async function launch({ program, cluster }: Place, port: number, url: string): Promise<ChildProcess> {
  const flags = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { uid, gid } = statSync(cluster);
  const child = spawn(program, ['-D', cluster, '-p', String(port), ...flags], {
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const deadline = performance.now() + startMsMax;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended with code ${child.exitCode}`);
    const answered = await withClient(url, (client) => client.query('SELECT 1')).then(
      () => true,
      (error: unknown) => error,
    );
    if (answered === true) return child;
    if (performance.now() > deadline) {
      await stop(child);
      throw new Error('PostgreSQL does not answer', { cause: answered });
    }
    await pause(100);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit').then(() => true);
  // An immediate shutdown: nothing of it is kept, so no checkpoint has to be waited for.
  child.kill('SIGQUIT');
  const isGone = await Promise.race([gone, pause(stopMsMax, false, { ref: false })]);
  if (!isGone) child.kill('SIGKILL');
}
