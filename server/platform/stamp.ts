import type { Database } from './db.ts';

/** Which kind of money this database is for, or null when it has no schema yet. Rejects when it cannot be asked. */
export async function readStamp(database: Database): Promise<string | null> {
  const tables = await database.client.$queryRaw<{ exists: boolean }[]>`
    SELECT to_regclass('public.database_stamp') IS NOT NULL AS exists`;
  if (tables[0]?.exists !== true) return null;
  const stamp = await database.client.databaseStamp.findUnique({ where: { id: 1 }, select: { mode: true } });
  return stamp?.mode ?? null;
}
