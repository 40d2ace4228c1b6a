import { AsyncLocalStorage } from 'node:async_hooks';
import type { QueryResultRow } from 'pg';
import type { CashOutDeps } from '#server/payments/cash-outs/cash-out-flows.ts';
import type { DisputeDeps } from '#server/payments/disputes/dispute-flows.ts';
import type { StartDeps } from '#server/payments/flows.ts';
import type { Database, PreparedQuery, Prisma, Session, Tx } from '#server/platform/db.ts';
import type { CrashSchedule, Flow, Side } from './crash-points.ts';

export type ChaosDeps = StartDeps & DisputeDeps & CashOutDeps;

/** What everything ends with that a dead process was at. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** One run of a flow: how often each of its steps was made. */
interface Run {
  flow: Flow;
  lastCall: string | null;
  counts: Map<string, number>;
}

/**
 * A process of the product that can die in any gap of its flows: from then on it reaches neither PostgreSQL nor Stripe, its
 * open transactions are rolled back, and whatever it knew is gone. What it had committed or sent stays.
 */
export class MortalProcess {
  readonly deps: ChaosDeps;
  readonly #schedule: CrashSchedule;
  readonly #runs = new AsyncLocalStorage<Run>();
  #death: string | null = null;

  constructor(deps: ChaosDeps, schedule: CrashSchedule) {
    this.#schedule = schedule;
    this.deps = { ...deps, database: this.#mortalDatabase(deps.database), stripe: this.#mortalObject(deps.stripe, '') };
  }

  get isDead(): boolean {
    return this.#death !== null;
  }

  /** Does work as part of a flow, whose gaps are counted from here. */
  run<T>(flow: Flow, work: () => Promise<T>): Promise<T> {
    return this.#runs.run({ flow, lastCall: null, counts: new Map() }, work);
  }

  /** What an event changes, as the last step of the flow that prepared it: the process may die before it is committed. */
  effectOf(effect: (tx: Tx) => Promise<void>): (tx: Tx) => Promise<void> {
    const run = this.#runs.getStore();
    return async (tx) => {
      await effect(tx);
      if (run !== undefined) this.#pass(run, { step: 'effect', number: 1, side: 'uncommitted' });
    };
  }

  #mortalDatabase(database: Database): Database {
    const assertAlive = () => {
      this.#assertAlive();
    };
    return {
      ...database,
      get client() {
        assertAlive();
        return database.client;
      },
      inTransaction: (work) =>
        this.#inTransaction((passEnd) => database.inTransaction(async (tx) => passEnd(await work(tx)))),
      inSession: (work) => database.inSession((session) => work(this.#mortalSession(session))),
      runPrepared: async <Row extends QueryResultRow>(query: PreparedQuery, values: readonly unknown[]) => {
        const run = this.#runs.getStore();
        const number = this.#begin(query.name);
        const rows = await database.runPrepared<Row>(query, values);
        this.#pass(run, { step: query.name, number, side: 'after' });
        return rows;
      },
    };
  }

  #mortalSession(session: Session): Session {
    return {
      query: <Row extends QueryResultRow>(sql: Prisma.Sql) => {
        this.#assertAlive();
        return session.query<Row>(sql);
      },
      execute: (sql) => {
        this.#assertAlive();
        return session.execute(sql);
      },
      inTransaction: (work) =>
        this.#inTransaction((passEnd) => session.inTransaction(async () => passEnd(await work()))),
      // A dead process holds no lock, as its connections are gone.
      whileLocked: (lock, work) => session.whileLocked(lock, work),
    };
  }

  /** A transaction with the gaps before it, before its commit (where its work passes its end) and after it. */
  async #inTransaction<T>(transact: (passEnd: (done: T) => T) => Promise<T>): Promise<T> {
    const run = this.#runs.getStore();
    const step = ['tx', run?.lastCall].filter((part) => typeof part === 'string').join(' after ');
    const number = this.#begin(step);
    const result = await transact((done) => {
      this.#pass(run, { step, number, side: 'uncommitted' });
      return done;
    });
    this.#pass(run, { step, number, side: 'after' });
    return result;
  }

  /** The SDK itself, with a gap before and after each of its calls. */
  #mortalObject<T extends object>(target: T, path: string): T {
    return new Proxy(target, {
      get: (object, key): unknown => {
        const value: unknown = Reflect.get(object, key, object);
        const name = path === '' ? String(key) : `${path}.${String(key)}`;
        // Checking a signature reaches nobody.
        if (name === 'webhooks') return value;
        if (typeof value === 'object' && value !== null) return this.#mortalObject(value, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => this.#call(name, () => Reflect.apply(value, object, args) as unknown);
      },
    });
  }

  #call(step: string, call: () => unknown): unknown {
    const run = this.#runs.getStore();
    const number = this.#begin(step);
    if (run !== undefined) run.lastCall = step;
    const answer = call();
    // A list can be walked page by page, which a promise of it could not.
    if (!(answer instanceof Promise) || step === 'payouts.list') return answer;
    return answer.then((value: unknown) => {
      this.#pass(run, { step, number, side: 'after' });
      return value;
    });
  }

  #begin(step: string): number {
    const run = this.#runs.getStore();
    const number = (run?.counts.get(step) ?? 0) + 1;
    run?.counts.set(step, number);
    this.#pass(run, { step, number, side: 'before' });
    return number;
  }

  #pass(run: Run | undefined, place: { step: string; number: number; side: Side }): void {
    this.#assertAlive();
    if (run === undefined) return;
    this.#death = this.#schedule.deathAt({ flow: run.flow, ...place });
    this.#assertAlive();
  }

  #assertAlive(): void {
    if (this.#death !== null) throw new Killed(`the process died at ${this.#death}`);
  }
}
