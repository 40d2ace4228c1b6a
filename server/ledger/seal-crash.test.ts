import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { sealedMonths } from '#server/ledger/seal-queries.ts';
import { createDatabase } from '#server/platform/db.ts';
import { once } from '#server/platform/once.ts';
import { withClient } from '#server/testing/cluster.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { ageMonths, monthsOf, type AgedMonths } from '#server/testing/ledger-seals.ts';
import { books, move } from '#server/testing/ledger.ts';
import { MortalCluster } from '#server/testing/proofs/mortal-cluster.ts';

/** Idle connections say in the log that the server is gone, which is what happens here. */
once('log', () => pino({ level: 'silent' }));

const issuance = systemAccountId('issuance', 'DUCAT');
const external = { source: 'external' } as const;
const cluster = await MortalCluster.start();
afterAll(() => cluster.remove());

const wallet = await onDatabase(async (database) => {
  await ageMonths(database);
  return books(database).wallet(9n);
});

it('a kill -9 before the last row of a seal leaves a month that takes transfers, and one after it a sealed month', async () => {
  await killedBeforeTheLastRow('seal', (months) => months.seal(-2));
  await onDatabase(async (database) => {
    const months = monthsOf(database);
    expect(await sealedMonths(database.client, 9)).toEqual([]);
    expect(await database.client.ledgerSealAccount.count()).toBe(0);
    const late = move({ from: issuance, to: wallet, amountMinor: 5n, id: months.idOf(-2) });
    expect(await books(database).post([late], external)).toMatchObject([{ status: 'created' }]);
    await months.seal(-2);
  });
  cluster.killNow();
  await cluster.restart();
  await onDatabase(async (database) => {
    expect(await sealedMonths(database.client, 9)).toMatchObject([{ transfers: 1n, detached: null }]);
    const late = move({ from: issuance, to: wallet, amountMinor: 5n, id: monthsOf(database).idOf(-2) });
    expect(await books(database).post([late], external)).toMatchObject([{ code: 'id_too_old' }]);
    expect((await checkLedger(database.client)).findings).toEqual([]);
  });
});

it('a kill -9 before the last row of a detach leaves the month attached, and one after it in the archive', async () => {
  await killedBeforeTheLastRow('seal_detachment', (months) => months.detach(-2));
  await onDatabase(async (database) => {
    expect(await sealedMonths(database.client, 9)).toMatchObject([{ detached: null }]);
    expect(await database.client.ledgerTransfer.count({ where: { amount: 5n } })).toBe(1);
    expect((await checkLedger(database.client)).findings).toEqual([]);
    await monthsOf(database).detach(-2);
  });
  cluster.killNow();
  await cluster.restart();
  await onDatabase(async (database) => {
    expect(await sealedMonths(database.client, 9)).toMatchObject([{ detached: { by: 'Ispettore' } }]);
    expect(await database.client.ledgerTransfer.count({ where: { amount: 5n } })).toBe(0);
    expect(await database.client.ledgerRecordedTransfer.count({ where: { amount: 5n } })).toBe(1);
    expect((await checkLedger(database.client)).findings).toEqual([]);
  });
});

async function onDatabase<T>(work: (database: TestDatabase) => Promise<T>): Promise<T> {
  const database = createDatabase(cluster.url);
  try {
    return await work({ ...database, adminUrl: cluster.url });
  } finally {
    await database.close();
  }
}

/** Holds a step up at its last row, after all it changed, kills the server there and starts it again. */
async function killedBeforeTheLastRow(table: string, step: (months: AgedMonths) => Promise<void>): Promise<void> {
  await asSuperuserOf(`
    CREATE OR REPLACE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
    CREATE TRIGGER hold BEFORE INSERT ON ledger.${table} FOR EACH ROW EXECUTE FUNCTION public.hold()`);
  const failure = await onDatabase(async (database) => {
    const outcome = step(monthsOf(database)).then(
      () => null,
      (error: unknown) => error,
    );
    await untilHeld();
    cluster.killNow();
    return outcome;
  });
  expect(failure).toBeInstanceOf(Error);
  await cluster.restart();
  await asSuperuserOf(`DROP TRIGGER hold ON ledger.${table}`);
}

async function asSuperuserOf(sql: string): Promise<void> {
  await withClient(cluster.url, (client) => client.query(sql));
}

/** Only the superuser sees what a connection of another login waits for. */
async function untilHeld(): Promise<void> {
  await withClient(cluster.url, async (client) => {
    for (;;) {
      const { rowCount } = await client.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
      if ((rowCount ?? 0) > 0) return;
    }
  });
}
