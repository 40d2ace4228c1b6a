import { afterAll, inject } from 'vitest';
import { createDatabase, type Database, type DatabaseOptions } from '#server/platform/db.ts';
import { databaseUrl, withClient } from './cluster.ts';

/** A migrated database of one test file, and the connection of its superuser for planting damage. */
export interface TestDatabase extends Database {
  readonly adminUrl: string;
}

let count = 0;

/**
 * Clones the template database (about 100 ms) and connects as the application's role.
 * It is dropped after the test file.
 */
export async function testDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const clusterUrl = inject('clusterUrl');
  count += 1;
  const name = `test_${String(process.pid)}_${String(count)}_${Date.now().toString(36)}`;
  await withClient(clusterUrl, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${inject('templateName')} STRATEGY FILE_COPY`),
  );
  const adminUrl = databaseUrl(clusterUrl, name);
  const database = createDatabase(adminUrl, options);
  afterAll(async () => {
    await database.close();
    await withClient(clusterUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  });
  return { ...database, adminUrl };
}

/** Runs SQL as the superuser: only for planting damage and looking where the application may not. */
export async function asSuperuser(database: TestDatabase, sql: string): Promise<void> {
  await withClient(database.adminUrl, (client) => client.query(sql));
}
