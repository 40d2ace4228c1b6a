import { log } from '#server/platform/log.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import { trustSettingsChangedAt } from './trust-settings.ts';
import { refreshTrustOf, type TrustDeps } from './trust-flows.ts';
import type { TrustEnforcement } from './trust.ts';

const batchMax = 500;
const dayMs = 86_400_000;

/**
 * Computes the levels of at most 500 citizens anew: those for whom something happened, then those whose level is older
 * than a day or than the last change of the numbers. Runs every minute, so that time alone raises a level too. Returns
 * how many it did. One that fails does not keep the others waiting; it comes up again in the next run.
 */
export async function refreshDueTrust(deps: TrustDeps, enforce: TrustEnforcement): Promise<number> {
  const { client } = deps.database;
  const dayAgo = new Date(deps.clock.now().getTime() - dayMs);
  const changedAt = await trustSettingsChangedAt(client);
  const before = changedAt !== null && changedAt > dayAgo ? changedAt : dayAgo;
  const due = await client.citizen.findMany({
    where: { closedAt: null, OR: [{ trustRefreshedAt: null }, { trustRefreshedAt: { lte: before } }] },
    orderBy: { trustRefreshedAt: { sort: 'asc', nulls: 'first' } },
    take: batchMax,
    select: { id: true },
  });
  let done = 0;
  for (const { id: citizenId } of due) {
    try {
      await refreshTrustOf(deps, { citizenId, enforce });
      done += 1;
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      log().error({ err: error, citizenId }, 'a trust level could not be computed');
    }
  }
  return done;
}
