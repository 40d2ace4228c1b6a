import { afterAll, describe, expect, inject, it } from 'vitest';
import { createDatabase } from '#server/platform/db.ts';
import { databaseUrl, freePort, withClient } from '#server/testing/cluster.ts';
import { testDatabase } from '#server/testing/database.ts';
import { assertMode } from './boot.ts';

const sandbox = { CASCADE_MODE: 'sandbox' } as const;
const live = { CASCADE_MODE: 'live' } as const;

describe('a process refuses to start', async () => {
  const stamped = await testDatabase();

  it('on a database that is stamped for the other kind of money', async () => {
    await expect(assertMode(stamped, live)).rejects.toThrow('stamped "sandbox", but CASCADE_MODE is "live"');
    await expect(assertMode(stamped, sandbox)).resolves.toBeUndefined();
  });

  it('on a database without a schema, and says what to run', async () => {
    const name = `boot_empty_${String(process.pid)}`;
    const cluster = inject('clusterUrl');
    await withClient(cluster, (client) => client.query(`CREATE DATABASE ${name}`));
    const empty = createDatabase(databaseUrl(cluster, name));
    afterAll(async () => {
      await empty.close();
      await withClient(cluster, (client) => client.query(`DROP DATABASE ${name}`));
    });
    await expect(assertMode(empty, sandbox)).rejects.toThrow('run the migrations first');
  });

  it('on a database that cannot be reached, and says what to check', async () => {
    const nowhere = createDatabase(`postgresql://nobody@127.0.0.1:${String(await freePort())}/none`);
    await expect(assertMode(nowhere, sandbox)).rejects.toThrow('check DATABASE_URL');
    await nowhere.close();
  });
});
