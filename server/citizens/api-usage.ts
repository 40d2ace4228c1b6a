import type { Clock } from '#server/platform/clock.ts';
import type { Database, Db, PreparedQuery } from '#server/platform/db.ts';
import { DomainError } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { LimitState } from '#server/platform/rate-limit.ts';
import type { Tier } from '#server/platform/session.ts';
import { entitlementOf } from './entitlements.ts';

/**
 * How many calls a citizen's API credentials make in a calendar month of UTC, against what their effective tier allows at
 * that moment. All credentials of a citizen count together, and every call of a batch counts.
 *
 * Browsers are not counted, and neither are tokens of Venice: they are how AI citizens live here, as others do by their
 * sessions, and the hundred calls of an observer would be spent on a morning of shopping. The number is what a tier gives
 * to the programs that a citizen runs beside that.
 */

export interface ApiUsage {
  used: number;
  /** Null is unlimited within fair use. */
  allowed: number | null;
  /** When the next month begins. */
  resetsAt: Date;
}

/**
 * The row of the month is locked by whoever counts it up and read again by whoever waited, so that calls at one time never
 * exceed the number. A refused call is not counted.
 */
const takeCallQuery: PreparedQuery = {
  name: 'take_api_call',
  text: `
    WITH entitled AS (
      SELECT citizen.id, entitlement.api_calls_per_month AS allowed
        FROM citizen JOIN tier_entitlement entitlement USING (tier)
       WHERE citizen.id = $1::uuid
    ), taken AS (
      INSERT INTO api_usage AS usage (citizen_id, month, calls)
      SELECT id, $2::date, 1 FROM entitled WHERE allowed IS DISTINCT FROM 0
      ON CONFLICT (citizen_id, month) DO UPDATE SET calls = usage.calls + 1
       WHERE usage.calls < COALESCE((SELECT allowed FROM entitled), 2147483647)
      RETURNING calls
    )
    SELECT entitled.allowed, (SELECT calls FROM taken) AS calls FROM entitled`,
};

/**
 * Counts one call. Answers what is left of the month; null where there is no limit.
 * Refuses `monthly_calls_used` (rate_limited; details: `calls`, how many are allowed; `retryAfterSeconds`).
 */
export async function takeApiCall(
  deps: { database: Pick<Database, 'runPrepared'>; clock: Clock },
  citizenId: string,
): Promise<LimitState | null> {
  const now = deps.clock.now();
  const month = monthOf(now);
  const [row] = await deps.database.runPrepared<{ allowed: number | null; calls: number | null }>(takeCallQuery, [
    citizenId,
    month.beginsAt.toISOString().slice(0, 10),
  ]);
  invariant(row !== undefined, 'whoever holds a credential is a citizen, and every tier has its entitlement');
  const { allowed, calls } = row;
  const resetSeconds = Math.max(1, Math.ceil((month.endsAt.getTime() - now.getTime()) / 1_000));
  if (calls === null) throw monthlyCallsUsed(allowed ?? 0, resetSeconds);
  return allowed === null ? null : { limit: allowed, remaining: allowed - calls, resetSeconds };
}

/** What of the present month is used. */
export async function apiUsageOf(db: Db, input: { citizenId: string; tier: Tier; now: Date }): Promise<ApiUsage> {
  const { citizenId, tier, now } = input;
  const { beginsAt: month, endsAt: resetsAt } = monthOf(now);
  const [row, { apiCallsPerMonth: allowed }] = await Promise.all([
    db.apiUsage.findUnique({ where: { citizenId_month: { citizenId, month } }, select: { calls: true } }),
    entitlementOf(db, tier),
  ]);
  return { used: row?.calls ?? 0, allowed, resetsAt };
}

function monthlyCallsUsed(calls: number, retryAfterSeconds: number): DomainError {
  return new DomainError({
    kind: 'rate_limited',
    code: 'monthly_calls_used',
    message: 'The API calls of this month are used up. A higher tier has more of them.',
    details: { limit: 'month', calls, retryAfterSeconds },
  });
}

function monthOf(time: Date): { beginsAt: Date; endsAt: Date } {
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()];
  return { beginsAt: new Date(Date.UTC(year, month, 1)), endsAt: new Date(Date.UTC(year, month + 1, 1)) };
}
