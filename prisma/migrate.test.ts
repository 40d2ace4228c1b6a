import { describe, expect, inject, it } from 'vitest';
import { databaseUrl, withClient } from '#server/testing/cluster.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { knownMigrations, migrate } from './migrate.ts';

async function emptyDatabase(name: string): Promise<string> {
  await withClient(inject('clusterUrl'), (client) => client.query(`CREATE DATABASE ${name}`));
  return databaseUrl(inject('clusterUrl'), name);
}

describe('migrations', () => {
  it('two processes that start at once apply each migration exactly once', async () => {
    const url = await emptyDatabase('migrate_twice');
    const [left, right] = await Promise.all([migrate({ url, mode: 'sandbox' }), migrate({ url, mode: 'sandbox' })]);
    const names = knownMigrations().map((migration) => migration.name);
    expect([...left, ...right].sort()).toEqual(names);
    expect(await migrate({ url, mode: 'sandbox' })).toEqual([]);
  });

  it('are refused on a database stamped for the other kind of money', async () => {
    const url = await emptyDatabase('migrate_stamp');
    await migrate({ url, mode: 'live' });
    await expect(migrate({ url, mode: 'sandbox' })).rejects.toThrow('stamped "live"');
  });

  it('are refused when an applied one was changed, or one is unknown to this version', async () => {
    const changed = await testDatabase();
    await asSuperuser(
      changed,
      `UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name LIKE '%platform'`,
    );
    await expect(migrate({ url: changed.adminUrl, mode: 'sandbox' })).rejects.toThrow(
      'was changed after it was applied',
    );
    const newer = await testDatabase();
    await asSuperuser(
      newer,
      `UPDATE _prisma_migrations SET migration_name = '29990101000000_future' WHERE migration_name LIKE '%market'`,
    );
    await expect(migrate({ url: newer.adminUrl, mode: 'sandbox' })).rejects.toThrow('29990101000000_future');
  });
});

describe('the application role', async () => {
  const database = await testDatabase();

  it.each([
    ['create a table', 'CREATE TABLE intruder (id integer)'],
    ['change the stamp', `UPDATE database_stamp SET mode = 'live'`],
    ['forge a migration', `DELETE FROM _prisma_migrations`],
    ['become the owner', 'SET ROLE cascade_owner'],
  ])('may not %s', async (_title, sql) => {
    const url = new URL(database.adminUrl);
    const login = `app_${String(process.pid)}`;
    await asSuperuser(
      database,
      `DROP ROLE IF EXISTS ${login}; CREATE ROLE ${login} LOGIN PASSWORD 'app' IN ROLE cascade_app`,
    );
    url.username = login;
    url.password = 'app';
    await withClient(url.href, (client) => expect(client.query(sql)).rejects.toThrow(/permission denied/));
    await asSuperuser(database, `DROP ROLE ${login}`);
  });
});
