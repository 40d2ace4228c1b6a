import { setTimeout as pause } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client.ts';
import { inDirectTransaction, lendConnections, type DirectSource } from './direct-transaction.ts';
import { env } from './env.ts';
import { log } from './log.ts';
import { once } from './once.ts';
import { openWithFirstStatement } from './opening.ts';
import { createStatementNames } from './statement-names.ts';

export { Prisma };

/** A client inside one transaction: the first argument of every write. */
export type Tx = Prisma.TransactionClient;

/** Anything one can read with: the live client or a transaction. */
export type Db = PrismaClient | Tx;

/** One PostgreSQL database as the application's role sees it. */
export interface Database {
  readonly client: PrismaClient;
  /** Runs `work` in one READ COMMITTED transaction: all of it is kept, or none when it throws. */
  inTransaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Runs reads that must see one moment: REPEATABLE READ. */
  inSnapshot<T>(work: (tx: Tx) => Promise<T>, options?: SnapshotOptions): Promise<T>;
  /**
   * Rows of a statement that is parsed and planned once a connection, past Prisma, which takes as long to pass on a small
   * answer as PostgreSQL to find it. For the few that every request pays for: each name costs memory in every
   * connection. A statement that writes is a transaction of its own. Rejects when the database is away.
   */
  runPrepared<Row extends QueryResultRow>(query: PreparedQuery, values: readonly unknown[]): Promise<Row[]>;
  /**
   * Rows of a reading statement that is planned for its very values, past Prisma as well: for a search, whose best way
   * depends on how common its words are. Rejects when the database is away.
   */
  runPlanned<Row extends QueryResultRow>(query: PlannedQuery): Promise<Row[]>;
  /**
   * Work in bulk on one connection past Prisma, which copies every array four times on its way. The connection is closed
   * when the work throws, so that nothing of it stays.
   */
  inSession<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * Opens so many connections and keeps them, also while nobody asks for anything. A crowd that comes at once leaves no time
   * to open one: each takes several turns of the event loop.
   */
  keepOpen(count: number): Promise<void>;
  /** Resolves when the database answers and accepts writes; rejects otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface PreparedQuery {
  /** One name for one text, at most 63 letters. */
  name: string;
  text: string;
}

export interface PlannedQuery {
  text: string;
  values: readonly unknown[];
}

/** One connection, for one caller at a time. */
export interface Session {
  query<Row extends QueryResultRow>(sql: Prisma.Sql): Promise<Row[]>;
  /** How many rows it changed. */
  execute(sql: Prisma.Sql): Promise<number>;
  /** READ COMMITTED; all that the session does in it is kept, or none when the work throws. */
  inTransaction<T>(work: () => Promise<T>): Promise<T>;
  /** Runs the work while no other session holds this lock; null, with nothing done, where one does. */
  whileLocked<T>(lock: bigint, work: () => Promise<T>): Promise<T | null>;
}

export interface TransactionOptions {
  /** SQL goes straight to the driver, past Prisma, which joins when a model is asked for: for work that comes often. */
  isDirect?: boolean;
}

export interface SnapshotOptions {
  /** The work may take up to an hour, on one of two connections kept for such readings. */
  isLong?: boolean;
}

const connectTimeoutMs = 4_000;
const queryTimeoutMs = 30_000;
const longQueryTimeoutMs = 3_600_000;
const longConnectionsMax = 2;
const pingTimeoutMs = 5_000;
const closeTimeoutMs = 5_000;

export interface DatabaseOptions {
  /** Most connections held at once. */
  connectionsMax?: number;
}

/** Opens a database for the application's role. Connections are made on first use. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const main = openClient(url, {
    connectionsMax: options.connectionsMax ?? 12,
    timeoutMs: queryTimeoutMs,
  });
  let patient: OpenClient | null = null;
  const patientClient = () => {
    patient ??= openClient(url, { connectionsMax: longConnectionsMax, timeoutMs: longQueryTimeoutMs });
    return patient.client;
  };
  const { client } = main;
  return {
    client,
    inTransaction: (work, { isDirect = false } = {}) =>
      isDirect
        ? inDirectTransaction(main, work)
        : client.$transaction(work, { maxWait: 5_000, timeout: queryTimeoutMs }),
    inSnapshot: (work, { isLong = false } = {}) => {
      const [reader, timeout] = isLong ? [patientClient(), longQueryTimeoutMs] : [client, queryTimeoutMs];
      return reader.$transaction(work, { isolationLevel: 'RepeatableRead', maxWait: 5_000, timeout });
    },
    runPrepared: async <Row extends QueryResultRow>(query: PreparedQuery, values: readonly unknown[]) =>
      (await main.pool.query<Row>({ ...query, values: [...values] })).rows,
    runPlanned: async <Row extends QueryResultRow>({ text, values }: PlannedQuery) =>
      (await main.pool.query<Row>(text, [...values])).rows,
    inSession: (work) => inSession(main.pool, work),
    keepOpen: (count) => keepOpen(main.pool, count),
    ping: () => withinTime(assertWritable(client), pingTimeoutMs),
    close: async () => {
      await Promise.all([main.close(), patient?.close()]);
    },
  };
}

interface OpenClient extends DirectSource {
  /** Closing it again changes nothing. */
  close(): Promise<void>;
}

function openClient(url: string, limits: { connectionsMax: number; timeoutMs: number }): OpenClient {
  const pool = new Pool({
    connectionString: url,
    max: limits.connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 60_000,
    // The server's own limit ends a slow query; this one ends the wait for a server that hangs.
    query_timeout: limits.timeoutMs + 5_000,
    options: [
      '-c role=cascade_app',
      // Prisma's adapter sends and reads times without their offset, which is exact only in UTC.
      '-c timezone=UTC',
      // Said once a connection, so that no transaction has to ask for it.
      String.raw`-c default_transaction_isolation=read\ committed`,
      `-c statement_timeout=${String(limits.timeoutMs)}`,
    ].join(' '),
  });
  // Prisma listens only from its first query on; a connection lost while idle is replaced by the next query.
  pool.on('error', (error) => log().debug({ err: error }, 'an idle connection to the database was lost'));
  const allClosed = watchConnections(pool);
  openWithFirstStatement(pool);
  lendConnections(pool);
  const nameOf = createStatementNames();
  const adapter = new PrismaPg(pool, { statementNameGenerator: nameOf });
  const client = new PrismaClient({ adapter });
  const close = async () => {
    await client.$disconnect();
    if (!pool.ending) await pool.end();
    await allClosed();
  };
  return { client, pool, nameOf, timeoutMs: limits.timeoutMs, close };
}

async function keepOpen(pool: Pool, count: number): Promise<void> {
  pool.options.min = count;
  const connections = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  for (const connection of connections) connection.release();
}

async function inSession<T>(pool: Pool, work: (session: Session) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  const onLost = (error: Error) => {
    log().debug({ err: error }, 'the connection of a session was lost');
  };
  connection.on('error', onLost);
  let isClean = false;
  try {
    const result = await work(sessionOf(connection));
    isClean = true;
    return result;
  } finally {
    connection.off('error', onLost);
    connection.release(!isClean);
  }
}

function sessionOf(connection: PoolClient): Session {
  const query = <Row extends QueryResultRow>({ text, values }: Prisma.Sql) => connection.query<Row>(text, values);
  return {
    query: async <Row extends QueryResultRow>(sql: Prisma.Sql) => (await query<Row>(sql)).rows,
    execute: async (sql) => (await query(sql)).rowCount ?? 0,
    inTransaction: async (work) => {
      await connection.query('BEGIN');
      try {
        const result = await work();
        await connection.query('COMMIT');
        return result;
      } catch (error) {
        // Where the connection is lost, the server has rolled back by itself.
        await Promise.allSettled([connection.query('ROLLBACK')]);
        throw error;
      }
    },
    whileLocked: async (lock, work) => {
      const { rows } = await connection.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [lock]);
      if (rows[0]?.locked !== true) return null;
      try {
        return await work();
      } finally {
        await Promise.allSettled([connection.query('SELECT pg_advisory_unlock($1)', [lock])]);
      }
    },
  };
}

/**
 * A pool calls itself ended while its connections still say good-bye; whoever drops the database then cuts them off. The
 * function waits for the last of them, as long as a server that answers takes at most.
 */
function watchConnections(pool: Pool): () => Promise<void> {
  const open = new Set<object>();
  let closed: () => void;
  const lastOne = new Promise<void>((resolve) => (closed = resolve));
  pool.on('connect', (connection) => open.add(connection));
  pool.on('remove', (connection) => {
    open.delete(connection);
    if (pool.ending && open.size === 0) closed();
  });
  return async () => {
    if (open.size > 0) await Promise.race([lastOne, pause(closeTimeoutMs, undefined, { ref: false })]);
  };
}

async function assertWritable(client: PrismaClient): Promise<void> {
  const rows = await client.$queryRaw<{ readonly: boolean }[]>`
    SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS readonly`;
  if (rows[0]?.readonly !== false) throw new Error('the database does not accept writes');
}

async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('Connection terminated: the database did not answer in time'));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The database of this process. */
export function database(): Database {
  return once('database', () => createDatabase(env().DATABASE_URL));
}
