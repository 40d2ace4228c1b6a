import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import type { Store } from '#server/sandbox/stripe/state/store.ts';

export interface Task {
  id: string;
  type: string;
  subject: string;
  dueAtMs: number;
}

const timerMsMax = 60_000;

/**
 * Does things later, in sandbox time; what is planned survives a restart. While an overdue task runs, the clock
 * stands where the task was due, so that a month passed over in one step leaves the trail of a month.
 */
export class Scheduler {
  readonly #store: Store;
  readonly #clockMs: () => number;
  readonly #run: (task: Task) => void;
  readonly #queue: { task: Task; order: number }[] = [];
  #order = 0;
  readonly #planned = new Map<string, Set<string>>();
  #timer: NodeJS.Timeout | undefined;
  #armedForMs = Infinity;
  #latestMs = 0;
  #runningAtMs: number | null = null;
  #isClosed = false;

  constructor(store: Store, clockMs: () => number, run: (task: Task) => void) {
    this.#store = store;
    this.#clockMs = clockMs;
    this.#run = run;
    for (const task of store.all('task')) this.#push(task);
  }

  /** The sandbox's time. It never goes back. */
  nowMs(): number {
    this.#latestMs = Math.max(this.#latestMs, this.#runningAtMs ?? this.#clockMs());
    return this.#latestMs;
  }

  plan(type: string, subject: string, delayMs: number): void {
    this.planAt(type, subject, this.nowMs() + Math.max(delayMs, 0));
  }

  planAt(type: string, subject: string, dueAtMs: number): void {
    const task: Task = { id: newIdentifier('task'), type, subject, dueAtMs };
    this.#store.put('task', task.id, task);
    this.#push(task);
    if (dueAtMs < this.#armedForMs) this.arm();
  }

  isPlanned(type: string, subject: string): boolean {
    return (this.#planned.get(`${type} ${subject}`)?.size ?? 0) > 0;
  }

  cancel(type: string, subject: string): void {
    for (const id of this.#planned.get(`${type} ${subject}`) ?? []) this.#store.remove('task', id);
    this.#planned.delete(`${type} ${subject}`);
  }

  /** Call once at the start. */
  arm(): void {
    clearTimeout(this.#timer);
    const next = this.#queue[0]?.task;
    this.#armedForMs = next?.dueAtMs ?? Infinity;
    if (this.#isClosed || next === undefined) return;
    const delayMs = Math.min(Math.max(next.dueAtMs - this.#clockMs(), 0), timerMsMax);
    this.#timer = setTimeout(() => this.runDue(), delayMs);
  }

  /** Runs everything that is due, in the order in which it fell due; what that plans and is due as well runs too. */
  runDue(): void {
    if (this.#isClosed) return;
    const untilMs = this.#clockMs();
    for (let next = this.#queue[0]?.task; next !== undefined && next.dueAtMs <= untilMs; next = this.#queue[0]?.task) {
      this.#pop();
      if (this.#store.get('task', next.id) === undefined) continue;
      this.#store.remove('task', next.id);
      this.#forget(next);
      this.#runningAtMs = next.dueAtMs;
      try {
        this.#run(next);
      } finally {
        this.#runningAtMs = null;
      }
      this.#store.commit();
    }
    this.arm();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #forget(task: Task): void {
    const name = `${task.type} ${task.subject}`;
    const planned = this.#planned.get(name);
    planned?.delete(task.id);
    if (planned?.size === 0) this.#planned.delete(name);
  }

  #push(task: Task): void {
    const name = `${task.type} ${task.subject}`;
    const planned = this.#planned.get(name) ?? new Set();
    this.#planned.set(name, planned.add(task.id));
    this.#order += 1;
    let index = this.#queue.push({ task, order: this.#order }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfLater(parent, index)) return;
      index = parent;
    }
  }

  #pop(): void {
    const last = this.#queue.pop();
    if (last === undefined || this.#queue.length === 0) return;
    this.#queue[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#isLater(left, left + 1) ? left + 1 : left;
      if (!this.#swapIfLater(index, child)) return;
      index = child;
    }
  }

  #isLater(index: number, other: number): boolean {
    const [first, second] = [this.#queue[index], this.#queue[other]];
    if (first === undefined || second === undefined) return false;
    const laterMs = first.task.dueAtMs - second.task.dueAtMs;
    return laterMs > 0 || (laterMs === 0 && first.order > second.order);
  }

  #swapIfLater(parent: number, child: number): boolean {
    const [upper, lower] = [this.#queue[parent], this.#queue[child]];
    if (upper === undefined || lower === undefined || !this.#isLater(parent, child)) return false;
    this.#queue[parent] = lower;
    this.#queue[child] = upper;
    return true;
  }
}
