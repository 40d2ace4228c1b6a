import { notify } from '#server/citizens/notifications.ts';
import { pauseListing } from '#server/market/catalogue/listings.ts';
import { actionsOn, storedDecision } from '#server/market/people/moderation-rules.ts';
import type { DecideInput, ModerationAction } from '#server/market/people/people-schema.ts';
import { keyOf, subjectViews, type SubjectKey } from '#server/market/people/subjects.ts';
import { setAnswerHidden, setReviewHidden } from '#server/market/reviews/reviews.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

interface Deciding {
  readonly operatorId: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Decides what was reported, all reports of one thing together: of two operators at once one decides. Nobody judges what
 * is their own or what they reported. Refuses: `report_decided`, `own_report`, `action_unavailable`.
 */
export async function decide(tx: Tx, input: Deciding & { decision: DecideInput }): Promise<{ decisionId: string }> {
  const { operatorId, decision, clock, ids } = input;
  const { subjectKind, subjectId, action, reason } = decision;
  await lockSubject(tx, decision);
  const open = await tx.report.findMany({
    where: { subjectKind, subjectId, decisionId: null },
    orderBy: { id: 'asc' },
    take: reportsMax,
    select: { id: true, reporterId: true, authorId: true },
  });
  const [first] = open;
  if (first === undefined) throw refuse('conflict', 'report_decided', 'This was decided already.');
  const { authorId } = first;
  if (authorId === operatorId || open.some(({ reporterId }) => reporterId === operatorId)) throw ownReport();
  if (!actionsOn(subjectKind).includes(action))
    throw refuse('invalid', 'action_unavailable', 'This cannot be decided about such a thing.');

  const subject = (await subjectViews(tx, [decision])).get(keyOf(decision));
  invariant(subject !== undefined, 'what was reported stays');
  await carryOut(tx, { ...input, subject: decision, authorId, action });
  const decisionId = ids.uuid();
  const row = { id: decisionId, subjectKind, subjectId, authorId, action, reason };
  await tx.moderationDecision.createMany({ data: [{ ...row, decidedBy: operatorId, decidedAt: clock.now() }] });
  await tx.report.updateMany({ where: { id: { in: open.map(({ id }) => id) } }, data: { decisionId } });
  const details = { title: subject.title, to: action };
  for (const { reporterId } of open)
    await notify(tx, input, { citizenId: reporterId, kind: 'report_decided', details });
  if (action !== 'dismiss') await notify(tx, input, { citizenId: authorId, kind: 'content_moderated', details });
  await emit(tx, input, {
    type: 'moderation.decided',
    subject: subjectId,
    payload: { decisionId, subjectKind, action },
  });
  return { decisionId };
}

/** As many as are decided at once; the rest wait in the queue as before. */
const reportsMax = 500;

/**
 * Takes a decision back: what was hidden is shown, what was paused may be put on sale by its seller again, and the
 * reports wait once more. Refuses: `decision_not_found`, `decision_undone`, `own_report`.
 */
export async function undoDecision(tx: Tx, input: Deciding & { decisionId: string; reason: string }): Promise<void> {
  const { decisionId: id, operatorId, clock, reason } = input;
  const row = await tx.moderationDecision.findUnique({
    where: { id },
    select: { subjectKind: true, subjectId: true, authorId: true, action: true },
  });
  if (row === null) throw refuse('not_found', 'decision_not_found', 'There is no such decision.');
  const { subjectKind, subjectId, action, authorId } = storedDecision(row);
  await lockSubject(tx, { subjectKind, subjectId });
  if (authorId === operatorId) throw ownReport();
  const data = { undoneAt: clock.now(), undoneBy: operatorId, undoReason: reason };
  const { count } = await tx.moderationDecision.updateMany({ where: { id, undoneAt: null }, data });
  if (count === 0) throw refuse('conflict', 'decision_undone', 'This was taken back already.');
  await tx.report.updateMany({ where: { decisionId: id }, data: { decisionId: null } });
  const standing = { subjectKind, subjectId, action, undoneAt: null };
  const stands = (await tx.moderationDecision.count({ where: standing })) > 0;
  if (action === 'hide' && !stands)
    await setHidden(tx, { ...input, subject: { subjectKind, subjectId }, isHidden: false });
  const subject = (await subjectViews(tx, [{ subjectKind, subjectId }])).get(keyOf({ subjectKind, subjectId }));
  invariant(subject !== undefined, 'what was decided about stays');
  const details = { title: subject.title, to: action };
  if (action !== 'dismiss') await notify(tx, input, { citizenId: authorId, kind: 'moderation_undone', details });
  await emit(tx, input, {
    type: 'moderation.undone',
    subject: subjectId,
    payload: { decisionId: id, subjectKind, action },
  });
}

/** One operator at a time decides about one thing. Taken before all other locks. */
async function lockSubject(tx: Tx, key: SubjectKey): Promise<void> {
  await lockName(tx, `market.moderation:${keyOf(key)}`);
}

async function carryOut(
  tx: Tx,
  input: Deciding & { subject: SubjectKey; authorId: string; action: ModerationAction },
): Promise<void> {
  const { subject, authorId: sellerId, action } = input;
  switch (action) {
    case 'hide':
      return setHidden(tx, { ...input, isHidden: true });
    case 'pause':
      await pauseListing(tx, { clock: input.clock, ids: input.ids, sellerId, listingId: subject.subjectId });
      return;
    case 'dismiss':
    case 'warn':
      return;
  }
}

async function setHidden(tx: Tx, input: Deciding & { subject: SubjectKey; isHidden: boolean }): Promise<void> {
  const { subject, isHidden, clock, ids } = input;
  const { subjectId } = subject;
  switch (subject.subjectKind) {
    case 'review':
      return setReviewHidden(tx, { reviewId: subjectId, isHidden, clock, ids });
    case 'review_answer':
      return setAnswerHidden(tx, { reviewId: subjectId, isHidden, clock });
    case 'message': {
      const where = { id: subjectId, hiddenAt: isHidden ? null : { not: null } };
      await tx.message.updateMany({ where, data: { hiddenAt: isHidden ? clock.now() : null } });
      return;
    }
    case 'listing':
    case 'storefront':
    case 'banner':
    case 'offer_note':
    case 'gift_note':
      // The decision that stands is what hides it: `hiddenAmong`.
      return;
  }
}

function ownReport(): Error {
  return refuse('forbidden', 'own_report', 'Another operator has to decide this: it is yours, or you reported it.');
}
