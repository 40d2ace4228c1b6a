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

const connectTimeoutMs = 2_000;
const queryTimeoutMs = 30_000;

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
    options: `-c role=cascade_app -c statement_timeout=${String(queryTimeoutMs)}`,
  });
  const client = new PrismaClient({ adapter });
  const transact = <T>(work: (tx: Tx) => Promise<T>, isolationLevel: Prisma.TransactionIsolationLevel) =>
    client.$transaction(work, { isolationLevel, maxWait: 5_000, timeout: queryTimeoutMs });
  return {
    client,
    inTransaction: (work) => transact(work, 'ReadCommitted'),
    inSnapshot: (work) => transact(work, 'RepeatableRead'),
    ping: async () => {
      const rows = await client.$queryRaw<{ readonly: boolean }[]>`
        SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS readonly`;
      if (rows[0]?.readonly !== false) throw new Error('the database does not accept writes');
    },
    close: () => client.$disconnect(),
  };
}

/** The database of this process. */
export function database(): Database {
  return once('database', () => createDatabase(env().DATABASE_URL));
}
