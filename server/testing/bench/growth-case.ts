import type { Client } from 'pg';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { accountBalance, accountEntries, balanceAt } from '#server/ledger/queries.ts';
import { createDatabase, type Db } from '#server/platform/db.ts';
import { batchRacer, type CaseInput } from './batch-cases.ts';
import { batchSizeMax, callOnce, createBooks, isSound, settleDown, withCallers, withConnections } from './books.ts';
import { firstWalletId, ours } from './contestants.ts';
import { quantile, race } from './rounds.ts';
import type { BenchServer } from './server.ts';
import { randomMoves } from './transfers.ts';

/** In the small books only these wallets have money, so only these pay, in both. */
const payerStep = 11;
const growers = 3;
const connections = 4;
const batchSize = 100;
/** Few, so that the small books stay small. */
const callsInSlice = 120;
const samples = 200;
const progressEvery = 1_000_000;

export interface GrowthInput extends CaseInput {
  server: BenchServer;
  grownTransfers: number;
}

/** Case 6: what ten million transfers in the table change. `input` is the books that grow. */
export async function measureGrowth(input: GrowthInput): Promise<void> {
  const { report, accounts, server, admin, grownTransfers } = input;
  report.line(`Case 6: ${grownTransfers} transfers in the table, against books with some 100,000`);
  const smallUrl = await createBooks(server, { database: 'bench_small', accounts, fundedStep: payerStep });
  const startedAt = new Date();
  const grown = await grow(input);
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  report.line(
    `  grown by ${grown} transfers in ${Math.round(seconds)} s, in calls of ${batchSizeMax} from ${growers} connections`,
  );
  await withConnections([smallUrl], async ([small]) => {
    await settleDown(admin);
    await settleDown(small);
    await compareSpeed(input, smallUrl);
    report.line(
      `  the small books now hold ${await transferCount(small)} transfers, the large ones ${await transferCount(admin)}`,
    );
    report.figure('6: books that add up', Number(await isSound(small)) + Number(await isSound(admin)), { atLeast: 2 });
  });
  report.figure('6: bytes per transfer, entries and indexes included', await bytesPerTransfer(admin), { atMost: 450 });
  await measureReads(input, startedAt);
}

/** Posts until the table holds what was asked. One connection pays wallet 0 often, which so gets a long history. */
async function grow({ url, admin, grownTransfers, accounts, random, report }: GrowthInput): Promise<number> {
  const missing = Math.max(0, grownTransfers - (await transferCount(admin)));
  let left = missing;
  await withCallers(url, growers, (clients) =>
    Promise.all(
      clients.map(async (client, place) => {
        while (left > 0) {
          const count = Math.min(batchSizeMax, left);
          const isMilestone = Math.floor(left / progressEvery) !== Math.floor((left - count) / progressEvery);
          left -= count;
          const moves = randomMoves({ random, accounts, count });
          if (place === 0)
            for (const [index, move] of moves.entries()) if (index % 50 === 0 && move.from !== 0) move.to = 0;
          await callOnce(client, moves);
          if (isMilestone) report.line(`  … ${left} to go`);
        }
      }),
    ),
  );
  return missing;
}

async function compareSpeed({ url, rounds, random, accounts, report }: GrowthInput, smallUrl: string): Promise<void> {
  const rules = { random, accounts, count: batchSize, payerStep };
  const onDeadlock = () => {
    throw new Error('the ledger ran into a deadlock');
  };
  const measurements = await withCallers(smallUrl, connections, (small) =>
    withCallers(url, connections, (large) =>
      race(
        [
          { name: 'ledger.post, large books', clients: large },
          { name: 'ledger.post, small books', clients: small },
        ].map(({ name, clients }) =>
          batchRacer({ contestant: { ...ours, name }, clients, rules, calls: callsInSlice, onDeadlock }),
        ),
        rounds,
      ),
    ),
  );
  report.rates(measurements);
  const [large, small] = measurements;
  if (!large || !small) throw new Error('a measurement is missing');
  report.ratio('6: speed with the large books / with the small ones', [large, small], { atLeast: 0.75 });
}

/** Refusals, which have no entries, are left out. */
async function transferCount(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM ledger.transfer WHERE outcome = 0');
  return Number(rows[0]?.count);
}

async function bytesPerTransfer(admin: Client): Promise<number> {
  const { rows } = await admin.query<{ bytes: string }>(
    `SELECT pg_total_relation_size('ledger.entry') + sum(pg_total_relation_size(t.relid)) AS bytes
     FROM pg_partition_tree('ledger.transfer') t`,
  );
  return Number(rows[0]?.bytes) / (await transferCount(admin));
}

/** Reads through the product's own queries, each answered before the next is asked. */
async function measureReads({ url, random, accounts, report }: GrowthInput, startedAt: Date): Promise<void> {
  const database = createDatabase(url);
  const ordinary = () => BigInt(firstWalletId + 1 + random.under(accounts - 1));
  const someTime = () => new Date(startedAt.getTime() + random.under(Date.now() - startedAt.getTime()));
  try {
    for (const [told, account] of [
      ['an ordinary account', ordinary],
      ['a wallet with a long history', () => BigInt(firstWalletId)],
      ['the issuance account', () => systemAccountId('issuance', 'DUCAT')],
    ] as const) {
      const { version: entries } = await accountBalance(database.client, account());
      report.line(`  reads of ${told} (${entries} entries)`);
      const someVersion = async (id: bigint) =>
        BigInt(random.under(1 + Number((await accountBalance(database.client, id)).version)));
      const reads: Record<string, Read> = {
        'balanceAt by time': (db, id) => balanceAt(db, id, { time: someTime() }),
        'balanceAt by version': (db, id, version) => balanceAt(db, id, { version }),
        'statement page': (db, id, version) =>
          accountEntries(db, { accountId: id, before: version + 101n, limit: 100 }),
      };
      for (const [name, read] of Object.entries(reads)) {
        const milliseconds = await timesOf(async () => {
          const id = account();
          const version = await someVersion(id);
          const begin = performance.now();
          await read(database.client, id, version);
          return performance.now() - begin;
        });
        report.figure(`6: ${name} of ${told}, median ms`, quantile(milliseconds, 0.5), { atMost: 5 });
        report.figure(`6: ${name} of ${told}, p99 ms`, quantile(milliseconds, 0.99));
      }
    }
  } finally {
    await database.close();
  }
}

type Read = (db: Db, accountId: bigint, version: bigint) => Promise<unknown>;

async function timesOf(once: () => Promise<number>): Promise<number[]> {
  const warmUp = samples / 10;
  const times: number[] = [];
  for (let sample = 0; sample < samples + warmUp; sample += 1) {
    const milliseconds = await once();
    if (sample >= warmUp) times.push(milliseconds);
  }
  return times;
}
