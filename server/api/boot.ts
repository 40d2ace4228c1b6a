import type { Database } from '#server/platform/db.ts';
import type { Env } from '#server/platform/env.ts';
import { readStamp } from '#server/platform/stamp.ts';

/** Thrown when a process must not run; its message is one sentence for the person who started it. */
export class BootRefused extends Error {
  override readonly name = 'BootRefused';
}

/** Refuses to start on a database that is stamped for the other kind of money, or not stamped at all. */
export async function assertMode(database: Database, settings: Pick<Env, 'CASCADE_MODE'>): Promise<void> {
  const stamp = await askStamp(database);
  if (stamp === settings.CASCADE_MODE) return;
  throw new BootRefused(
    stamp === null
      ? 'The database has no schema yet; run the migrations first (npm run up does it).'
      : `The database is stamped "${stamp}", but CASCADE_MODE is "${settings.CASCADE_MODE}"; use a database of its own for each.`,
  );
}

async function askStamp(database: Database): Promise<string | null> {
  try {
    return await readStamp(database);
  } catch (cause) {
    throw new BootRefused('The database cannot be reached; check DATABASE_URL and that PostgreSQL runs.', { cause });
  }
}
