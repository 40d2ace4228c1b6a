import { createDatabase, type Database } from '#server/platform/db.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import { openBank, resolveUnknown, workAtOnce, type Bank } from './bank.ts';
import { ClientList, type Differences } from './client-list.ts';
import { bookFaults, readHistory } from './history.ts';
import type { MortalCluster } from './mortal-cluster.ts';
import type { Random } from './random.ts';

export interface KillRound {
  /** Ids that the client had an answer for when the server died, in this round and before. */
  told: number;
  /** Batches whose answer the kill swallowed, and how many of these were in the books nevertheless. */
  unknown: number;
  happened: number;
  /** From the kill until the server answers again. */
  recoveryMs: number;
  /** The client's list against the books, when every unknown outcome was asked for again. */
  differences: Differences;
  faults: string[];
}

const connections = 6;
const walletCount = 8;
const answersMin = 15;
const answersSpread = 60;

/** A bank on a server that dies again and again. */
export class KilledBank {
  private readonly cluster: MortalCluster;
  private readonly random: Random;
  private readonly bank: Bank;

  private constructor(parts: { cluster: MortalCluster; random: Random; bank: Bank }) {
    this.cluster = parts.cluster;
    this.random = parts.random;
    this.bank = parts.bank;
  }

  /** Opens its wallets, and makes sure that these at least are on the disk. */
  static async open(cluster: MortalCluster, random: Random): Promise<KilledBank> {
    const bank = await withDatabase(cluster, (database) => openBank(database, walletCount, new ClientList()));
    await cluster.checkpoint();
    return new KilledBank({ cluster, random, bank });
  }

  /** Kills the server in the middle of the load, restarts it and compares. */
  async round(): Promise<KillRound> {
    const { list } = this.bank;
    await withDatabase(this.cluster, (database) => this.loadUntilKilled(database));
    const told = list.size;
    const killedAt = performance.now();
    await this.cluster.restart();
    const recoveryMs = Math.ceil(performance.now() - killedAt);
    return withDatabase(this.cluster, async (database) => {
      const { asked: unknown, happened } = await resolveUnknown(database, list);
      const differences = await list.differences(database);
      return { told, unknown, happened, recoveryMs, differences, faults: await bookFaults(database) };
    });
  }

  /** Walks the whole history of its wallets. */
  async historyFaults(): Promise<string[]> {
    return withDatabase(this.cluster, async (database) => (await readHistory(database, this.bank.wallets)).faults);
  }

  private async loadUntilKilled(database: Database): Promise<void> {
    let answersLeft = answersMin + this.random.below(answersSpread);
    const ends = await workAtOnce(database, this.bank, {
      connections,
      seed: this.random.below(1_000_000),
      isOver: () => false,
      onAnswer: () => {
        answersLeft -= 1;
        if (answersLeft === 0) this.cluster.killNow();
      },
    });
    if (answersLeft > 0) throw new Error('the clients gave up before the server was killed', { cause: ends[0] });
    if (ends.includes(null)) throw new Error('a client ended although nobody told it to');
    const other = ends.find((end) => !isDatabaseUnavailable(end));
    if (other !== undefined) throw new Error('a client ended for another reason than the kill', { cause: other });
  }
}

async function withDatabase<T>(cluster: MortalCluster, work: (database: Database) => Promise<T>): Promise<T> {
  const database = createDatabase(cluster.url, { connectionsMax: connections });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
