import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { withClient } from '../cluster.ts';
import { withConnections } from './books.ts';
import type { Random } from './random.ts';
import type { Racer } from './rounds.ts';
import type { BenchServer } from './server.ts';

/** Reference (c): TPC-B as pgbench runs it, at scale 1, so that its one branch is a hot row. */
export interface Tpcb {
  /** How it is run, for the report. */
  means: string;
  racer(clients: number, seconds: number): Racer;
}

const tellers = 10;
const accounts = 100_000;
const debianPrograms = '/usr/lib/postgresql';

/** Prepares a database of its own. */
export async function createTpcb(server: BenchServer, random: Random): Promise<Tpcb> {
  await withClient(server.url('postgres'), (client) => client.query('CREATE DATABASE tpcb'));
  const url = server.url('tpcb');
  const program = pgbenchProgram();
  if (program === null) {
    await withClient(url, createTables);
    return {
      means: 'its statements through pg, prepared (pgbench is not installed)',
      racer: (clients, seconds) => ({
        name: `(c) TPC-B, ${clients} clients`,
        run: () => withConnections(new Array<string>(clients).fill(url), (all) => runThroughPg(all, seconds, random)),
      }),
    };
  }
  await output(program, ['--initialize', '--scale=1', '--quiet', url]);
  return {
    means: 'pgbench --protocol=prepared --jobs=2',
    racer: (clients, seconds) => ({
      name: `(c) TPC-B, ${clients} clients`,
      run: async () => {
        const args = [
          '--no-vacuum',
          '--protocol=prepared',
          '--jobs=2',
          `--client=${clients}`,
          `--time=${seconds}`,
          url,
        ];
        const [, rate] = /^tps = ([\d.]+)/m.exec(await output(program, args)) ?? [];
        if (rate === undefined) throw new Error('pgbench tells no rate');
        return Number(rate);
      },
    }),
  };
}

function pgbenchProgram(): string | null {
  const folders = existsSync(debianPrograms) ? readdirSync(debianPrograms).sort().reverse() : [];
  const programs = ['pgbench', ...folders.map((version) => join(debianPrograms, version, 'bin', 'pgbench'))];
  return programs.find((program) => spawnSync(program, ['--version']).status === 0) ?? null;
}

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`pgbench ended with code ${String(code)}: ${complaints.slice(-500)}`));
    });
  });
}

async function createTables(client: Client): Promise<void> {
  await client.query(`
    CREATE TABLE branches (bid integer PRIMARY KEY, bbalance integer NOT NULL, filler character(88)) WITH (fillfactor = 100);
    CREATE TABLE tellers (tid integer PRIMARY KEY, bid integer, tbalance integer NOT NULL, filler character(84));
    CREATE TABLE accounts (aid integer PRIMARY KEY, bid integer, abalance integer NOT NULL, filler character(84));
    CREATE TABLE history (tid integer, bid integer, aid integer, delta integer, mtime timestamp, filler character(22));
    INSERT INTO branches VALUES (1, 0);
    INSERT INTO tellers SELECT n, 1, 0 FROM generate_series(1, ${tellers}) AS n;
    INSERT INTO accounts SELECT n, 1, 0, '' FROM generate_series(1, ${accounts}) AS n`);
  await client.query('VACUUM ANALYZE');
}

async function runThroughPg(clients: readonly Client[], seconds: number, random: Random): Promise<number> {
  const startedAt = performance.now();
  const endsAt = startedAt + 1000 * seconds;
  const counts = await Promise.all(
    clients.map(async (client) => {
      let count = 0;
      for (; performance.now() < endsAt; count += 1) await oneTransaction(client, random);
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - startedAt) / 1000);
}

async function oneTransaction(client: Client, random: Random): Promise<void> {
  const [account, teller, delta] = [
    1 + random.under(accounts),
    1 + random.under(tellers),
    random.under(10_001) - 5_000,
  ];
  await client.query('BEGIN');
  await client.query({
    name: 'account',
    text: 'UPDATE accounts SET abalance = abalance + $1 WHERE aid = $2',
    values: [delta, account],
  });
  await client.query({ name: 'balance', text: 'SELECT abalance FROM accounts WHERE aid = $1', values: [account] });
  await client.query({
    name: 'teller',
    text: 'UPDATE tellers SET tbalance = tbalance + $1 WHERE tid = $2',
    values: [delta, teller],
  });
  await client.query({
    name: 'branch',
    text: 'UPDATE branches SET bbalance = bbalance + $1 WHERE bid = 1',
    values: [delta],
  });
  await client.query({
    name: 'history',
    text: 'INSERT INTO history (tid, bid, aid, delta, mtime) VALUES ($1, 1, $2, $3, CURRENT_TIMESTAMP)',
    values: [teller, account, delta],
  });
  await client.query('COMMIT');
}
