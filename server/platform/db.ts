import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client.ts';
import { env } from './env.ts';
import { once } from './once.ts';

export { Prisma };

/** A client inside one transaction: the first argument of every write. */
export type Tx = Prisma.TransactionClient;

/** Anything one can read with: the live client or a transaction. */
export type Db = PrismaClient | Tx;

/** One PostgreSQL database as the application's role sees it. */
export interface Database {
  readonly client: PrismaClient;
  /** Runs `work` in one READ COMMITTED transaction: all of it is kept, or none when it throws. */
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs reads that must see one moment: REPEATABLE READ. */
  inSnapshot<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Resolves when the database answers and accepts writes; rejects otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const connectTimeoutMs = 4_000;
const queryTimeoutMs = 30_000;
const pingTimeoutMs = 5_000;

export interface DatabaseOptions {
  /** Most connections held at once. */
  connectionsMax?: number;
}

/** Opens a database for the application's role. Connections are made on first use. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const adapter = new PrismaPg({
    connectionString: url,
    max: options.connectionsMax ?? 12,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 60_000,
    // The server's own limit ends a slow query; this one ends the wait for a server that hangs.
    query_timeout: queryTimeoutMs + 5_000,
    // Prisma's adapter sends and reads times without their offset, which is exact only in UTC.
    options: `-c role=cascade_app -c timezone=UTC -c statement_timeout=${String(queryTimeoutMs)}`,
  });
  const client = new PrismaClient({ adapter });
  const transact = <T>(work: (tx: Tx) => Promise<T>, isolationLevel: Prisma.TransactionIsolationLevel) =>
    client.$transaction(work, { isolationLevel, maxWait: 5_000, timeout: queryTimeoutMs });
  return {
    client,
    inTransaction: (work) => transact(work, 'ReadCommitted'),
    inSnapshot: (work) => transact(work, 'RepeatableRead'),
    ping: () => withinTime(assertWritable(client), pingTimeoutMs),
    close: () => client.$disconnect(),
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
