import { openBreaker } from '#server/ledger/breaker.ts';
import { runCheck, type CheckKind, type CheckRun } from '#server/ledger/check-runs.ts';
import { expirePendings } from '#server/ledger/transfers.ts';
import type { Database } from '#server/platform/db.ts';

/**
 * Checks the books and keeps the result; when a second reading, in a snapshot of its own, confirms that they are
 * wrong, posting stops until an operator lets it go on. Returns the reading that decided; the caller raises the alarm
 * when it is not `ok`. Refuses `check_running` while another one runs.
 */
export async function checkBooks(database: Database, kind: CheckKind = 'full'): Promise<CheckRun> {
  const read = () => database.inSnapshot((tx) => runCheck(tx, kind), { isLong: true });
  const first = await read();
  if (first.ok) return first;
  const second = await read();
  const cause = second.findings.find((finding) => finding.severity === 'hard');
  if (cause === undefined) return second;
  const reason = `${cause.check}: ${cause.place}: expected ${cause.expected}, found ${cause.actual}`.slice(0, 1_000);
  await database.inTransaction((tx) => openBreaker(tx, { actor: 'checker', reason }));
  return second;
}

const sweepRoundsMax = 20;

/** Ends the pending transfers whose time is over. Returns how many. */
export async function sweepPendings(database: Database): Promise<number> {
  let ended = 0;
  for (let round = 0; round < sweepRoundsMax; round += 1) {
    const more = await database.inTransaction((tx) => expirePendings(tx));
    ended += more;
    if (more === 0) break;
  }
  return ended;
}
