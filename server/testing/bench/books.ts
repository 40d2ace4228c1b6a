import { Client } from 'pg';
import { migrate } from '../../../prisma/migrate.ts';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { withClient } from '../cluster.ts';
import { firstWalletId, ours } from './contestants.ts';
import type { BenchServer } from './server.ts';
import type { Move } from './transfers.ts';

/** As many as `ledger.post` takes. */
export const batchSizeMax = 8190;

const fundsMinor = 1_000_000_000;
const callMsMax = 120_000;

export interface BooksRules {
  database: string;
  accounts: number;
  /** Only every so manieth wallet gets money. */
  fundedStep: number;
}

/** Makes a migrated database with wallets that hold ten million ducats each, all of it posted by `ledger.post`. */
export async function createBooks(
  server: BenchServer,
  { database, accounts, fundedStep }: BooksRules,
): Promise<string> {
  await withClient(server.url('postgres'), (client) => client.query(`CREATE DATABASE ${database}`));
  const url = server.url(database);
  await migrate({ url, mode: 'sandbox' });
  await withConnections([url], async ([client]) => {
    await client.query(
      `INSERT INTO ledger.account (owner, kind, asset, floor)
       SELECT 'citizen ' || n, k.code, k.asset, k.floor FROM generate_series(1, ${accounts}) AS n, ledger.account_kind k
       WHERE k.name = 'wallet' AND k.asset = 1 ORDER BY n`,
    );
    await client.query('ANALYZE ledger.account');
    const issuance = Number(systemAccountId('issuance', 'DUCAT')) - firstWalletId;
    const funded = Array.from({ length: Math.ceil(accounts / fundedStep) }, (_, place) => place * fundedStep);
    for (let first = 0; first < funded.length; first += batchSizeMax) {
      const moves = funded
        .slice(first, first + batchSizeMax)
        .map((to): Move => ({ from: issuance, to, amountMinor: fundsMinor }));
      await callOnce(client, moves);
    }
  });
  return url;
}

/** One call of `ledger.post` whose items must all be booked. */
export async function callOnce(client: Client, moves: readonly Move[]): Promise<void> {
  const { rows } = await client.query<unknown[]>({
    name: 'ours',
    text: ours.sql,
    values: ours.values(moves),
    rowMode: 'array',
  });
  if (!ours.isAnswer(rows)) throw new Error(`the ledger did not book all: ${JSON.stringify(rows).slice(0, 500)}`);
}

/** Vacuums, and writes out what is dirty, so that no contestant pays for what another left. */
export async function settleDown(client: Client): Promise<void> {
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
}

/** Whether the books add up: no unit lost, and one entry per version. */
export async function isSound(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ sound: boolean }>(
    `SELECT sum(a.balance) = 0 AND sum(a.version) = (SELECT count(*) FROM ledger.entry) AS sound FROM ledger.account a`,
  );
  return rows[0]?.sound === true;
}

/** Runs work with one superuser's connection per address. */
export function withConnections<T>(
  urls: readonly string[],
  work: (clients: readonly [Client, ...Client[]]) => Promise<T>,
): Promise<T> {
  return connected(urls, '-c timezone=UTC', work);
}

/**
 * Runs work with connections as the application's role.
 * Deadlocks, which (a) can run into, are found after 20 ms instead of a second.
 */
export function withCallers<T>(
  url: string,
  count: number,
  work: (clients: readonly [Client, ...Client[]]) => Promise<T>,
): Promise<T> {
  const options = `-c deadlock_timeout=20ms -c role=cascade_app -c timezone=UTC -c statement_timeout=${callMsMax}`;
  return connected(new Array<string>(count).fill(url), options, work);
}

async function connected<T>(
  urls: readonly string[],
  options: string,
  work: (clients: readonly [Client, ...Client[]]) => Promise<T>,
): Promise<T> {
  const clients = urls.map((connectionString) => new Client({ connectionString, options }));
  // A connection that breaks rejects the query that is under way; an error without a listener would end the process.
  for (const client of clients) client.on('error', () => undefined);
  try {
    await Promise.all(clients.map((client) => client.connect()));
    const [first, ...others] = clients;
    if (first === undefined) throw new Error('at least one connection is needed');
    return await work([first, ...others]);
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}
