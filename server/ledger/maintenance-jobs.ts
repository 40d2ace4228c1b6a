import { foldRollups } from '#server/ledger/groups.ts';
import { trimVelocityCounters } from '#server/ledger/limits.ts';
import { deliverMonitorEvents } from '#server/ledger/monitors.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

/** More than a minute brings; what is left over waits for the next minute. */
const roundsMax = 20;

/** Takes what finished calls changed into the folded figures of account groups. Returns how many rows it took. */
export function foldAccountGroups(database: Database): Promise<number> {
  return untilNothingIsLeft(database, foldRollups);
}

/** Removes counters of limits that no period reaches any more. Returns how many. */
export function trimCounters(database: Database): Promise<number> {
  return untilNothingIsLeft(database, trimVelocityCounters);
}

/** Hands the crossings of watched balances to the outbox. Returns how many. */
export function deliverCrossings(database: Database, deps: { clock: Clock; ids: Ids }): Promise<number> {
  return untilNothingIsLeft(database, (tx) => deliverMonitorEvents(tx, deps));
}

/** One short transaction after the other, at most twenty. */
async function untilNothingIsLeft(database: Database, work: (tx: Tx) => Promise<number>): Promise<number> {
  let done = 0;
  for (let round = 0; round < roundsMax; round += 1) {
    const more = await database.inTransaction(work);
    done += more;
    if (more === 0) break;
  }
  return done;
}
