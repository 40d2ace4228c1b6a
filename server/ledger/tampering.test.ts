import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, ...ledger } = books(database);
let partition = '';

beforeAll(async () => {
  const [from, to] = [await wallet(100n), await wallet()];
  const held = move({ from, to, amountMinor: 5n, pending: {} });
  await ledger.post([
    move({ from, to, amountMinor: 10n }),
    held,
    move({ from, to, amountMinor: 5n, postPendingId: held.id }),
  ]);
  const rows = await database.client.$queryRaw<{ name: string }[]>`
    SELECT p.name FROM ledger.transfer t JOIN ledger.transfer_partition p ON t.id >= p.ids_from AND t.id < p.ids_until LIMIT 1`;
  partition = rows[0]?.name ?? '';
});

/** What the database answers to a statement of the application's role. */
async function answer(sql: string): Promise<string> {
  try {
    await database.client.$executeRawUnsafe(sql);
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the application', () => {
  it('cannot change, remove or add a row of the books, not even on a partition', async () => {
    const tables = [
      'transfer',
      'entry',
      'account',
      'open_pending',
      'pending_resolution',
      'reversal_total',
      'control',
      partition,
    ];
    expect(partition).toMatch(/^transfer_\d{4}_\d{2}$/);
    for (const table of tables) {
      expect(await answer(`DELETE FROM ledger.${table}`)).toMatch(/permission denied/);
      expect(await answer(`TRUNCATE ledger.${table}`)).toMatch(/permission denied/);
    }
    for (const statement of [
      'UPDATE ledger.transfer SET amount = amount + 1',
      `UPDATE ledger.${partition} SET amount = amount + 1`,
      'UPDATE ledger.entry SET balance = 0',
      'UPDATE ledger.account SET balance = balance + 1000000 WHERE id = 2',
      'UPDATE ledger.account SET floor = NULL',
      'UPDATE ledger.control SET breaker_open = false',
      `INSERT INTO ledger.entry SELECT account_id, version + 100, amount, balance, reserved, booked_at, transfer_id, kind FROM ledger.entry`,
      `INSERT INTO ledger.account (owner, kind, asset, balance) VALUES ('thief', 6, 1, 1000000)`,
    ]) {
      expect(await answer(statement)).toMatch(/permission denied/);
    }
  });

  it('cannot write to any table or sequence of the ledger, whichever there are', async () => {
    const { client } = database;
    const tables = await client.$queryRaw<{ name: string; isView: boolean; may: boolean }[]>`
      SELECT c.relname AS name, c.relkind = 'v' AS "isView", has_table_privilege('cascade_app', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
          OR has_any_column_privilege('cascade_app', c.oid, 'INSERT, UPDATE, REFERENCES') AS may
      FROM pg_class c WHERE c.relnamespace = 'ledger'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;
    expect(tables.length).toBeGreaterThan(20);
    expect(tables.filter(({ may }) => may)).toEqual([]);
    for (const { name, isView } of tables) {
      expect(await answer(`DELETE FROM ledger.${name}`), name).toMatch(/permission denied/);
      const truncated = isView ? /is not a table/ : /permission denied/;
      expect(await answer(`TRUNCATE ledger.${name}`), name).toMatch(truncated);
    }
    const sequences = await client.$queryRaw<{ name: string; may: boolean }[]>`
      SELECT c.relname AS name, has_sequence_privilege('cascade_app', c.oid, 'UPDATE, USAGE') AS may
      FROM pg_class c WHERE c.relnamespace = 'ledger'::regnamespace AND c.relkind = 'S'`;
    expect(sequences.filter(({ may }) => may)).toEqual([]);
  });

  it('cannot keep others from the books by locks that only a writer may take', async () => {
    expect(await answer('SELECT FROM ledger.account FOR UPDATE')).toMatch(/permission denied/);
    expect(await answer('LOCK TABLE ledger.account IN EXCLUSIVE MODE')).toMatch(/permission denied|transaction block/);
  });

  it('is not the owner of the tables and cannot become it', async () => {
    const rows = await database.client.$queryRaw<{ member: boolean; login: boolean; powerful: boolean }[]>`
      SELECT pg_has_role('cascade_app', 'cascade_owner', 'MEMBER') AS member,
             (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'cascade_owner') AS login,
             (SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls
              FROM pg_roles WHERE rolname = 'cascade_app') AS powerful`;
    expect(rows).toEqual([{ member: false, login: false, powerful: false }]);
  });

  it('cannot switch off what protects the books', async () => {
    for (const statement of [
      'ALTER TABLE ledger.transfer DISABLE TRIGGER ALL',
      'ALTER TABLE ledger.entry DISABLE TRIGGER permanent',
      'ALTER TABLE ledger.account DISABLE TRIGGER USER',
      `DROP TRIGGER permanent ON ledger.${partition}`,
      'CREATE RULE nothing AS ON INSERT TO ledger.entry DO INSTEAD NOTHING',
      'SET session_replication_role = replica',
      'CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE sql AS $$ SELECT NULL $$',
      `ALTER TABLE ledger.${partition} DISABLE TRIGGER permanent`,
      'ALTER TABLE ledger.account DROP CONSTRAINT account_above_floor',
      'DROP TABLE ledger.entry',
      `ALTER TABLE ledger.transfer DETACH PARTITION ledger.${partition}`,
      'CREATE TABLE ledger.mine ()',
      'ALTER FUNCTION ledger.open_account(text, smallint, smallint) RESET search_path',
      `SELECT ledger.create_partition('2031-01-01')`,
    ]) {
      expect(await answer(statement)).toMatch(/must be owner|permission denied/);
    }
    // GRANT without the right to grant is only a warning in PostgreSQL, so look at what it left behind.
    await answer('GRANT UPDATE ON ledger.account TO cascade_app');
    const rows = await database.client.$queryRaw<{ may: boolean }[]>`
      SELECT has_table_privilege('cascade_app', 'ledger.account', 'INSERT, UPDATE, DELETE, TRUNCATE') AS may`;
    expect(rows).toEqual([{ may: false }]);
  });

  it('reaches the books only through functions whose search path is pinned', async () => {
    const rows = await database.client.$queryRaw<{ name: string; pinned: boolean }[]>`
      SELECT p.proname AS name, coalesce(array_to_string(p.proconfig, ';'), '') LIKE '%search_path=pg_catalog, pg_temp%' AS pinned
      FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace`;
    expect(rows.filter((row) => !row.pinned)).toEqual([]);
    const definers = await database.client.$queryRaw<{ name: string; owner: string; public: boolean }[]>`
      SELECT p.proname AS name, p.proowner::regrole::text AS owner,
             EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0) OR p.proacl IS NULL AS public
      FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace AND p.prosecdef`;
    expect(definers.length).toBeGreaterThan(0);
    expect(definers.every((row) => row.owner === 'cascade_owner' && !row.public)).toBe(true);
  });
});

describe('the owner of the tables, by mistake', () => {
  it('cannot update, delete or truncate what is posted, not even on a partition', async () => {
    const asOwner = (sql: string) => asSuperuser(database, `SET ROLE cascade_owner; ${sql}`);
    for (const table of ['transfer', partition, 'entry', 'pending_resolution']) {
      await expect(asOwner(`DELETE FROM ledger.${table}`)).rejects.toThrow('refused');
      await expect(asOwner(`TRUNCATE ledger.${table}`)).rejects.toThrow('refused');
    }
    await expect(asOwner('UPDATE ledger.transfer SET amount = 1')).rejects.toThrow('refused');
    await expect(asOwner(`UPDATE ledger.${partition} SET amount = 1`)).rejects.toThrow('refused');
    await expect(asOwner('UPDATE ledger.entry SET amount = 1')).rejects.toThrow('refused');
    await expect(asOwner('DELETE FROM ledger.account')).rejects.toThrow('refused');
    await expect(asOwner('UPDATE ledger.account SET balance = -1 WHERE kind = 6')).rejects.toThrow(
      'account_above_floor',
    );
  });
});

it('none of it left a trace in the books', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
