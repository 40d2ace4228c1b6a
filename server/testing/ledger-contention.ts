import type { Database } from '#server/platform/db.ts';

/** How many deadlocks PostgreSQL counted in this database. */
export async function deadlocks(database: Database): Promise<bigint> {
  const rows = await database.client.$queryRaw<{ deadlocks: bigint }[]>`
    SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`;
  return rows[0]?.deadlocks ?? -1n;
}

/** Resolves when so many connections of this database wait for a lock. The test's own time limit ends a vain wait. */
export async function untilWaiting(database: Database, connections = 1): Promise<void> {
  for (;;) {
    const rows = await database.client.$queryRaw<{ waiting: number }[]>`
      SELECT count(DISTINCT l.pid)::integer AS waiting
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE NOT l.granted AND a.datname = current_database()`;
    if ((rows[0]?.waiting ?? 0) >= connections) return;
  }
}

/**
 * Resolves when every call that was under way is finished, so that the horizon of readers is past it. The horizon is
 * that of the whole server: the databases of other test files hold it back too.
 */
export async function untilSettled(database: Database): Promise<void> {
  const [start] = await database.client.$queryRaw<{ end: string }[]>`
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS end`;
  for (;;) {
    const rows = await database.client.$queryRaw<{ settled: boolean }[]>`
      SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ${start?.end}::xid8 AS settled`;
    if (rows[0]?.settled === true) return;
  }
}

/** A transaction that stays open until it is told to end. */
export interface OpenTransaction<T> {
  /** What the work in it gave. */
  result: T;
  commit: () => Promise<void>;
}

/** Does `work` in a transaction and leaves it open, so that its locks and its unfinished state can be looked at. */
export async function openTransaction<T>(
  database: Database,
  work: (tx: Parameters<Parameters<Database['inTransaction']>[0]>[0]) => Promise<T>,
): Promise<OpenTransaction<T>> {
  const done = Promise.withResolvers<T>();
  const release = Promise.withResolvers<null>();
  const transaction = database.inTransaction(async (tx) => {
    done.resolve(await work(tx));
    await release.promise;
  });
  transaction.catch((error: unknown) => {
    done.reject(error);
  });
  return {
    result: await done.promise,
    commit: async () => {
      release.resolve(null);
      await transaction;
    },
  };
}
