import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type Stripe from 'stripe';

import type { CheckoutRecord } from '#server/sandbox/stripe/checkout-record.ts';
import type { ChaosRecord } from '#server/sandbox/stripe/chaos.ts';
import type { DeliveryRecord, EventRecord } from '#server/sandbox/stripe/events.ts';
import type { IdempotencyRecord } from '#server/sandbox/stripe/idempotency.ts';
import type { Task } from '#server/sandbox/stripe/scheduler.ts';

/** Everything the sandbox remembers, by kind. */
export interface Records {
  customer: Stripe.Customer;
  checkout: CheckoutRecord;
  paymentIntent: Stripe.PaymentIntent;
  paymentMethod: Stripe.PaymentMethod;
  charge: Stripe.Charge;
  balanceTransaction: Stripe.BalanceTransaction;
  event: EventRecord;
  delivery: DeliveryRecord;
  idempotency: IdempotencyRecord;
  task: Task;
  chaos: ChaosRecord;
}
export type RecordKind = keyof Records;

/** The oldest records of a kind are forgotten beyond these counts, so that the state stays bounded. */
const limits: Record<RecordKind, number> = {
  customer: 5_000,
  checkout: 5_000,
  paymentIntent: 5_000,
  paymentMethod: 5_000,
  charge: 10_000,
  balanceTransaction: 10_000,
  event: 20_000,
  delivery: 20_000,
  idempotency: 10_000,
  task: 50_000,
  chaos: 1,
};
const kinds = Object.keys(limits) as RecordKind[];
const journalLinesMax = 20_000;

interface JournalLine {
  kind: RecordKind;
  id: string;
  value: unknown;
}

/**
 * The state in memory, in order of creation. With a directory every change is also appended to a
 * journal, which now and then is folded into `state.json` by an atomic rename; a torn last line is ignored.
 */
export class Store {
  readonly #records = Object.fromEntries(kinds.map((kind) => [kind, new Map()])) as {
    [K in RecordKind]: Map<string, Records[K]>;
  };
  readonly #directory: string | null;
  #journalLines = 0;

  constructor(directory: string | null) {
    this.#directory = directory;
    if (directory === null) return;
    mkdirSync(directory, { recursive: true });
    this.#load(directory);
    this.#compact(directory);
  }

  get<K extends RecordKind>(kind: K, id: string): Records[K] | undefined {
    return this.#records[kind].get(id);
  }

  /** Oldest first. */
  all<K extends RecordKind>(kind: K): Records[K][] {
    return [...this.#records[kind].values()];
  }

  put<K extends RecordKind>(kind: K, id: string, value: Records[K]): void {
    const records = this.#records[kind];
    records.set(id, value);
    this.#append({ kind, id, value });
    while (records.size > limits[kind]) {
      const oldest = records.keys().next();
      if (oldest.done === true) return;
      this.remove(kind, oldest.value);
    }
  }

  remove(kind: RecordKind, id: string): void {
    if (this.#records[kind].delete(id)) this.#append({ kind, id, value: null });
  }

  close(): void {
    if (this.#directory !== null) this.#compact(this.#directory);
  }

  #append(line: JournalLine): void {
    if (this.#directory === null) return;
    appendFileSync(join(this.#directory, 'journal.jsonl'), `${JSON.stringify(line)}\n`);
    this.#journalLines += 1;
    if (this.#journalLines > journalLinesMax) this.#compact(this.#directory);
  }

  #load(directory: string): void {
    for (const file of ['state.jsonl', 'journal.jsonl']) {
      const path = join(directory, file);
      if (!existsSync(path)) continue;
      for (const line of readFileSync(path, 'utf8').split('\n')) this.#replay(line);
    }
  }

  #replay(text: string): void {
    let line: JournalLine;
    try {
      line = JSON.parse(text) as JournalLine;
    } catch {
      return;
    }
    const records = this.#records[line.kind] as Map<string, unknown> | undefined;
    if (line.value === null) records?.delete(line.id);
    else records?.set(line.id, line.value);
  }

  #compact(directory: string): void {
    const lines: string[] = [];
    for (const kind of kinds) {
      for (const [id, value] of this.#records[kind]) lines.push(JSON.stringify({ kind, id, value }));
    }
    const target = join(directory, 'state.jsonl');
    writeFileSync(`${target}.new`, `${lines.join('\n')}\n`);
    renameSync(`${target}.new`, target);
    rmSync(join(directory, 'journal.jsonl'), { force: true });
    this.#journalLines = 0;
  }
}
