import { keyOf, subjectViews, wordsOf } from '#server/market/people/subjects.ts';
import { authorOfVisible } from '#server/market/people/visible-subjects.ts';
import { reportsADay } from '#server/market/people/people-schema.ts';
import type { ReportInput } from '#server/market/people/people-schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

/**
 * Tells the house of something that should not be there, and keeps what it says at this moment. Whoever told of it before
 * is not heard again, and is answered the same. Refuses: what `authorOfVisible` refuses, `own_thing`, `too_many_reports`.
 */
export async function report(
  tx: Tx,
  input: { reporterId: string; report: ReportInput; clock: Clock; ids: Ids },
): Promise<void> {
  const { reporterId, clock, ids } = input;
  const { subjectKind, subjectId, reason, text } = input.report;
  const authorId = await authorOfVisible(tx, { subjectKind, subjectId, citizenId: reporterId });
  if (authorId === reporterId) throw refuse('conflict', 'own_thing', 'This is your own.');
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('market.reports:' || ${reporterId}, 0))`;
  if ((await tx.report.count({ where: { reporterId, subjectKind, subjectId } })) > 0) return;
  const [createdAt, id] = [clock.now(), ids.uuid()];
  const since = new Date(createdAt.getTime() - 86_400_000);
  if ((await tx.report.count({ where: { reporterId, createdAt: { gt: since } } })) >= reportsADay)
    throw refuse('rate_limited', 'too_many_reports', 'You reported much today. Go on tomorrow.');
  const subject = (await subjectViews(tx, [{ subjectKind, subjectId }])).get(keyOf({ subjectKind, subjectId }));
  invariant(subject !== undefined, 'what somebody sees is there');
  const row = {
    id,
    reporterId,
    subjectKind,
    subjectId,
    authorId,
    reason,
    text,
    createdAt,
    asReported: wordsOf(subject),
  };
  await tx.report.createMany({ data: [row] });
}
