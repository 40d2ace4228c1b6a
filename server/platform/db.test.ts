import { afterAll, describe, expect, inject, it } from 'vitest';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { tcpProxy } from '#server/testing/tcp-proxy.ts';
import { createDatabase } from './db.ts';
import { asRefusal } from './errors.ts';

describe('a database that goes away', async () => {
  const direct = await testDatabase();
  const cluster = new URL(inject('clusterUrl'));
  const proxy = await tcpProxy({ host: cluster.hostname, port: Number(cluster.port) });
  const url = new URL(direct.adminUrl);
  url.port = String(proxy.port);
  const database = createDatabase(url.href, { connectionsMax: 4 });
  afterAll(async () => {
    await database.close();
    await proxy.close();
  });
  const stamp = () => database.client.databaseStamp.count();
  const refusalOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => asRefusal(error),
    );

  it('is an expected refusal for reads, writes, snapshots and pings alike, and comes back by itself', async () => {
    expect(await stamp()).toBe(1);
    await proxy.cut();
    const works = [stamp, () => database.inTransaction((tx) => tx.databaseStamp.count()), () => database.ping()];
    for (const work of works) {
      expect(await refusalOf(work())).toMatchObject({ kind: 'unavailable', code: 'database_unavailable' });
    }
    await proxy.mend();
    expect(await stamp()).toBe(1);
    await expect(database.ping()).resolves.toBeUndefined();
  });

  it('in the middle of a transaction keeps nothing of it', async () => {
    const broken = database.inTransaction(async (tx) => {
      await tx.outboxEvent.create({
        data: {
          id: '01890000-0000-7000-8000-000000000001',
          type: 't',
          subject: 's',
          payload: {},
          occurredAt: new Date(),
        },
      });
      await proxy.cut();
      await tx.outboxEvent.count();
    });
    expect(await refusalOf(broken)).toMatchObject({ code: 'database_unavailable' });
    await proxy.mend();
    expect(await database.client.outboxEvent.count()).toBe(0);
  });
});

it('is closed only when PostgreSQL has let go of every connection, and may be closed again', async () => {
  const { adminUrl } = await testDatabase();
  const url = new URL(adminUrl);
  const proxy = await tcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const database = createDatabase(url.href, { connectionsMax: 8 });
  await Promise.all(
    Array.from({ length: 8 }, () => database.inTransaction((tx) => tx.$executeRaw`SELECT pg_sleep(0.1)`)),
  );
  expect(proxy.connections()).toBe(8);
  await database.close();
  expect(proxy.connections()).toBe(0);
  await database.close();
  await proxy.close();
});

it('has as many connections open as it shall keep, before anybody asks for anything', async () => {
  const { adminUrl, client } = await testDatabase();
  const url = new URL(adminUrl);
  url.searchParams.set('application_name', 'kept');
  const database = createDatabase(url.href);
  const open = async () => {
    const [row] = await client.$queryRaw<{ count: number }[]>`
      SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'kept'`;
    return row?.count;
  };
  expect(await open()).toBe(0);
  await database.keepOpen(5);
  expect(await open()).toBe(5);
  await database.close();
});

it('a transaction reads what is committed, whatever the server does by itself', async () => {
  const database = await testDatabase();
  await asSuperuser(
    database,
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation TO serializable', current_database()); END $$`,
  );
  const isolation = await database.inTransaction(
    (tx) => tx.$queryRaw`SELECT current_setting('transaction_isolation') AS isolation`,
  );
  expect(isolation).toEqual([{ isolation: 'read committed' }]);
});

it('a long snapshot sees one moment as a short one does, and may take an hour instead of half a minute', async () => {
  const database = await testDatabase();
  const limitOf = (isLong: boolean) =>
    database.inSnapshot(
      async (tx) => {
        const rows = await tx.$queryRaw<{ limit: string; isolation: string; role: string }[]>`
          SELECT current_setting('statement_timeout') AS limit, current_setting('transaction_isolation') AS isolation,
                 current_user::text AS role`;
        return rows[0];
      },
      { isLong },
    );
  const common = { isolation: 'repeatable read', role: 'cascade_app' };
  expect(await limitOf(false)).toEqual({ limit: '30s', ...common });
  expect(await limitOf(true)).toEqual({ limit: '1h', ...common });
});
