import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { prepareDatabase, requireOwnDatabase } from './database.mjs';
import { removeDataFolder } from './data-folder.mjs';
import { freePort } from './ports.mjs';
import { startPostgres } from './postgres.mjs';
import { postgresHome } from './postgres-home.mjs';
import { isAlive, signalProcess, waitForExit } from './process-table.mjs';

const folders = [];
const servers = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) {
    await removeDataFolder(folder);
    rmSync(dirname(folder), { recursive: true, force: true });
  }
});

/** A data folder below a parent that others may, or may not, enter. */
function newFolder(parentMode = 0o755) {
  const parent = mkdtempSync(join(tmpdir(), 'cascade-up-'));
  const folder = join(parent, '.cascade');
  mkdirSync(folder, { mode: 0o755 });
  chmodSync(parent, parentMode);
  folders.push(folder);
  return folder;
}

async function start(folder, { password = 'secret', isThrowaway = true, settings = {} } = {}) {
  const log = join(folder, 'logs', 'postgres.log');
  const server = await startPostgres({ folder, port: await freePort(), password, log, isThrowaway, settings });
  servers.push(server);
  return server;
}

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  test('keeps its data from one start to the next', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await query(first.superuserUrl('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start(folder);
    expect(await query(second.superuserUrl('postgres'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('runs with the settings it is given, over the usual ones', async () => {
    const server = await start(newFolder(), { settings: { shared_buffers: '16MB', work_mem: '5MB' } });
    const names = ['shared_buffers', 'work_mem', 'max_wal_size'];
    const shown = names.map((name) => `current_setting('${name}') AS ${name}`).join(', ');
    expect(await query(server.superuserUrl('postgres'), `SELECT ${shown}`)).toEqual([
      { shared_buffers: '16MB', work_mem: '5MB', max_wal_size: '512MB' },
    ]);
  });

  test('starts where only its owner may enter', async () => {
    const folder = newFolder(0o700);
    const server = await start(folder);
    expect(await query(server.superuserUrl('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('is not fooled by a cluster that was half written', async () => {
    const folder = newFolder();
    const { parent } = postgresHome(folder);
    mkdirSync(join(parent, 'cluster.half'));
    writeFileSync(join(parent, 'cluster.half', 'PG_VERSION'), '18\n');
    const server = await start(folder);
    expect(existsSync(join(server.cluster, 'global', 'pg_control'))).toBe(true);
    expect(existsSync(join(parent, 'cluster.half'))).toBe(false);
  });

  test('says in a sentence that a folder is not a whole cluster, and leaves it alone', async () => {
    const folder = newFolder();
    const { cluster } = postgresHome(folder);
    mkdirSync(cluster);
    writeFileSync(join(cluster, 'mine.txt'), 'precious');
    await expect(start(folder)).rejects.toThrow(/not a whole PostgreSQL data folder.*--fresh/);
    expect(existsSync(join(cluster, 'mine.txt'))).toBe(true);
  });

  test('ends the server that a killed run left behind and takes over its data', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await query(first.superuserUrl('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer');
    const second = await start(folder);
    expect(await waitForExit(first.pid, 1_000)).toBe(true);
    expect(await query(second.superuserUrl('postgres'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('recovers after a crash that left its pid file', async () => {
    const folder = newFolder();
    const first = await start(folder, { isThrowaway: false });
    await query(first.superuserUrl('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer');
    signalProcess(-first.pid, 'SIGKILL');
    await waitForExit(first.pid, 5_000);
    expect(existsSync(join(first.cluster, 'postmaster.pid'))).toBe(true);
    const second = await start(folder);
    expect(await query(second.superuserUrl('postgres'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('does not kill a stranger whose process id stands in a stale pid file', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await first.stop();
    writeFileSync(join(first.cluster, 'postmaster.pid'), `${String(process.pid)}\n${first.cluster}\n`);
    await start(folder);
    expect(isAlive(process.pid)).toBe(true);
  });

  test('says in a sentence that the password of the data folder is lost', async () => {
    const folder = newFolder();
    await (await start(folder, { password: 'first' })).stop();
    await expect(start(folder, { password: 'second' })).rejects.toThrow(/secrets\.json does not open the database/);
  });

  test('refuses to go on with another cluster that answers on its port', async () => {
    const other = await start(newFolder());
    const folder = newFolder();
    const port = other.port;
    const log = join(folder, 'logs', 'postgres.log');
    await expect(startPostgres({ folder, port, password: 'secret', log, isThrowaway: true })).rejects.toThrow(
      /Another PostgreSQL answers|was taken/,
    );
  });
});

describe('the database of the product', () => {
  test('is made once, and its login follows the secret', async () => {
    const server = await start(newFolder());
    await prepareDatabase(server, 'first');
    const { DATABASE_URL } = await prepareDatabase(server, 'second');
    expect(await query(DATABASE_URL, 'SELECT current_user AS name')).toEqual([{ name: 'cascade_app' }]);
  });

  test('a database with tables of something else is refused before anything is written', async () => {
    const server = await start(newFolder());
    await query(server.superuserUrl('postgres'), 'CREATE TABLE somebody_elses (id integer)');
    await expect(requireOwnDatabase(server.superuserUrl('postgres'))).rejects.toThrow(/holds tables of something else/);
  });

  test('an empty database is welcome', async () => {
    const server = await start(newFolder());
    await expect(requireOwnDatabase(server.superuserUrl('postgres'))).resolves.toBeUndefined();
  });

  test('a database that does not answer is named in a sentence', async () => {
    const port = await freePort();
    await expect(requireOwnDatabase(`postgresql://nobody@127.0.0.1:${String(port)}/none`)).rejects.toThrow(
      /DATABASE_URL does not answer/,
    );
  });
});
