import { newIdentifier } from '#server/sandbox/stripe/identifiers.ts';
import type { Store } from '#server/sandbox/stripe/store.ts';

export type TaskType = 'book_balance_transaction' | 'expire_checkout' | 'deliver_event';

export interface Task {
  id: string;
  type: TaskType;
  subject: string;
  dueAtMs: number;
}

const timerMsMax = 60_000;

/** Does things later, in sandbox time; what is planned survives a restart. */
export class Scheduler {
  readonly #store: Store;
  readonly #nowMs: () => number;
  readonly #run: (task: Task) => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(store: Store, nowMs: () => number, run: (task: Task) => void) {
    this.#store = store;
    this.#nowMs = nowMs;
    this.#run = run;
  }

  plan(type: TaskType, subject: string, delayMs: number): void {
    const task: Task = { id: newIdentifier('task'), type, subject, dueAtMs: this.#nowMs() + delayMs };
    this.#store.put('task', task.id, task);
    this.arm();
  }

  cancel(type: TaskType, subject: string): void {
    for (const task of this.#store.all('task')) {
      if (task.type === type && task.subject === subject) this.#store.remove('task', task.id);
    }
  }

  /** Call after every change of the clock and once at the start. */
  arm(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const dueAtMs = this.#store.all('task').reduce((least, task) => Math.min(least, task.dueAtMs), Infinity);
    if (dueAtMs === Infinity) return;
    const delayMs = Math.min(Math.max(dueAtMs - this.#nowMs(), 0), timerMsMax);
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #tick(): void {
    const nowMs = this.#nowMs();
    const due = this.#store.all('task').filter((task) => task.dueAtMs <= nowMs);
    for (const task of due.sort((a, b) => a.dueAtMs - b.dueAtMs)) {
      this.#store.remove('task', task.id);
      this.#run(task);
    }
    this.arm();
  }
}
