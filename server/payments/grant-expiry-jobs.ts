import type { Database } from '#server/platform/db.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { accountsWithExpired } from '#server/provenance/expired.ts';
import { expireGrants, type GrantExpiryDeps } from './grant-expiry.ts';

const pageSize = 200;
/** Of one run; what is left comes up again in the next. */
const pagesMax = 50;

export interface ExpiryReport {
  /** Centesimi that went back. */
  takenMinor: bigint;
  /** Accounts of which nothing could be taken yet, by the code of the refusal. */
  postponed: Record<string, number>;
}

/**
 * Takes back granted ducats that have expired, wallet by wallet, each in a transaction of its own. One that is spending
 * just now, or is frozen or reserved, is left for the next run.
 */
export async function expireGrantedDucats(deps: GrantExpiryDeps & { database: Database }): Promise<ExpiryReport> {
  const at = deps.clock.now();
  let after = 0n;
  const report: ExpiryReport = { takenMinor: 0n, postponed: {} };
  for (let page = 0; page < pagesMax; page += 1) {
    const accountIds = await accountsWithExpired(deps.database.client, { at, after, limit: pageSize });
    for (const accountId of accountIds) await attempt(deps, accountId, report);
    const last = accountIds.at(-1);
    if (last === undefined || accountIds.length < pageSize) break;
    after = last;
  }
  return report;
}

/** One that is refused must not keep the others waiting; an outage ends the run. */
async function attempt(
  deps: GrantExpiryDeps & { database: Database },
  accountId: bigint,
  report: ExpiryReport,
): Promise<void> {
  try {
    report.takenMinor += await deps.database.inTransaction((tx) => expireGrants(tx, deps, accountId));
  } catch (error) {
    if (!isDomainError(error) || error.kind === 'unavailable') throw error;
    report.postponed[error.code] = (report.postponed[error.code] ?? 0) + 1;
  }
}
