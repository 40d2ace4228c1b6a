import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { refreshTrust, type TrustEnforcement } from './trust.ts';
import type { TrustStanding } from './trust-rules.ts';

export interface TrustDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
}

/** `refreshTrust` in a transaction of its own. */
export function refreshTrustOf(
  deps: TrustDeps,
  input: { citizenId: string; enforce: TrustEnforcement },
): Promise<TrustStanding | null> {
  const { clock, ids } = deps;
  return deps.database.inTransaction((tx) => refreshTrust(tx, { ...input, clock, ids }));
}
