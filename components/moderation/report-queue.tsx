import { useFormatter, useTranslations } from 'next-intl';

import { DecideButtons } from '#components/moderation/decide-buttons.tsx';
import { EarlierWordsList } from '#components/moderation/earlier-words.tsx';
import { SubjectFacts } from '#components/moderation/subject-card.tsx';
import { UndoButton } from '#components/moderation/undo-button.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import type { DecisionView, ReportedView } from '#server/market/people/people-schema.ts';

/** What waits for a decision: the thing, what was said of it, and what may be decided. */
export function ReportQueue({ items }: { items: readonly ReportedView[] }) {
  const t = useTranslations('moderation');
  const format = useFormatter();
  const time = (at: Date) => format.dateTime(at, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <ul className="flex flex-col gap-4">
      {items.map(({ subject, reports, earlier, actions }) => (
        <Card as="li" key={`${subject.subjectKind} ${subject.subjectId}`}>
          <div className="flex flex-col gap-4">
            <SubjectFacts subject={subject} />
            <EarlierWordsList earlier={earlier} subject={subject} />
            <ul aria-label={t('desk.reports')} className="flex flex-col gap-3">
              {reports.map(({ id, reporter, reason, text, createdAt }) => (
                <li key={id} className="flex flex-col gap-1 border-t border-line pt-3">
                  <span className="flex flex-wrap items-center gap-2 text-sm text-muted">
                    <Badge>{t(`reasons.${reason}`)}</Badge>
                    {t('desk.reporter', { name: reporter.displayName, time: time(createdAt) })}
                  </span>
                  <span className="max-w-prose whitespace-pre-line wrap-anywhere">{text}</span>
                </li>
              ))}
            </ul>
            <DecideButtons subjectKind={subject.subjectKind} subjectId={subject.subjectId} actions={actions} />
          </div>
        </Card>
      ))}
    </ul>
  );
}

/** What was decided, and the way back. */
export function DecisionList({ decisions }: { decisions: readonly DecisionView[] }) {
  const t = useTranslations('moderation');
  const format = useFormatter();
  return (
    <ul className="flex flex-col gap-4">
      {decisions.map(({ id, subject, action, reason, decidedBy, decidedAt, undoReason }) => (
        <Card as="li" key={id}>
          <div className="flex flex-col gap-3">
            <SubjectFacts subject={subject} />
            <p className="flex flex-wrap items-center gap-2">
              <Badge tone={undoReason === null ? 'accent' : 'neutral'}>{t(`decided.${action}`)}</Badge>
              <span className="text-sm text-muted">
                {t('desk.reporter', {
                  name: decidedBy.displayName,
                  time: format.dateTime(decidedAt, { dateStyle: 'medium', timeStyle: 'short' }),
                })}
              </span>
            </p>
            <p className="wrap-anywhere">{reason}</p>
            {undoReason === null ? (
              <div>
                <UndoButton decisionId={id} />
              </div>
            ) : (
              <p className="text-muted wrap-anywhere">{t('undo.undone', { reason: undoReason })}</p>
            )}
          </div>
        </Card>
      ))}
    </ul>
  );
}
