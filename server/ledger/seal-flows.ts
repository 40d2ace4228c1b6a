import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { checkBooks } from '#server/ledger/jobs.ts';
import { sqlState, withOwner } from '#server/ledger/journal/connections.ts';
import { detachMonth, sealMonth, type SealOrder } from '#server/ledger/seals.ts';
import type { Database } from '#server/platform/db.ts';
import { isDomainError, refuse } from '#server/platform/errors.ts';

export interface SealDeps {
  /** The application's connection, which checks the books. */
  database: Database;
  /** Of a login that may act as the owner of the tables. */
  ownerUrl: string;
  /** Between two tries; half a second where it is not given. */
  pauseMs?: number;
}

const triesMax = 120;
/** So often a sealing leaves the way to those who book into the month. */
const politeTries = 3;

/**
 * Checks all of the books and seals a month. The check is kept before the sealing begins; whatever happens between the
 * two, the seal is made as a whole or not at all, and whoever repeats the flow checks again. Refuses what `sealMonth`
 * does, `check_running`, `seal_needs_owner`, and `seal_contention` when it stayed in the way of others for a minute.
 */
export async function sealBooks({ database, ...owner }: SealDeps, order: SealOrder): Promise<void> {
  // Without a good check `sealMonth` refuses; the breaker and the findings are the checker's affair.
  await checkBooks(database, 'full');
  await asOwner(owner, (client, tries) => sealMonth(client, order, { isLockedFirst: tries > politeTries }));
}

/**
 * Detaches a sealed month. Posting waits at most a fifth of a second at a time. Refuses what `detachMonth` does,
 * `seal_needs_owner` and `seal_contention`.
 */
export async function detachBooks(deps: Omit<SealDeps, 'database'>, order: SealOrder): Promise<void> {
  await asOwner(deps, (client) => detachMonth(client, order));
}

async function asOwner(
  { ownerUrl, pauseMs = 500 }: Omit<SealDeps, 'database'>,
  work: (client: Client, tries: number) => Promise<void>,
): Promise<void> {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    try {
      await withOwner(ownerUrl, (client) => work(client, tries), needsOwner);
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await pause(pauseMs);
    }
  }
  throw refuse('unavailable', 'seal_contention', 'Others were in the way the whole time. Please repeat it later.');
}

/** Somebody booked into the month, holds a lock, or checks the books. */
function isPassing(error: unknown): boolean {
  if (isDomainError(error)) return error.code === 'check_running';
  return ['40001', '40P01', '55P03'].includes(sqlState(error) ?? '');
}

function needsOwner(): Error {
  return refuse(
    'forbidden',
    'seal_needs_owner',
    'This login may not act as cascade_owner, so it cannot seal. Use the login that migrates.',
  );
}
