import { isDatabaseUnavailable, isDomainError } from '#server/platform/errors.ts';
import { log } from '#server/platform/log.ts';

/**
 * How a job takes on one of many: what fails must not keep the others waiting, is logged with this sentence and comes up
 * again in the next run. Rejects where nothing else would succeed either: while the database or Stripe is away.
 */
export function attemptsLoggedAs(complaint: string): (subject: string, work: () => Promise<unknown>) => Promise<void> {
  return async (subject, work) => {
    try {
      await work();
    } catch (error) {
      const isOutage = isDatabaseUnavailable(error) || (isDomainError(error) && error.kind === 'unavailable');
      if (isOutage) throw error;
      log().error({ err: error, subject }, complaint);
    }
  };
}

/** Most of one kind that a run of a job takes on. */
export const batchMax = 200;
/** A page at Stripe that is open for so long is asked about: its event may be lost. */
export const settleAfterMs = 30 * 60_000;
/** A page at Stripe, and the key of the call that made it, live for a day. */
export const unopenedAfterMs = 25 * 3_600_000;
