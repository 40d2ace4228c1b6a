import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../prisma/migrate.ts';
import { removePostgresData } from '../../scripts/up/postgres-home.mjs';
import { startPostgres } from '../../scripts/up/postgres.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection of the test cluster's superuser. */
    clusterUrl: string;
    /** Name of the migrated, empty database that every test file clones. */
    templateName: string;
  }
}

const templateName = 'cascade_template';

/** Starts one PostgreSQL for the whole test run and prepares the template database. */
export default async function startCluster(project: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-test-'));
  const postgres = await startPostgres({
    folder,
    port: await freePort(),
    password: 'postgres',
    log: join(folder, 'postgres.log'),
    isThrowaway: true,
    settings: { max_connections: '200' },
  });
  await withClient(postgres.superuserUrl('postgres'), (client) => client.query(`CREATE DATABASE ${templateName}`));
  await migrate({ url: postgres.superuserUrl(templateName), mode: 'sandbox' });
  project.provide('clusterUrl', postgres.superuserUrl('postgres'));
  project.provide('templateName', templateName);
  return async () => {
    await postgres.stop();
    reportCrashes(join(folder, 'postgres.log'));
    await removePostgresData(folder);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A server that crashed and came back made tests fail at random: the reason stands only in its log, which goes with it. */
function reportCrashes(log: string): void {
  const crashes = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /server process .* (was terminated|exited)|PANIC: /.test(line));
  for (const line of crashes) process.stderr.write(`PostgreSQL of the tests: ${line}\n`);
}

/** The same connection to another database of the cluster. */
export function databaseUrl(clusterUrl: string, name: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one piece of work on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A TCP port that nothing listens on right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}
