import type { Database } from '#server/platform/db.ts';

/** Whether this process should be sent requests: the database takes writes and has the current schema. */
export interface Readiness {
  ready: boolean;
  database: 'ok' | 'unreachable';
  schema: 'current' | 'behind' | 'unknown';
}

/** Asks the database now. Never throws. `latestMigration` is the newest one this version knows. */
export async function readiness(database: Database, latestMigration: string): Promise<Readiness> {
  try {
    await database.ping();
    const rows = await database.client.$queryRaw<{ known: boolean }[]>`
      SELECT EXISTS (
        SELECT FROM _prisma_migrations
        WHERE migration_name = ${latestMigration} AND finished_at IS NOT NULL AND rolled_back_at IS NULL
      ) AS known`;
    const isCurrent = rows[0]?.known === true;
    return { ready: isCurrent, database: 'ok', schema: isCurrent ? 'current' : 'behind' };
  } catch {
    return { ready: false, database: 'unreachable', schema: 'unknown' };
  }
}
