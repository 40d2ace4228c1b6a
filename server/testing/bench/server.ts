import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgresData } from '../../../scripts/up/postgres-home.mjs';
import { startPostgres } from '../../../scripts/up/postgres.mjs';
import { freePort } from '../cluster.ts';

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
  log_min_messages: 'fatal',
} as const;

const memoryFolder = '/dev/shm';

/** Starts a durable server on an empty data folder, under /dev/shm when `isInMemory`. */
export async function startBenchServer(isInMemory: boolean): Promise<BenchServer> {
  const folder = mkdtempSync(join(isInMemory ? memoryFolder : tmpdir(), 'cascade-bench-'));
  // The server's user must be able to enter it: otherwise its data would lie elsewhere, and not in memory.
  chmodSync(folder, 0o755);
  // Also ends a server that still runs on it.
  const removeFolder = async () => {
    await removePostgresData(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const log = join(folder, 'postgres.log');
    const postgres = await startPostgres({ folder, port: await freePort(), password: 'postgres', log, settings });
    if (isInMemory && !postgres.cluster.startsWith(memoryFolder)) {
      throw new Error(`the server's user cannot reach ${folder}, so its data would not be in memory`);
    }
    const remove = async () => {
      // Nothing of it is kept, so no checkpoint has to be waited for.
      postgres.kill();
      await removeFolder();
    };
    return { url: (database) => postgres.superuserUrl(database), remove };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
