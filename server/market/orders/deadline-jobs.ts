import { takeDueStep } from '#server/market/orders/order-steps.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';

const pageSize = 100;
const pagesMax = 100;

export interface DeadlineReport {
  /** Orders that the house moved on. */
  taken: number;
  /** Orders that somebody else held or moved on meanwhile. */
  passed: number;
  /** Orders whose step failed; they are tried again the next time. */
  failed: string[];
}

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

/**
 * Takes the step of every order whose deadline is over, the longest overdue first, each in a transaction of its own. Two
 * workers may do it at once; one that fails is said in the log, at `error`, and does not hold up the others.
 */
export async function takeDueSteps(deps: Deps): Promise<DeadlineReport> {
  const report: DeadlineReport = { taken: 0, passed: 0, failed: [] };
  const now = deps.clock.now();
  let after = { deadlineAt: new Date(0), id: '00000000-0000-0000-0000-000000000000' };
  for (let page = 0; page < pagesMax; page += 1) {
    const due = await dueOrders(deps.database, { now, after });
    for (const { id } of due) await takeOne(deps, { orderId: id, report });
    const last = due.at(-1);
    if (last === undefined || due.length < pageSize) break;
    after = last;
  }
  if (report.taken > 0) log().info({ taken: report.taken, passed: report.passed }, 'orders moved on by themselves');
  return report;
}

async function takeOne(deps: Deps, { orderId, report }: { orderId: string; report: DeadlineReport }): Promise<void> {
  const { database, clock, ids, secret } = deps;
  try {
    const taken = await database.inTransaction((tx) => takeDueStep(tx, { orderId, clock, ids, secret }));
    if (taken === null) report.passed += 1;
    else report.taken += 1;
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    report.failed.push(orderId);
    log().error({ err: error, orderId }, 'an order could not move on when its time was over');
  }
}

async function dueOrders(
  { client }: Database,
  { now, after }: { now: Date; after: { deadlineAt: Date; id: string } },
): Promise<{ deadlineAt: Date; id: string }[]> {
  const rows = await client.marketOrder.findMany({
    where: {
      deadlineAt: { lte: now },
      OR: [{ deadlineAt: { gt: after.deadlineAt } }, { deadlineAt: after.deadlineAt, id: { gt: after.id } }],
    },
    orderBy: [{ deadlineAt: 'asc' }, { id: 'asc' }],
    take: pageSize,
    select: { id: true, deadlineAt: true },
  });
  return rows.flatMap(({ id, deadlineAt }) => (deadlineAt === null ? [] : [{ id, deadlineAt }]));
}
