import { foldRollups } from '#server/ledger/groups.ts';
import { trimVelocityCounters } from '#server/ledger/limits.ts';
import { deliverMonitorEvents, type Crossing } from '#server/ledger/monitors.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';

/** More than a minute brings; what is left over waits for the next minute. */
const roundsMax = 20;

/** Takes what finished calls changed into the folded figures of account groups. Returns how many rows it took. */
export function foldAccountGroups(database: Database): Promise<number> {
  return untilNothingIsLeft(() => database.inTransaction(foldRollups));
}

/** Removes counters of limits that no period reaches any more. Returns how many. */
export function trimCounters(database: Database): Promise<number> {
  return untilNothingIsLeft(() => database.inTransaction(trimVelocityCounters));
}

export interface DeliveryDeps {
  clock: Clock;
  ids: Ids;
  /** Told of each crossing once it is in the outbox for good. */
  report?: (crossing: Crossing) => void;
}

/** Hands the crossings of watched balances to the outbox. Returns how many it took. */
export function deliverCrossings(database: Database, { report, ...deps }: DeliveryDeps): Promise<number> {
  return untilNothingIsLeft(async () => {
    const { taken, crossings } = await database.inTransaction((tx) => deliverMonitorEvents(tx, deps));
    crossings.forEach((crossing) => report?.(crossing));
    return taken;
  });
}

/** Says a crossing in the log, for whoever watches that. */
export function logCrossing(crossing: Crossing): void {
  log().warn(crossing, 'a watched balance crossed its line');
}

/** One short transaction after the other, at most twenty. */
async function untilNothingIsLeft(work: () => Promise<number>): Promise<number> {
  let done = 0;
  for (let round = 0; round < roundsMax; round += 1) {
    const more = await work();
    done += more;
    if (more === 0) break;
  }
  return done;
}
