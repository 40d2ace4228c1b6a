import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import { createDatabase, type Database } from '#server/platform/db.ts';
import { move } from '#server/testing/ledger.ts';
import type { TestDatabase } from '../database.ts';
import { postTo, type Bank } from './bank.ts';
import { randomFrom, type Random } from './random.ts';
import { replyProxy, type Cut, type ReplyProxy } from './reply-proxy.ts';
import type { Post } from './teller.ts';

export interface LostReplies {
  /** How often the connection broke where it should. */
  cuts: number;
  /** Calls that were answered although their connection should have broken. */
  answered: number;
  /** What asking again with the same ids said, and how often: first what was asked for, then the answer. */
  answers: Record<string, number>;
}

export interface LostReplyLoad {
  cut: Cut;
  times: number;
  seed: number;
  /** Clients at the same time, each with a connection and a proxy of its own. */
  lanes: number;
}

/** Loses the reply to one batch after the other and asks for each again with the same ids. */
export async function loseReplies(database: TestDatabase, bank: Bank, load: LostReplyLoad): Promise<LostReplies> {
  const timesEach = Math.ceil(load.times / load.lanes);
  const lanes = Array.from({ length: load.lanes }, async (_, lane) => {
    const random = randomFrom(load.seed * 100 + lane);
    const [{ hostname, port }, address] = [new URL(database.adminUrl), new URL(database.adminUrl)];
    const proxy = await replyProxy({ host: hostname, port: Number.parseInt(port, 10) });
    address.port = String(proxy.port);
    const proxied = createDatabase(address.href, { connectionsMax: 1 });
    try {
      const client = new LosingClient({ proxied, proxy, bank, random });
      for (let time = 0; time < timesEach; time += 1) await client.lose(load.cut);
      return { ...client.seen, cuts: proxy.cutCount };
    } finally {
      await proxied.close();
      await proxy.close();
    }
  });
  return (await Promise.all(lanes)).reduce(together);
}

class LosingClient {
  readonly seen: LostReplies = { cuts: 0, answered: 0, answers: {} };
  private readonly proxied: Database;
  private readonly proxy: ReplyProxy;
  private readonly bank: Bank;
  private readonly random: Random;

  constructor(parts: { proxied: Database; proxy: ReplyProxy; bank: Bank; random: Random }) {
    this.proxied = parts.proxied;
    this.proxy = parts.proxy;
    this.bank = parts.bank;
    this.random = parts.random;
  }

  /** One batch, one broken connection, one repetition. */
  async lose(cut: Cut): Promise<void> {
    const { list } = this.bank;
    const { name, batch } = this.draw();
    // Half of them as a transaction, half as a statement that commits itself.
    const send: Post =
      this.random.below(2) === 0 ? postTo(this.proxied) : (requests) => post(this.proxied.client, requests);
    this.proxy.cutNext(cut);
    list.sending(batch);
    const first = await send(batch).catch(() => null);
    if (first !== null) this.seen.answered += 1;
    const results = await send(batch);
    list.answered(batch, results);
    const answer = `${name}: ${results.map(wordOf).join(' ')}`;
    this.seen.answers[answer] = (this.seen.answers[answer] ?? 0) + 1;
  }

  private draw(): { name: string; batch: TransferRequest[] } {
    const { wallets } = this.bank;
    const from = this.random.pick(wallets);
    const to = this.random.pick(wallets.filter((wallet) => wallet !== from));
    // A pair there and back leaves both wallets as they were.
    const [there, back] = [move({ from, to, amountMinor: 1n }), move({ from: to, to: from, amountMinor: 1n })];
    switch (this.random.below(5)) {
      case 0:
        return { name: 'one', batch: [{ ...there, mode: 'available' }] };
      case 1:
        return { name: 'plain', batch: [there] };
      case 2:
        return { name: 'two', batch: [there, back] };
      case 3:
        return { name: 'pair', batch: [{ ...there, linked: true }, back] };
      default:
        return { name: 'too much', batch: [move({ from, to, amountMinor: 10n ** 9n })] };
    }
  }
}

function wordOf(result: TransferResult): string {
  if (result.status !== 'refused') return result.status;
  return result.replayed ? 'refused before' : 'refused';
}

function together(left: LostReplies, right: LostReplies): LostReplies {
  const answers = { ...left.answers };
  for (const [answer, times] of Object.entries(right.answers)) answers[answer] = (answers[answer] ?? 0) + times;
  return { cuts: left.cuts + right.cuts, answered: left.answered + right.answered, answers };
}
