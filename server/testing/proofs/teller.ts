import { setTimeout as pause } from 'node:timers/promises';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { move } from '#server/testing/ledger.ts';
import type { ClientList } from './client-list.ts';
import type { Random } from './random.ts';

export type Post = (batch: readonly TransferRequest[]) => Promise<TransferResult[]>;

export interface TellerOptions {
  wallets: readonly bigint[];
  random: Random;
  list: ClientList;
  post: Post;
}

const repeatsMax = 20;
const openMax = 4;
const amountMax = 400;
const groupsMax = 4;
const memoryMax = 50;

/**
 * One client of a small bank: it moves money between random wallets in random batches, some of them linked, reserved,
 * resolved, reversed or sent twice, and writes down what it is told. After Jepsen's bank workload, which only moves.
 */
export class Teller {
  private readonly wallets: readonly bigint[];
  private readonly random: Random;
  private readonly list: ClientList;
  private readonly post: Post;
  /** Pendings that this teller made and may still resolve, and moves that it may still reverse. */
  private open: TransferRequest[] = [];
  private moved: TransferRequest[] = [];
  private readonly sent: TransferRequest[][] = [];

  constructor({ wallets, random, list, post }: TellerOptions) {
    this.wallets = wallets;
    this.random = random;
    this.list = list;
    this.post = post;
  }

  /** Sends batches until `isOver`. Whatever the ledger throws ends it, with the outcome of that batch unknown. */
  async work(isOver: (batchesSent: number) => boolean): Promise<void> {
    for (let batches = 0; !isOver(batches); batches += 1) {
      const isRepetition = this.sent.length > 0 && this.random.below(8) === 0;
      await this.send(isRepetition ? this.random.pick(this.sent) : this.nextBatch());
    }
  }

  private async send(batch: TransferRequest[]): Promise<void> {
    this.list.sending(batch);
    const results = await postPatiently(this.post, batch);
    this.list.answered(batch, results);
    if (!this.sent.includes(batch)) this.remember(batch, results);
  }

  private remember(batch: TransferRequest[], results: readonly TransferResult[]): void {
    this.sent.push(batch);
    batch.forEach((request, index) => {
      const result = results[index];
      if (result === undefined || result.status === 'refused' || result.amountMinor === 0n) return;
      const isMove = request.postPendingId === undefined && request.reversesId === undefined;
      if (request.pending !== undefined) this.open.push(request);
      else if (isMove) this.moved.push({ ...request, amountMinor: result.amountMinor });
    });
    if (this.sent.length > memoryMax) this.sent.shift();
    if (this.moved.length > memoryMax) this.moved.shift();
  }

  private nextBatch(): TransferRequest[] {
    return Array.from({ length: 1 + this.random.below(groupsMax) }, () => this.nextGroup()).flat();
  }

  private nextGroup(): TransferRequest[] {
    const draw = this.random.below(10);
    if (this.open.length > openMax || (draw === 0 && this.open.length > 0)) return [this.resolution()];
    if (draw === 1 && this.moved.length > 0) return [this.reversal()];
    if (draw === 2 || draw === 3) return this.linkedGroup();
    if (draw === 4) return [this.draw({ pending: {} })];
    if (draw === 5) return [this.draw({ pending: { timeoutSeconds: 1 + this.random.below(2) } })];
    if (draw === 6) return [this.draw({ mode: 'available' })];
    return [this.draw()];
  }

  private linkedGroup(): TransferRequest[] {
    const size = 2 + this.random.below(2);
    return Array.from({ length: size }, (_, index) => this.draw({ linked: index < size - 1 }));
  }

  private draw(rest: Partial<TransferRequest> = {}): TransferRequest {
    const from = this.random.pick(this.wallets);
    const to = this.random.pick(this.wallets.filter((wallet) => wallet !== from));
    return move({ from, to, amountMinor: BigInt(1 + this.random.below(amountMax)), ...rest });
  }

  private resolution(): TransferRequest {
    const hold = this.random.pick(this.open);
    this.open = this.open.filter((other) => other !== hold);
    const accounts = { from: hold.debitAccountId, to: hold.creditAccountId };
    if (this.random.below(3) === 0) return move({ ...accounts, amountMinor: 0n, voidPendingId: hold.id });
    const isWhole = this.random.below(2) === 0;
    const amountMinor = isWhole ? hold.amountMinor : (hold.amountMinor + 1n) / 2n;
    return move({ ...accounts, amountMinor, postPendingId: hold.id });
  }

  private reversal(): TransferRequest {
    const original = this.random.pick(this.moved);
    this.moved = this.moved.filter((other) => other !== original);
    const amountMinor = this.random.below(2) === 0 ? original.amountMinor : (original.amountMinor + 1n) / 2n;
    const accounts = { from: original.creditAccountId, to: original.debitAccountId };
    return move({ ...accounts, amountMinor, kind: 'reversal', reversesId: original.id });
  }
}

/**
 * Posts as the ledger asks its callers to: what `ledger_contention` and `ledger_busy` answer is sent again with the
 * same ids. `onRepeat` is told each time.
 */
export async function postPatiently(
  post: Post,
  batch: readonly TransferRequest[],
  onRepeat: () => void = () => undefined,
): Promise<TransferResult[]> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await post(batch);
    } catch (error) {
      const isPassing = isDomainError(error) && ['ledger_contention', 'ledger_busy'].includes(error.code);
      if (!isPassing || repeats === repeatsMax) throw error;
      onRepeat();
      await pause(1 + (repeats % 5) * 3);
    }
  }
}
