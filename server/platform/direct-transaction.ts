import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { Prisma } from './db.ts';
import type { Database, Tx } from './db.ts';
import { directTypes } from './direct-values.ts';
import { log } from './log.ts';

/**
 * Transactions whose SQL goes straight to the driver: Prisma takes longer to pass on a small statement and its answer than
 * PostgreSQL to do it. Prisma joins, on the same connection, when a model is asked for.
 */

/** What such transactions need of a database. */
export interface DirectSource {
  readonly pool: Pool;
  /** Uses this pool, which `lendConnections` has been told of. */
  readonly client: Database['client'];
  readonly nameOf: (query: { readonly sql: string }) => string;
  readonly timeoutMs: number;
}

const lent = new AsyncLocalStorage<PoolClient>();
/** How the driver answers a statement that has no rows. */
const nothing = { rows: [], fields: [], rowCount: null };
const controls = new Set(['BEGIN', 'COMMIT', 'ROLLBACK']);

/** Lets Prisma begin a transaction of its own inside of one that has begun, on the connection of that. */
export function lendConnections(pool: Pool): void {
  const connect = pool.connect.bind(pool) as (...args: unknown[]) => unknown;
  const connectOrLend = (...args: unknown[]): unknown => {
    const connection = lent.getStore();
    return connection === undefined || args.length > 0 ? connect(...args) : Promise.resolve(withoutEnd(connection));
  };
  pool.connect = connectOrLend as Pool['connect'];
}

/** A connection whose transaction is begun and ended by somebody else. */
function withoutEnd(connection: PoolClient): object {
  const query = connection.query.bind(connection) as (asked: unknown) => unknown;
  return {
    query: (asked: { text: string }) => (controls.has(asked.text) ? Promise.resolve(nothing) : query(asked)),
    on: () => undefined,
    removeListener: () => undefined,
    release: () => undefined,
  };
}

/** Runs the work in one READ COMMITTED transaction: all of it is kept, or none when it throws. */
export async function inDirectTransaction<T>(source: DirectSource, work: (tx: Tx) => Promise<T>): Promise<T> {
  const connection = await source.pool.connect();
  const onLost = (error: Error) => {
    log().debug({ err: error }, 'the connection of a transaction was lost');
  };
  connection.on('error', onLost);
  const transaction = new DirectTransaction(source, connection);
  let isClean = false;
  try {
    await connection.query({ text: 'BEGIN' });
    const result = await transaction.run(work);
    await transaction.commit();
    isClean = true;
    return result;
  } catch (error) {
    isClean = await transaction.rollBack();
    throw error;
  } finally {
    connection.off('error', onLost);
    connection.release(!isClean);
  }
}

interface Joined {
  readonly tx: Promise<Tx>;
  /** Prisma lets go of the connection. */
  leave(): Promise<void>;
}

class DirectTransaction {
  readonly #source: DirectSource;
  readonly #connection: PoolClient;
  #joined: Joined | null = null;
  /** Why nothing more is sent. */
  #over: Error | null = null;

  constructor(source: DirectSource, connection: PoolClient) {
    this.#source = source;
    this.#connection = connection;
  }

  /** Work that takes too long is given up; what it asks for afterwards is refused. */
  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { timeoutMs } = this.#source;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.#over = new Error(`Transaction already closed: it took longer than ${String(timeoutMs)} ms`);
        reject(this.#over);
      }, timeoutMs);
    });
    try {
      return await Promise.race([work(this.#tx()), late]);
    } finally {
      clearTimeout(timer);
      this.#over ??= new Error('Transaction already closed: its work has ended');
    }
  }

  async commit(): Promise<void> {
    await this.#joined?.leave();
    const { command } = await this.#ask({ text: 'COMMIT' });
    // Said by PostgreSQL where a statement failed and the work went on as if it had not.
    if (command === 'ROLLBACK') throw new Error('a transaction with a statement that failed cannot be kept');
  }

  /** Whether the connection is as good as new; where it is lost, the server has rolled back by itself. */
  async rollBack(): Promise<boolean> {
    const [, ended] = await Promise.allSettled([this.#joined?.leave(), this.#connection.query({ text: 'ROLLBACK' })]);
    return ended.status === 'fulfilled';
  }

  #tx(): Tx {
    const own = new Map<PropertyKey, unknown>([
      ['$queryRaw', async (...asked: Asked) => (await this.#send(asked)).rows],
      ['$executeRaw', async (...asked: Asked) => (await this.#send(asked)).rowCount ?? 0],
      // It is no promise.
      ['then', undefined],
    ]);
    return new Proxy({}, { get: (_target, name) => (own.has(name) ? own.get(name) : this.#ofPrisma(name)) }) as Tx;
  }

  /** A model, or one of Prisma's own functions. */
  #ofPrisma(name: PropertyKey): unknown {
    const call = async (method: PropertyKey | null, args: unknown[]) => {
      const tx = await this.#join();
      const subject: unknown = Reflect.get(tx, name);
      if (method === null) return Reflect.apply(subject as () => unknown, tx, args) as unknown;
      return Reflect.apply(Reflect.get(subject as object, method) as () => unknown, subject, args) as unknown;
    };
    const whole = (...args: unknown[]) => call(null, args);
    return new Proxy(whole, {
      get:
        (_target, method) =>
        (...args: unknown[]) =>
          call(method, args),
    });
  }

  #join(): Promise<Tx> {
    if (this.#over !== null) return Promise.reject(this.#over);
    this.#joined ??= joinPrisma(this.#source, this.#connection);
    return this.#joined.tx;
  }

  #send([first, ...values]: Asked) {
    if (this.#over !== null) return Promise.reject(this.#over);
    const sql = 'raw' in first ? Prisma.sql(first, ...values) : first;
    const { text } = sql;
    return this.#ask({ text, values: sql.values, name: this.#source.nameOf({ sql: text }), types: directTypes });
  }

  async #ask(query: QueryConfig): Promise<Answer> {
    try {
      return await this.#connection.query<Record<string, unknown>>(query);
    } catch (error) {
      throw withCode(error);
    }
  }
}

type Asked = [TemplateStringsArray | Prisma.Sql, ...unknown[]];

interface Answer {
  readonly rows: unknown[];
  readonly rowCount: number | null;
  readonly command?: string;
}

/** Prisma's own transaction on a connection that has begun one: it begins and ends nothing there. */
function joinPrisma({ client, timeoutMs }: DirectSource, connection: PoolClient): Joined {
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  let ended: Promise<void> = Promise.resolve();
  const tx = new Promise<Tx>((resolve, reject) => {
    const stay = (joined: Tx) => {
      resolve(joined);
      return left;
    };
    ended = lent.run(connection, () => client.$transaction(stay, { timeout: timeoutMs }));
    ended.catch(reject);
  });
  return {
    tx,
    leave: async () => {
      leave();
      await ended;
    },
  };
}

/** With PostgreSQL's code in the message, where Prisma has it too. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  return new Error(`Raw query failed. Code: \`${error.code}\`. Message: \`${error.message}\``, { cause: error });
}
