import { setTimeout as pause } from 'node:timers/promises';
import { openBreaker } from '#server/ledger/breaker.ts';
import type { Finding } from '#server/ledger/checker.ts';
import { runCheck, type CheckKind, type CheckRun, type FurtherChecks } from '#server/ledger/check-runs.ts';
import { expirePendings } from '#server/ledger/transfers.ts';
import type { Database } from '#server/platform/db.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { log } from '#server/platform/log.ts';

/** How long a second reading waits for another check to end, and how often it looks. */
const confirmTriesMax = 600;
const confirmPauseMs = 1_000;

/**
 * Checks the books and keeps the result; when a second reading, in a snapshot of its own, confirms that they are
 * wrong, posting stops until an operator lets it go on. Returns the reading that decided, which the caller gives to
 * `raiseAlarm`. Refuses `check_running` while another one runs.
 */
export async function checkBooks(
  database: Database,
  kind: CheckKind = 'full',
  further?: FurtherChecks,
): Promise<CheckRun> {
  const read = () => database.inSnapshot((tx) => runCheck(tx, kind, further), { isLong: true });
  const first = await read();
  if (first.ok) return first;
  const second = await confirm(read);
  const cause = second.findings.find((finding) => finding.severity === 'hard');
  if (cause === undefined) return second;
  const reason = inWords(cause).slice(0, 1_000);
  await database.inTransaction((tx) => openBreaker(tx, { actor: 'checker', reason }));
  return second;
}

/** Says in the log what a reading of the books found; nothing when it found nothing. */
export function raiseAlarm({ ok, findings }: Pick<CheckRun, 'ok' | 'findings'>): void {
  if (!ok) log().error({ findings: findings.map(inWords) }, 'the books are wrong: posting has stopped');
  else if (findings.length > 0) log().warn({ findings: findings.map(inWords) }, 'someone should look at the books');
}

/** A finding must not be lost because somebody else began to read meanwhile. */
async function confirm(read: () => Promise<CheckRun>): Promise<CheckRun> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'check_running' || tries === confirmTriesMax) throw error;
      await pause(confirmPauseMs);
    }
  }
}

function inWords({ check, place, expected, actual }: Finding): string {
  return `${check}: ${place}: expected ${expected}, found ${actual}`;
}

const sweepRoundsMax = 20;

/** Ends the pending transfers whose time is over, as TigerBeetle's two-phase transfers time out. Returns how many. */
export async function sweepPendings(database: Database): Promise<number> {
  let ended = 0;
  for (let round = 0; round < sweepRoundsMax; round += 1) {
    const more = await database.inTransaction((tx) => expirePendings(tx));
    ended += more;
    if (more === 0) break;
  }
  return ended;
}
