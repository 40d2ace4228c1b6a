import type { Tx } from './db.ts';

/**
 * Waits until no other transaction holds this name, and holds it until its own ends: for what has no row yet that could
 * be locked, such as one more of something. Names are a room's word, and an id behind a colon where there is one.
 */
export async function lockName(tx: Tx, name: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}
