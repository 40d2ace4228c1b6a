import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';
import { citizensDue, type CitizenDue, type DuePlace } from './queries.ts';
import { refreshAfterMs } from './rules.ts';
import { refreshCitizen } from './service.ts';
import type { VeniceProfile } from './venice-answer.ts';
import type { VeniceClient } from './venice-client.ts';

export interface RefreshDeps {
  database: Database;
  venice: VeniceClient;
  clock: Clock;
  ids: Ids;
}

/** What a run did, in citizens. */
export interface RefreshReport {
  refreshed: number;
  /** Of these, whose tier changed. */
  changed: number;
  /** Venice does not know them any longer; they keep what is stored. */
  unknown: number;
  /** Not answered for. */
  missed: number;
  /** Why the run ended before everyone's turn had come; null when it had. */
  stoppedBy: string | null;
}

/** Where the last run ended, so that those whom Venice has no answer for do not keep the others from their turn. */
export interface RefreshWalk {
  after: DuePlace | null;
}

const batchSize = 100;
const batchesMax = 50;
/** So many unanswered questions in a row say that Venice, or our own limit, has had enough for now. */
const missesInRowMax = 3;

/**
 * Asks Venice about every citizen whose record is a day old, the oldest first, and goes on where the last run ended.
 * One call brings the whole list; whoever is not on it is asked for alone. While Venice is away it ends quietly, and
 * nobody's class or tier changes: the next run is a few minutes away.
 */
export async function refreshCitizens(deps: RefreshDeps, walk: RefreshWalk): Promise<RefreshReport> {
  const report: RefreshReport = { refreshed: 0, changed: 0, unknown: 0, missed: 0, stoppedBy: null };
  const dueBefore = new Date(deps.clock.now().getTime() - refreshAfterMs);
  let listed: Listed | null = null;
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const due = await citizensDue(deps.database.client, { dueBefore, after: walk.after, limit: batchSize });
    if (due.length > 0) {
      listed ??= await everyone(deps);
      report.stoppedBy = await refreshBatch(deps, { due, listed, report, walk });
      if (report.stoppedBy !== null) break;
    }
    if (due.length < batchSize) {
      walk.after = null; // everyone had their turn: the next run begins with the oldest again
      break;
    }
  }
  if (report.refreshed + report.missed > 0) log().info({ ...report }, 'citizens were refreshed from Venice');
  return report;
}

interface Listed {
  profiles: ReadonlyMap<string, VeniceProfile>;
  asOf: Date;
}

/** Nobody while the list cannot be had: then each is asked for alone. */
async function everyone({ venice, clock }: RefreshDeps): Promise<Listed> {
  const asOf = clock.now();
  const answer = await venice.everyone();
  return { profiles: answer.status === 'found' ? answer.profiles : new Map(), asOf };
}

interface Batch {
  due: readonly CitizenDue[];
  listed: Listed;
  report: RefreshReport;
  walk: RefreshWalk;
}

/** Answers why it stopped, or null when it came to the end. */
async function refreshBatch(deps: RefreshDeps, { due, listed, report, walk }: Batch): Promise<string | null> {
  let missesInRow = 0;
  for (const citizen of due) {
    const outage = await refreshOne(deps, { citizen, listed, report });
    walk.after = citizen; // whether answered for or not: nobody is in the way of those behind
    missesInRow = outage === null ? 0 : missesInRow + 1;
    if (outage !== null && (missesInRow >= missesInRowMax || deps.venice.circuit().state === 'open')) {
      return outage;
    }
  }
  return null;
}

/** Answers why Venice had no answer, or null when it had one. */
async function refreshOne(
  deps: RefreshDeps,
  input: { citizen: CitizenDue; listed: Listed; report: RefreshReport },
): Promise<string | null> {
  const { citizen, listed, report } = input;
  const { clock, ids } = deps;
  const onList = listed.profiles.get(citizen.username);
  const asOf = onList === undefined ? clock.now() : listed.asOf;
  const answer =
    onList === undefined
      ? await deps.venice.citizen(citizen.username)
      : ({ status: 'found', profile: onList } as const);
  switch (answer.status) {
    case 'outage':
      report.missed += 1;
      return answer.reason;
    case 'not_found':
      report.unknown += 1;
      return null;
    case 'found': {
      const { profile } = answer;
      const change = await deps.database.inTransaction((tx) => refreshCitizen(tx, { profile, asOf, clock, ids }));
      report.refreshed += 1;
      if (change !== null) report.changed += 1;
      return null;
    }
  }
}
